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
	/* One for each type that has objects; classes of one name that are
	 * two classes are two rows. */
	struct tally_type_vec rows;
	struct tally sum;	/* of the rows */
	struct tally all;	/* of the heap */
	uint32_t all_types;	/* of the heap: types that have objects */
};

/*
 * Count, over the heap's columns.  `types`: only these (see pattern_types());
 * NULL: all.  Rows that are equal by `sort` are sorted by bytes, then count,
 * then name, then address of the type.
 */
void summary_build(const struct heap *h, const bool *types,
		   enum summary_sort sort, struct summary *ret);
void summary_release(struct summary *s);

#endif
