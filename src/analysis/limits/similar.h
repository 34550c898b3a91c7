/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/limits/similar.h - types whose names are near to a name that no type
 * has: for "did you mean app.Article?".
 */
#ifndef ANALYSIS_LIMITS_SIMILAR_H
#define ANALYSIS_LIMITS_SIMILAR_H

#include "heap/heap.h"

/*
 * How many characters must be inserted, deleted, changed or swapped with their
 * neighbour to make `b` of `a`, whatever their case; `max` + 1 if it is more
 * than `max`.  Takes `max` times the length of `a` steps.  Bytes count as
 * characters, and `max` is at most SIMILAR_MAX.
 */
unsigned int similar_distance(const char *a, const char *b, unsigned int max);

#define SIMILAR_MAX 4

/*
 * Append the indices in heap.types of the `max` types that a user who typed
 * `name` most likely meant, nearest first: the name contains the last part of
 * what was typed, in any case, or the full name or its last part differs from
 * it by at most a third of its length and SIMILAR_MAX.  Of names that are
 * equally near, the type with the most objects comes first, then the first in
 * heap.types.  A pattern is compared by the longest text between its wildcards.
 * Linear in types.
 */
void similar_types(const struct heap *h, const char *name, size_t max,
		   struct oid_vec *ret);

#endif
