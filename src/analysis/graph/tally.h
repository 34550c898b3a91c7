/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/tally.h - objects counted: how many, how many bytes, and of
 * which types.
 */
#ifndef ANALYSIS_GRAPH_TALLY_H
#define ANALYSIS_GRAPH_TALLY_H

#include "heap/heap.h"

/* Bytes in a damaged heap may have any sum: it wraps around. */
struct tally {
	uint64_t nr;		/* objects */
	uint64_t bytes;		/* the sum of their heap_bytes() */
};

/* Count one more object. */
static inline void tally_add(struct tally *t, uint64_t bytes)
{
	t->nr++;
	t->bytes += bytes;
}

/* Add all that `more` counts. */
static inline void tally_add_all(struct tally *t, const struct tally *more)
{
	t->nr += more->nr;
	t->bytes += more->bytes;
}

/* How much a figure of a tally grew; negative: it shrank. */
static inline int64_t tally_growth(uint64_t old, uint64_t new)
{
	return (int64_t)(new - old);
}

/* The objects of one type. */
struct tally_type {
	uint32_t type;		/* index in heap.types */
	struct tally sum;
};
VEC_DEFINE(tally_type_vec, struct tally_type);

/* All objects by type: an array with a tally for each of heap.types, which
 * the caller frees. */
struct tally *tally_heap(const struct heap *h);

/* All of heap.types in the order of their names, which the caller frees. */
uint32_t *tally_types_by_name(const struct heap *h);

/*
 * Append to `ret` the types that have objects, in the order of heap.types.
 * `by_type` has a tally for each of heap.types.
 */
void tally_list(const struct heap *h, const struct tally *by_type,
		struct tally_type_vec *ret);

/*
 * The types of `nr` objects: most objects first, then by name.  It takes time
 * by `nr` and not by the number of types.  The caller owns the result.
 */
void tally_types(const struct heap *h, const oid *members, size_t nr,
		 struct tally_type_vec *ret);

#endif
