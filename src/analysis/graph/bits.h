/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/bits.h - a set of objects: an array with one bit for each.
 *
 * The caller owns the array and knows how many bits it has: an index must be
 * below the `nr` that bits_new() was given.
 */
#ifndef ANALYSIS_GRAPH_BITS_H
#define ANALYSIS_GRAPH_BITS_H

#include "base/alloc.h"

/* A set of `nr` bits, all clear.  The caller frees it. */
static inline UNUSED uint64_t *bits_new(size_t nr)
{
	return xcalloc(nr / 64 + 1, sizeof(uint64_t));
}

static inline bool bits_get(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

static inline void bits_set(uint64_t *bits, size_t i)
{
	bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline void bits_clear(uint64_t *bits, size_t i)
{
	bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

#endif
