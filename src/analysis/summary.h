/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/summary.h - objects and bytes by type.
 */
#ifndef ANALYSIS_SUMMARY_H
#define ANALYSIS_SUMMARY_H

#include "analysis/graph/tally.h"
#include "heap/heap.h"

enum summary_sort {
	SUMMARY_BY_BYTES,	/* most first */
	SUMMARY_BY_COUNT,	/* most first */
	SUMMARY_BY_NAME,	/* by bytes of UTF-8 */
};

struct summary {
	/* One for each type that has objects; two classes of the same name
	 * are two rows. */
	struct tally_type_vec rows;
	struct tally sum;	/* of the rows */
	struct tally all;	/* of the heap */
	uint64_t all_size;	/* of the heap: the sum of all known sizes */
	uint64_t sizes_unknown;	/* objects of the heap without a size in it */
	uint32_t all_types;	/* of the heap: types that have objects */
};

/*
 * Count all objects of `h`.  `types` says for each type of the heap whether it
 * gets a row (see pattern_types()); NULL: all types.  Rows that are equal by
 * `sort` are sorted by bytes, then by count, then by name, then by the address
 * of the type.  The caller releases `*ret` by summary_release().
 */
void summary_build(const struct heap *h, const bool *types,
		   enum summary_sort sort, struct summary *ret);
void summary_release(struct summary *s);

#endif
