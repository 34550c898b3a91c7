/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/fan.h - what hangs on each object directly, and how much that
 * is.
 *
 * On the shortest ways from roots (reach.h) each object has one holder.  What
 * the objects with one holder retain (dominators.h) has nothing in common, so
 * it adds up to what would be freed if the holder let go of them: an
 * accumulation shows as a holder with many on it, also where an index and a
 * list both hold the same objects and neither dominates them.
 *
 * What would stay anyway, because native code holds it or it is immortal,
 * hangs on nobody.  Linear in objects; 24 bytes an object.
 */
#ifndef ANALYSIS_GRAPH_FAN_H
#define ANALYSIS_GRAPH_FAN_H

#include "analysis/graph/dominators.h"
#include "analysis/graph/reach.h"

struct fan {
	/* By holder: */
	uint32_t *nr;		/* how many hang on it */
	uint32_t *objects;	/* what they retain together ... */
	uint64_t *bytes;
	uint64_t *largest;	/* ... and the one that retains most, bytes */
	const struct reach *reach;
	const struct dominators *dominators;
};

void fan_build(const struct reach *reach, const struct dominators *dominators,
	       struct fan *ret);
void fan_release(struct fan *f);

/* Does `o` hang on its holder reach->parent[o]? */
bool fan_hangs(const struct fan *f, oid o);

#endif
