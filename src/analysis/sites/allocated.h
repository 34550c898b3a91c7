/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/sites/allocated.h - what tracemalloc traces, by where it was
 * allocated.
 *
 * The rows are those of tracemalloc.Snapshot.statistics() and, with an older
 * heap, of Snapshot.compare_to(), in the same order.
 */
#ifndef ANALYSIS_ALLOCATED_H
#define ANALYSIS_ALLOCATED_H

#include "heap/heap.h"

enum allocated_by {
	ALLOCATED_BY_LINE,	/* that of the most recent call */
	ALLOCATED_BY_FILE,	/* that of the most recent call */
	ALLOCATED_BY_TRACEBACK,
};

struct allocated_sum {
	uint64_t nr, bytes;
};

struct allocated_row {
	struct allocated_sum sum, old;	/* old: of the older heap */
	/* One of the tracebacks that were counted, and whose it is. */
	const struct heap_allocations *from;
	uint32_t traceback;
};
VEC_DEFINE(allocated_row_vec, struct allocated_row);

struct allocated {
	struct allocated_row_vec rows;
	struct allocated_sum sum, old;	/* of all rows */
	enum allocated_by by;
	bool compares;
};

/*
 * Count the allocations of `h`; `old` is the older heap, or NULL.  Both must
 * outlive `*ret`, which the caller releases by allocated_release().
 */
void allocated_build(const struct heap *h, const struct heap *old,
		     enum allocated_by by, struct allocated *ret);
void allocated_release(struct allocated *a);

#endif
