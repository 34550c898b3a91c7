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
#include "heap/object.h"

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

/* The first bit from `i` on that is set, of `nr` bits; `nr`: there is none. */
static inline UNUSED size_t bits_next(const uint64_t *bits, size_t i, size_t nr)
{
	uint64_t left;

	if (i >= nr)
		return nr;
	left = bits[i / 64] >> i % 64 << i % 64;
	for (i /= 64; !left;)
		if (++i > (nr - 1) / 64)
			return nr;
		else
			left = bits[i];
	i = i * 64 + (size_t)__builtin_ctzll(left);
	return i < nr ? i : nr;
}

/* For each object `o` of the set `bits` of `nr` bits. */
#define BITS_EACH(o, bits, nr) \
	for (oid o = (oid)bits_next(bits, 0, nr); o < (nr); \
	     o = (oid)bits_next(bits, (size_t)o + 1, nr))

#endif
