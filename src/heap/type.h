/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/type.h - the types of a heap's objects.
 *
 * heap.types has each type once; heap.type[o] is the index of the type of
 * object `o`.
 */
#ifndef HEAP_TYPE_H
#define HEAP_TYPE_H

#include "heap/object.h"

/* heap_type.flags */
#define TYPE_HAS_DEL 1		/* __del__, own or inherited */
#define TYPE_IS_TYPE 2		/* its instances are classes */
#define TYPE_IS_HEAP 4		/* made at run time, not static */
#define TYPE_HAS_TRAVERSE 8	/* it has a tp_traverse */
#define TYPE_LEGACY_DEL 16	/* tp_del: makes cycles uncollectable */
#define TYPE_IS_DICT 32		/* dict or a subclass */
#define TYPE_VISITED_ELSEWHERE 64 /* others visit its instances' class */
#define TYPE_IS_DATA_DESCRIPTOR 128 /* attribute access asks its instances
				       before it looks into a dict */
#define TYPE_SIZE_UNKNOWN 256	/* its __sizeof__ is not known: heap.size of
				   its instances is that of their struct */

/*
 * heap_type.kind: the types that reports know.  The kind follows from the name
 * alone, so that it is the same in a capture, and none where a redacted
 * capture does not have the name.
 */
enum type_kind {
	TYPE_KIND_OTHER,	/* none of those of type-kinds.def */
#define TYPE_KIND(kind, ...) TYPE_KIND_##kind,
#include "heap/type-kinds.def"
#undef TYPE_KIND
	NR_TYPE_KINDS,
};

/* The kind of a type of that name; NULL: it has none. */
enum type_kind type_kinds_find(const char *name);

/* heap_type.shape: how the items of an instance are shown, if they are. */
enum {
	SHAPE_NONE, SHAPE_LIST, SHAPE_TUPLE, SHAPE_DICT, SHAPE_SET,
	SHAPE_FROZENSET, NR_SHAPES
};

/* heap_type.subscript: Python for the item of an instance. */
enum {
	SUBSCRIPT_NONE,		/* there is none */
	SUBSCRIPT_PLAIN,	/* instance[...] */
	SUBSCRIPT_LIST,		/* list.__getitem__(instance, ...) */
	SUBSCRIPT_TUPLE,	/* tuple.__getitem__(instance, ...) */
	NR_SUBSCRIPTS,
};

/*
 * The bits of `flags` from here on are the index in heap.interpreters of the
 * interpreter whose class it is, + 1; 0: it is no interpreter's own, or there
 * is one interpreter only, or it is unknown.
 */
#define TYPE_INTERPRETER_SHIFT 20

struct heap_type {
	/* Owned by the heap: "collections.OrderedDict", "list". */
	char *name;
	enum type_kind kind;	/* type_kinds_find(name) */
	uint64_t address;	/* of the class in the target */
	oid object;		/* the class itself as an object, or OID_NONE */
	uint32_t flags;		/* TYPE_* */
	uint8_t shape;		/* SHAPE_* */
	uint8_t subscript;	/* SUBSCRIPT_* */
	uint32_t nr_objects;	/* instances in the heap; who fills it counts */
	uint64_t size;		/* the sum of their heap.size[] */
};
VEC_DEFINE(heap_type_vec, struct heap_type);

struct heap;
struct heap_interpreter;
/* The interpreter whose class a type is (TYPE_INTERPRETER_SHIFT), or NULL. */
const struct heap_interpreter *heap_owner(const struct heap *h, uint32_t type);

#endif
