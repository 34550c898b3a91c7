/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/series.h - the rows of a diff over three or more heaps.
 *
 * Something that grew in every step is a leak; something that is larger only in
 * the end may be a peak.  The first heap is the old one of the diff, the last
 * one its new one.  Those in between are added one after the other, and each
 * may be released after that.
 */
#ifndef ANALYSIS_COMPARE_SERIES_H
#define ANALYSIS_COMPARE_SERIES_H

#include "analysis/compare/grow.h"

struct series {
	size_t nr;		/* of heaps */
	const struct diff *diff;
	const struct grow *grow;
	struct heap *new;	/* the last heap */
	struct tally *all;	/* all objects, by heap: nr */
	struct tally *types;	/* nr for each of diff->rows */
	int64_t *entries;	/* nr for each of grow->v; -1: unknown */
};

/* For `nr` heaps, 2 and more.  `diff` and `grow` are of the first and the last;
 * these and `new`, the last heap, must outlive `s`.  The caller releases it by
 * series_release(). */
void series_init(struct series *s, size_t nr, struct heap *new,
		 const struct diff *diff, const struct grow *grow);
/* Add `h`, heap number `i`: from 1 to nr - 2. */
void series_add(struct series *s, size_t i, struct heap *h);
void series_release(struct series *s);

/* Does the type of this row of the diff have more objects in each heap than in
 * the one before? */
bool series_type_grew(const struct series *s, size_t row);
/* Does the holder of this row of grow->v have more entries in each heap than in
 * the one before? */
bool series_holder_grew(const struct series *s, size_t row);

#endif
