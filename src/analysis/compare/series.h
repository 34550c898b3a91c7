/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/series.h - a diff's rows over two or more heaps, in their
 * order.
 *
 * What grew in every step is a leak; what only is larger in the end may have
 * been a peak.  The first heap is the old one of the diff, the last its new
 * one.  Those between are added one after the other, and need not stay.
 */
#ifndef ANALYSIS_COMPARE_SERIES_H
#define ANALYSIS_COMPARE_SERIES_H

#include "analysis/compare/grow.h"

struct series {
	size_t nr;		/* heaps */
	const struct diff *diff;
	const struct grow *grow;
	struct heap *new;
	struct tally *all;	/* by heap */
	struct tally *types;	/* of diff->rows: nr for each */
	int64_t *entries;	/* of grow->v: nr for each; -1 unknown */
};

/* `diff` and `grow`, of the same heaps, must outlive it. */
void series_init(struct series *s, size_t nr, struct heap *new,
		 const struct diff *diff, const struct grow *grow);
/* The heap number `i`, 0 .. nr - 1; `h` is neither the old nor the new one. */
void series_add(struct series *s, size_t i, struct heap *h);
void series_release(struct series *s);

/* Did the row grow in every step: have more objects, or more entries? */
bool series_type_grew(const struct series *s, size_t row);
bool series_holder_grew(const struct series *s, size_t row);

#endif
