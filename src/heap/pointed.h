/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/pointed.h - references that are known by pointers in memory.
 *
 * An object owns memory outside of its own block, and in it are pointers to
 * objects: native code keeps references there.  It also keeps some in structs
 * of objects whose tp_traverse does not visit them.  They are edges of the
 * owner, as far as they explain references that are counted: the last ones of
 * heap_edges(), which no tp_traverse visits.  heap.pointed has all of them, in
 * ranges: many pointers of one block take one entry.
 */
#ifndef HEAP_POINTED_H
#define HEAP_POINTED_H

#include "heap/heap.h"

/* A pointer to `to`, `at` bytes behind the start of a block of `size` bytes
 * that `from` owns, or of `from` itself (size 0). */
struct heap_pointer {
	oid from, to;
	uint64_t at, size;
};
VEC_DEFINE(heap_pointer_vec, struct heap_pointer);

/*
 * For who fills a heap, once: make the pointers edges.  They are sorted by
 * `from`, and keep that order.  `codes` is parallel to heap.edges, or NULL; the
 * new edges get the code 0.  All spans of edges become invalid.
 */
void heap_pointed_add(struct heap *h, const struct heap_pointer_vec *pointers,
		      struct u32_vec *codes);

/* The range that edge `i` of `o` is in; NULL: it is not known by a pointer. */
const struct heap_pointed *heap_pointed_find(const struct heap *h, oid o,
					     uint32_t i);

/* Is edge `i` of `o` known by a pointer?  Then it explains a
 * reference, but the pointer may be an old one. */
static inline bool heap_is_pointed(const struct heap *h, oid o, uint32_t i)
{
	return heap_pointed_find(h, o, i);
}

/* How many edges of `o`, the last ones, are known by pointers. */
uint32_t heap_pointed_nr(const struct heap *h, oid o);

/* Are the ranges in order, and do they fit the edges?  For a heap from a
 * file. */
bool heap_pointed_fit(const struct heap *h);

#endif
