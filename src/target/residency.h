/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/residency.h - which pages of a target were in memory.
 *
 * As of the snapshot of a process; of a core, which of its pages hold data.  A
 * page that was never touched reads as zeros and takes no memory, so
 * what is free or in use inside a mapping is counted by the pages that are
 * there.  target_residency() gives that of a target.
 */
#ifndef TARGET_RESIDENCY_H
#define TARGET_RESIDENCY_H

#include "target/range.h"

enum residency_basis {
	RESIDENCY_UNKNOWN,	/* nothing is known: `present` is empty */
	RESIDENCY_PAGEMAP,	/* of the process, page by page */
	RESIDENCY_SMAPS,	/* the kernel's sum for each mapping, taken as
				   its first pages */
	RESIDENCY_CORE,		/* what the core has and is in no hole of the
				   file, or, if that has none, not all zero */
};

struct residency {
	enum residency_basis basis;
	struct range_vec present; /* in memory: sorted, they do not touch */
	struct u64_vec before;	/* bytes of present[0 .. i - 1] */
	/* Pages of private mappings of files that the process has changed, in
	 * memory or swapped out: sorted, they do not touch. */
	struct range_vec changed;
	uint64_t bytes;		/* of `present` */
	uint64_t swapped;	/* bytes that are swapped out; not in `bytes` */
	uint64_t page_tables;	/* bytes of the kernel's tables for the
				   process; 0: unknown */
	/*
	 * Of a process that has forked, or was forked: bytes of anonymous
	 * memory that other processes map, too, and bytes among these, in the
	 * same MiB, that are its own by now.  0: it has not, or it is unknown.
	 */
	uint64_t shared, copied;
	size_t last;		/* index where the last address was found */
};

/* All zeros is an empty one.  Add a range; they may come in any order and
 * overlap. */
void residency_add(struct residency *r, raddr start, raddr end);

/* Sort and join what was added, so that it can be asked. */
void residency_sort(struct residency *r);

/* How many bytes of [start, end) are in memory. */
uint64_t residency_bytes(struct residency *r, raddr start, raddr end);

/* Sort the ranges, and join those that overlap or touch. */
void residency_join(struct range_vec *ranges);

/* Is the page of `addr` in memory?  `*end` is how far that is so; it is behind
 * `addr`. */
bool residency_run(const struct residency *r, raddr addr, raddr *end);

/*
 * Narrow *range to its first part that may have been written; false: nothing
 * of it was.  What is left out reads as zeros.  For who looks for something in
 * large memory: programs reserve terabytes that they never touch.  Where pages
 * are not known one by one, or some are swapped out, all of it may have been
 * written.
 */
bool residency_narrow(const struct residency *r, struct range *range);

void residency_release(struct residency *r);

#endif
