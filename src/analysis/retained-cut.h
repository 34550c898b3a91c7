/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/retained-cut.h - the dominator tree of a whole heap, cut to a size
 * that a picture can show.
 *
 * The tree is cut where it says little: the nodes that retain the most are
 * opened first, until there are enough of them.  Below an object, each child
 * that retains at least a hundredth of it is a node of its own, and the others
 * are grouped by type: "95,000 Session".  Below a group, all children of its
 * objects are grouped by type.  What is too small for a node belongs to the
 * node above, as its own bytes do.
 *
 * As in struct retained_view, the `__dict__` of an object is part of it.
 */
#ifndef ANALYSIS_RETAINED_CUT_H
#define ANALYSIS_RETAINED_CUT_H

#include "analysis/retained.h"

#define CUT_NONE UINT32_MAX

struct cut_node {
	uint32_t above;		/* the node above, an index below that of this
				   node; CUT_NONE: this is the whole heap */
	oid object;		/* OID_NONE: of several objects, or the heap */
	/* The first and the last of its objects in the tree, `object` if it is
	 * one; OID_NONE: the whole heap. */
	oid first, last;
	uint32_t type;		/* of the objects, in heap.types; CUT_NONE: the
				   whole heap */
	uint32_t nr;		/* how many objects; 0: the whole heap */
	bool opened;		/* its children are nodes or too small; false:
				   there was no room to look below it */
	struct tally sum;	/* what the objects retain */
};
VEC_DEFINE(cut_node_vec, struct cut_node);

/*
 * Append the nodes: the whole heap first, each before those below it, and those
 * below one node side by side.  The last node to be opened may bring their
 * number above `max`, by at most the number of types and 100.  Takes time n
 * log n in the objects of the heap.
 */
void retained_cut(struct retained_view *v, size_t max,
		  struct cut_node_vec *ret);

#endif
