/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/comparison.h - all that two heaps or more differ in: which
 * objects are the same, the types, what grew, and the ledgers.
 */
#ifndef ANALYSIS_COMPARE_COMPARISON_H
#define ANALYSIS_COMPARE_COMPARISON_H

#include "analysis/compare/diff.h"
#include "analysis/compare/grow.h"
#include "analysis/compare/ledger-growth.h"
#include "analysis/compare/match.h"
#include "analysis/compare/series.h"

struct comparison {
	struct match match;
	struct diff diff;
	struct grow grow;	/* with the retained sizes of its rows */
	struct series series;
	struct ledger_growth ledger;	/* if `has_ledgers`: both have one */
	bool has_ledgers;
};

/*
 * Compare the first and the last of `nr` heaps (2 and more), which must outlive
 * `*ret`.  Those in between are added to ret->series by series_add().  The
 * caller releases it by comparison_release().
 */
void comparison_build(struct heap *old, struct heap *new, size_t nr,
		      enum diff_sort sort, const struct growth_options *how,
		      struct comparison *ret);
void comparison_release(struct comparison *c);

#endif
