/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/state/python.h - one CPython that is being read.
 *
 * A `struct python` is filled in this order: locate/ finds the runtime, the
 * layout and the interpreters; types/ adds classes and objects; refs/ and
 * roots/ fill the heap.  It lives as long as the heap: names and previews of
 * the heap's objects are made from it on demand.  load.c makes and frees it.
 *
 * The files of python/ share this struct; nobody outside includes it.
 */
#ifndef PYTHON_STATE_PYTHON_H
#define PYTHON_STATE_PYTHON_H

#include <inttypes.h>

#include "heap/heap.h"
#include "python/layout/layout.h"
#include "python/state/pytype.h"
#include "target/target.h"

/* Addresses of the collector's state in one interpreter: locate/gc.h. */
struct gc_lists {
	raddr heads[4];		/* generations 0..2, permanent; 0: none */
	raddr thresholds[3];	/* address of the int; the count follows */
	raddr collecting, enabled, garbage, callbacks;
};

struct interpreter {
	raddr address;		/* of PyInterpreterState */
	int64_t id;		/* 0: the main interpreter */
	struct gc_lists gc;
};
VEC_DEFINE(interpreter_vec, struct interpreter);

/* Their list is followed no further: it may be damaged, and go round. */
#define MAX_INTERPRETERS 1024

/*
 * Types that pyheld knows, by address; 0: not found.  They are found by
 * symbol or, in a core without files, by name.
 */
struct known_types {
	raddr type, object, str, int_, bool_, float_, bytes, tuple, list, dict,
	      set, frozenset, none_type, module, function, code, frame,
	      generator, coroutine, async_generator, cell, method,
	      builtin_function, weakref, property, mappingproxy, exception,
	      range, wrapper_descriptor, capsule, ellipsis;
	/* tp_traverse functions of these, which other types share: */
	raddr dict_traverse, list_traverse, tuple_traverse, set_traverse,
	      type_traverse, module_traverse, generator_traverse,
	      weakref_traverse, descr_traverse, deque_traverse;
	raddr none;		/* the object None */
	raddr set_dummy;	/* the object that marks a deleted entry */
	bool has_code;		/* the target's code can be looked at */
};

/* A class and the number of its interpreter + 1: types/owners.h. */
struct class_owner {
	raddr class;
	uint32_t owner;
};
VEC_DEFINE(class_owner_vec, struct class_owner);

/* The evaluation stack of a frame that does not say how high it is, or a C
 * stack. */
struct open_stack {
	raddr first;		/* address of its first word */
	uint32_t nr;		/* words that it could have */
	int32_t frame;		/* index in heap.frames; -1: of no frame */
	bool is_native;		/* plain pointers, of C functions */
};
VEC_DEFINE(open_stack_vec, struct open_stack);

/* In python.members: the member lies so far behind the start of an object
 * without items, and further behind by the size of the items. */
#define MEMBER_BEHIND (UINT32_C(1) << 31)

/* A _PyRuntime has at most half a megabyte so far. */
#define RUNTIME_SIZE_MAX (UINT64_C(1) << 24)

struct python {
	struct target *target;
	struct memory *memory;	/* the target's */
	struct heap *heap;

	/* Which CPython it is: locate/find.h. */
	struct layout layout;
	char *layout_source;	/* owned */
	uint32_t hexversion;
	int minor;		/* 8 .. 15 */
	bool free_threaded, debug, trace_refs;
	bool by_search;		/* found without symbols: locate/search.h */
	raddr runtime;		/* _PyRuntime */
	uint64_t runtime_size;	/* 0: unknown; at most RUNTIME_SIZE_MAX */
	raddr runtime_module_start, runtime_module_end; /* its file */
	struct interpreter_vec interpreters;
	struct class_owner_vec owners;
	struct known_types known;
	raddr subtype_traverse;
	raddr lookdict;		/* 3.8 to 3.10: dk_lookup of dicts with keys of
				   any type */
	/*
	 * 3.13 without the fix of gh-130327: an object visits the values that
	 * are embedded in it.  Else its materialised dict visits them.
	 */
	bool embedded_by_object;

	bool complete;		/* the heap gets no more objects or classes */

	/* Classes and objects: types/. */
	struct object_map *map;
	struct pytype_vec types;
	struct type_index *type_index;
	struct type_names *type_names; /* NULL: not needed yet */
	struct u32_vec members;	/* offsets of T_OBJECT_EX members, in runs,
				   with MEMBER_BEHIND */
	/* Called once for each class that is added, after its bases: fills the
	 * second part of `t`. */
	void (*choose)(struct python *py, struct pytype *t);

	/* Bounds on what a hostile target makes us read. */
	uint64_t claims, most_claims; /* words: see refs_claim() */
	uint64_t lookups;	/* entries that types_lookup() may still see */

	/* The emulator: emulator/. */
	struct emulator *emulator; /* NULL: none; owned */
	const char *no_emulator; /* why there is none (static) */
	/* See struct load_options and types/emulate.h. */
	raddr avoided;
	raddr emulated_type;	/* whose name was noted last */
	struct oid_vec pending;	/* objects that wait for it */
	struct raddr_vec asked;	/* libraries that ifunc.c has asked */

	struct raddr_vec interned; /* dicts of interned strings:
				       objects/interned.h */
	struct open_stack_vec stacks; /* until roots_stacks_load() */
	struct raddr_vec frames; /* where heap.frames are: as in frames_open();
				    until generators_load() */
	struct unvisited *unvisited; /* refs/unvisited.h */
	struct details *details; /* names/details.h */
	struct truncated *truncated; /* state/truncated.h; NULL: the target is
					no truncated core */

	/*
	 * Fingerprint of the first inconsistency in this snapshot; 0 if there
	 * is none.  Most often a thread was stopped while it changed
	 * something, and another snapshot has another inconsistency or none.
	 * Damage stays the same.
	 */
	uint64_t torn;
	uint64_t torn_before;	/* that of the snapshot before this one */
	bool may_retry;		/* another snapshot may be taken */
};

/* Record the inconsistency `what` of the structure at `where`. */
static inline void python_torn(struct python *py, raddr where, uint64_t what)
{
	if (!py->torn)
		py->torn = where * 31 + what + 1;
}

/* Is another snapshot worth a try? */
static inline bool python_wants_another(const struct python *py)
{
	return py->may_retry && py->torn && py->torn != py->torn_before;
}

static inline struct pytype *types_of(struct python *py, oid o)
{
	return &py->types.v[py->heap->type[o]];
}

#endif
