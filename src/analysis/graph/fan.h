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
 * immortal, hang on nothing.  Linear in objects; 24 bytes an object.
 */
#ifndef ANALYSIS_GRAPH_FAN_H
#define ANALYSIS_GRAPH_FAN_H

#include "analysis/graph/dominators.h"
#include "analysis/graph/reach.h"

struct fan {
	/* Columns by the oid of the holder: */
	uint32_t *nr;		/* how many objects hang on it */
	uint32_t *objects;	/* how many objects these retain */
	uint64_t *bytes;	/* the sum of their retained sizes */
	uint64_t *largest;	/* the largest of their retained sizes */
	const struct reach *reach;
	const struct dominators *dominators;
};

/* `reach` is of the whole heap, without search barriers.  It and `dominators`
 * are of the same heap and must outlive `*ret`. */
void fan_build(const struct reach *reach, const struct dominators *dominators,
	       struct fan *ret);
void fan_release(struct fan *f);

/* Does `o` hang on a holder?  If so, on reach->parent[o]. */
bool fan_hangs(const struct fan *f, oid o);

#endif
