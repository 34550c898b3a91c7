/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/summary.h - objects and bytes by type.
 */
#ifndef ANALYSIS_SUMMARY_H
#define ANALYSIS_SUMMARY_H

#include "heap/heap.h"

enum summary_sort {
	SUMMARY_BY_BYTES,	/* most first */
	SUMMARY_BY_COUNT,	/* most first */
	SUMMARY_BY_NAME,	/* by bytes of UTF-8 */
};

struct summary_row {
	uint32_t type;		/* index in heap.types */
	uint32_t nr;
	uint64_t bytes;
};
VEC_DEFINE(summary_row_vec, struct summary_row);

struct summary {
	/* One for each type that has objects; classes of one name that are
	 * two classes are two rows. */
	struct summary_row_vec rows;
	uint64_t nr, bytes;		/* of the rows */
	uint64_t all_nr, all_bytes;	/* of the heap */
	uint32_t all_types;		/* that have objects */
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
