/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/edge.h - the references of an object, and what one of them is called.
 */
#ifndef HEAP_EDGE_H
#define HEAP_EDGE_H

#include <stdbool.h>

#include "heap/object.h"

/* The references of one object: to[0] .. to[nr - 1]. */
struct heap_edges {
	const oid *to;
	uint32_t nr;
};

/*
 * What a reference is.  Each kind says what edge_name.name and .number are: a
 * kind that does not mention `name` has NULL or "", one that does has no NULL.
 * Text for people is made
 * of it in output/words.h.
 */
enum edge_kind {
	EDGE_UNKNOWN,
	EDGE_ATTRIBUTE,		/* an attribute: `name`, an identifier */
	EDGE_DICT_ENTRY,	/* an instance's attribute that is found in its
				   __dict__ alone: `name`, its key as shown */
	EDGE_FIELD,		/* a member of a C struct that is no attribute:
				   `name`, in words: "line table" */
	EDGE_DICT,		/* the dict of an object's names: __dict__ */
	EDGE_LOCAL,		/* a local of a frame: `name` */
	EDGE_STACK,		/* a frame's evaluation stack: `number`, from 0
				   at its bottom */
	EDGE_CELL,		/* a cell of a closure: `number`, from 0 */
	EDGE_OFFSET,		/* a word that has no name: `number`, its
				   offset in the object, bytes */
	EDGE_ELEMENT,		/* an element of a set, and its like; so far
				   the kinds that struct heap_name may have */
	EDGE_INDEX,		/* an item of a sequence: `number` */
	EDGE_NAMED_VALUE,	/* a value of a dict whose key is a str that is
				   an identifier: `name`, without quotes */
	EDGE_VALUE,		/* another value of a dict: `name`, the key as
				   shown, "?" if that is unknown */
	EDGE_KEY,		/* a key of a dict: `name`, as shown */
	EDGE_CACHE_KEY,		/* of functools.lru_cache: `name`, as shown */
	EDGE_CACHE_RESULT,	/* in such a cache: `name`, the key as shown */
	EDGE_FLAT,		/* an item of an array of several dimensions:
				   `number`, from 0, the last index varying
				   fastest */
	EDGE_POINTED,		/* a pointer in a raw block: `name`, in words;
				   `number`, its offset there in bytes */
	NR_EDGE_KINDS,
};

/* How a person or a program gets from an object to what it refers to.  All
 * text is owned by the struct: edge_name_release(). */
struct edge_name {
	enum edge_kind kind;
	char *name;
	uint64_t number;
	/* Python for the referent: prefix + Python for the object + suffix;
	 * both NULL where no expression can be. */
	char *prefix, *suffix;
	/*
	 * The expression gives a stand-in (the mappingproxy that a class shows
	 * for its dict): right for steps that go on from here, but it is not
	 * the referent itself.
	 */
	bool stand_in;
};

/* Edges first .. first + nr - 1 of an object are not counted by what they
 * refer to. */
struct heap_borrowed {
	oid object;
	uint32_t first, nr;
};
VEC_DEFINE(heap_borrowed_vec, struct heap_borrowed);

/*
 * References that are known by pointers in memory: heap/pointed.h.  They are
 * edges first .. first + nr - 1 of an object, in a raw block of `size` bytes,
 * or in the object's own struct if that is 0.  Number first + i is the pointer
 * that lies at + i * step bytes behind the start.
 */
struct heap_pointed {
	oid object;
	uint32_t first, nr;
	uint64_t at, step, size;
};
VEC_DEFINE(heap_pointed_vec, struct heap_pointed);

/* Free what the name owns and set it to zeros. */
void edge_name_release(struct edge_name *n);

/* Is it of that kind and called `name`? */
bool edge_is(const struct edge_name *n, enum edge_kind kind, const char *name);

/* Do both say the same, of two objects of one type? */
bool edge_is_same(const struct edge_name *a, const struct edge_name *b);

/* Is it an attribute, in the instance's __dict__ or elsewhere? */
static inline bool edge_is_attribute(const struct edge_name *n)
{
	return n->kind == EDGE_ATTRIBUTE || n->kind == EDGE_DICT_ENTRY;
}

/* Is it an item of a sequence or a value of a dict? */
static inline bool edge_is_item(const struct edge_name *n)
{
	return n->kind == EDGE_INDEX || n->kind == EDGE_NAMED_VALUE ||
	       n->kind == EDGE_VALUE || n->kind == EDGE_FLAT;
}

#endif
