/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/diff.h - two heaps compared, by type.
 *
 * Types are the same that have the same name: classes made anew on a reload
 * of their module, and those of another process, are one row.
 */
#ifndef ANALYSIS_COMPARE_DIFF_H
#define ANALYSIS_COMPARE_DIFF_H

#include "analysis/compare/match.h"
#include "analysis/graph/tally.h"

enum diff_sort {
	DIFF_BY_BYTES,		/* most grown first, most shrunk last */
	DIFF_BY_COUNT,		/* likewise */
	DIFF_BY_CAME,		/* most that came first */
	DIFF_BY_NAME,
};

struct diff_row {
	const char *name;	/* a heap's */
	struct tally old, new;
	/* Objects that are in one heap only; nothing in here where the
	 * processes differ.  The rest stayed. */
	struct tally came, went;
};
VEC_DEFINE(diff_row_vec, struct diff_row);

struct diff {
	struct diff_row_vec rows;	/* of types that have objects */
	struct diff_row all;		/* the sum over the heaps */
};

/*
 * `types_old`, `types_new`: only these (see pattern_types()); NULL: all.  Rows
 * that are equal by `sort` are sorted by growth in bytes, then in count, then
 * by name.
 */
void diff_build(const struct heap *old, const struct heap *new,
		const struct match *match, const bool *types_old,
		const bool *types_new, enum diff_sort sort, struct diff *ret);
void diff_release(struct diff *d);

/* Has the row changed in any way? */
bool diff_row_changed(const struct diff_row *row);

#endif
