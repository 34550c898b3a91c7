/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/retained-tree.h - what retained memory is made of, level by level.
 *
 * Below an object each one that retains a twentieth of what it does is told
 * apart.  Of the others those of one type are told together, if they come to a
 * twentieth; what is left then is not told.
 */
#ifndef ANALYSIS_RETAINED_TREE_H
#define ANALYSIS_RETAINED_TREE_H

#include "analysis/retained.h"

struct retained_line {
	uint32_t depth;		/* 0: one that was asked for */
	oid object;		/* OID_NONE: `nr` objects of `type` */
	uint32_t type;		/* index in heap.types */
	uint32_t nr;
	oid above;		/* of the line that it is below; OID_NONE */
	struct tally sum;	/* what it retains, or what they do */
};
VEC_DEFINE(retained_line_vec, struct retained_line);

/* Add the object and `depth` levels below it, each line before those that are
 * below it. */
void retained_tree(struct retained_view *v, oid o, uint64_t depth,
		   struct retained_line_vec *ret);

#endif
