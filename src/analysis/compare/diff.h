/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/diff.h - compare two heaps by type.
 *
 * Types of the same name make one row: a class that was created again when its
 * module was reloaded, or the class of another process, is the same type here.
 */
#ifndef ANALYSIS_COMPARE_DIFF_H
#define ANALYSIS_COMPARE_DIFF_H

#include "analysis/compare/match.h"
#include "analysis/graph/tally.h"

enum diff_sort {
	DIFF_BY_BYTES,		/* by growth in bytes, most grown first */
	DIFF_BY_COUNT,		/* by growth in objects, most grown first */
	DIFF_BY_CAME,		/* by the number of new objects, most first */
	DIFF_BY_NAME,		/* by name */
};

struct diff_row {
	const char *name;	/* of the type; owned by one of the heaps */
	struct tally old, new;	/* objects in each heap */
	/* Objects that are only in the new heap, or only in the old one; zero
	 * where the processes differ.  The other objects stayed. */
	struct tally came, went;
};
VEC_DEFINE(diff_row_vec, struct diff_row);

struct diff {
	struct diff_row_vec rows;	/* types with objects in a heap */
	struct diff_row all;		/* all objects of the heaps */
};

/*
 * Compare `old` and `new`, which must outlive `*ret`; `match` is of the two.
 * `types_old` and `types_new` say for each type of the heap whether it gets a
 * row (see pattern_types()); NULL: all types.  Rows that are equal by `sort`
 * are sorted by growth in bytes, then in objects, then by name.  The caller
 * releases `*ret` by diff_release().
 */
void diff_build(const struct heap *old, const struct heap *new,
		const struct match *match, const bool *types_old,
		const bool *types_new, enum diff_sort sort, struct diff *ret);
void diff_release(struct diff *d);

/* Do the heaps differ in this row: in objects, in bytes, or in which objects
 * there are? */
bool diff_row_changed(const struct diff_row *row);

#endif
