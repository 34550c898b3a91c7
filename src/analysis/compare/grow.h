/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/grow.h - who holds what came: the containers and attributes
 * that gained objects between two heaps.
 *
 * Two heaps of one process: each new object belongs to its nearest ancestor on
 * the shortest reference chain (see reach.h) that was there before.  Each
 * object that is gone belongs to its nearest ancestor, in the old heap, that is
 * still there.  The growth of a holder is what came minus what went, plus the
 * growth of its own size.  So a cache that replaces its contents does not
 * grow.  If a holder is a namespace (an instance, its __dict__, the one of a
 * module), new objects below one attribute are a row of their own: the
 * attribute grew.  Holders that are alike (see alike.h) are one row: three and
 * more that are the same attribute of objects of one type, ten and more that
 * are entries of a container.
 *
 * Heaps of two processes: the containers with the most entries are looked up in
 * the old heap by name: the same root, and at each step a reference of the same
 * name.  The growth of a container is that of all objects whose shortest chain
 * leads through it.  Only containers with more entries than before are listed.
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
	/* Objects of one process that came, and that went, and that no root
	 * reaches: garbage. */
	struct tally unreached, old_unreached;
};

void grow_build(struct heap *old, struct heap *new, const struct match *match,
		const struct growth_options *options, struct grow *ret);
void grow_release(struct grow *g);

#endif
