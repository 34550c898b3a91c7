/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/retained-tree.h - what retained memory is made of, level by level.
 *
 * Below an object there is a line for each child whose retained size is at
 * least a twentieth of its own.  The other children are summed up by type; a
 * type gets a line if its sum is at least a twentieth.  The rest gets no line.
 */
#ifndef ANALYSIS_RETAINED_TREE_H
#define ANALYSIS_RETAINED_TREE_H

#include "analysis/retained.h"

struct retained_line {
	uint32_t depth;		/* 0: the object that was asked for */
	oid object;		/* OID_NONE: the line is of several objects */
	uint32_t type;		/* of the object or objects, in heap.types */
	uint32_t nr;		/* how many objects */
	oid above;		/* the object of the line above; OID_NONE: the
				   line has depth 0 */
	struct tally sum;	/* what the object or objects retain */
};
VEC_DEFINE(retained_line_vec, struct retained_line);

/* Append the line of `o` and those of `depth` levels below it; each line comes
 * before the lines below it. */
void retained_tree(struct retained_view *v, oid o, uint64_t depth,
		   struct retained_line_vec *ret);

#endif
