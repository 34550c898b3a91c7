/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/grow.h - who holds what came: the containers and attributes
 * that gained objects between two heaps.
 *
 * One process at two times: each object that is new belongs to the nearest
 * object that was there before, on the shortest way from a root (see reach.h);
 * each that is gone likewise in the old heap.  What came less what went, with
 * the growth of the holder itself, is its growth.  So is a cache that replaces
 * its contents no growth.  Where a holder is a namespace (an instance, its
 * __dict__, a module's), what came there as one attribute is told apart from
 * the rest: the attribute grew.  Where many holders that are alike (see
 * alike.h) grew, each by little, they are one.
 *
 * Other processes: the containers with the most entries are looked for in the
 * old heap by their name: the same root, and at each step a reference of the
 * same name.  What they and all that is reached through them have grown by, is
 * their growth; only those with more entries than before are listed.
 *
 * Linear in objects and edges; names are made for the few that are listed.
 */
#ifndef ANALYSIS_COMPARE_GROW_H
#define ANALYSIS_COMPARE_GROW_H

#include "analysis/compare/growth.h"
#include "analysis/graph/reach.h"

struct grow {
	struct growth_vec v;	/* most grown first */
	struct reach reach;	/* of the new heap */
	/* What no root reaches: garbage. */
	struct tally unreached, old_unreached;
};

void grow_build(struct heap *old, struct heap *new, const struct match *match,
		const struct growth_options *options, struct grow *ret);
void grow_release(struct grow *g);

#endif
