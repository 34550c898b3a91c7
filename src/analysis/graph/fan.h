/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/fan.h - what hangs on each object directly, and how much that
 * is.
 *
 * On the shortest reference chains (reach.h) each object has one holder: its
 * parent.  We say that it hangs on that holder.  The retained sets of objects
 * with the same holder are disjoint (dominators.h), so their sizes add up to
 * what would be freed if the holder dropped its references.  An accumulation
 * shows as a holder on which much hangs.  That also works where an index and a
 * list both hold the same objects, so that neither dominates them.
 *
 * Objects that would stay anyway, because native code holds them or they are
 * immortal, hang on nothing.  Nothing is stored: few objects are asked about,
 * and a column for each figure would take longer to fill than they take.
 */
#ifndef ANALYSIS_GRAPH_FAN_H
#define ANALYSIS_GRAPH_FAN_H

#include "analysis/graph/dominators.h"
#include "analysis/graph/reach.h"

/* `reach` is of the whole heap, without search barriers.  It and `dominators`
 * are of one heap.  Somebody else owns them. */
struct fan {
	const struct reach *reach;
	const struct dominators *dominators;
};

/* What hangs on one holder. */
struct fan_sum {
	uint32_t nr;		/* how many objects */
	uint32_t objects;	/* how many objects these retain */
	uint64_t bytes;		/* the sum of their retained sizes */
	uint64_t largest;	/* the largest of their retained sizes */
};

/* Does `o` hang on a holder?  If so, on reach->parent[o]. */
bool fan_hangs(const struct fan *f, oid o);

/* Does edge number `edge` of `holder`, which leads to `o`, make `o` hang on it?
 * Of several edges to `o`, at most one does. */
bool fan_hangs_by(const struct fan *f, oid holder, uint32_t edge, oid o);

/* The sum over the edges of `holder`: linear in these. */
struct fan_sum fan_of(const struct fan *f, oid holder);

/*
 * What several objects that hang on `holder` share: no one of them retains it,
 * but `holder` does.  An example is an engine of which two entries of a list
 * know.  Of these, `nr` is the number of objects whose immediate dominator is
 * `holder`, and the other fields are their retained sizes.  Linear in the
 * objects that `holder` dominates immediately.
 */
struct fan_sum fan_shared(const struct fan *f, oid holder);

#endif
