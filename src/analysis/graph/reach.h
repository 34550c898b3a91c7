/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/reach.h - what roots reach, and by which shortest way.
 *
 * A breadth-first search in four rounds: from the known roots; from what
 * frames compute with right now; from what must be held natively (see
 * roots.h); from what is immortal.  A later round only finds what the earlier
 * ones left, so whatever a known root reaches has a way from a known root,
 * however long.  What is unreached in the end is garbage.
 *
 * Of equally short ways the most telling is taken: the one with the fewest
 * steps through class hierarchies and through references that are guesses,
 * then the one from the best kind of root.  The step from a module to its
 * namespace counts nothing, for it is part of how a module is used: else a
 * frame's globals would be shorter than the module that they belong to.
 *
 * Linear in objects plus edges; 13 bytes an object, 17 while it runs.
 */
#ifndef ANALYSIS_GRAPH_REACH_H
#define ANALYSIS_GRAPH_REACH_H

#include "analysis/graph/path.h"
#include "analysis/graph/roots.h"

#define REACH_NOT ROOTS_UNREACHED	/* distance of what is unreached */

/*
 * The upper two bits of a penalty are the round, the lower six add up along
 * the way.  From NATIVE on, the way starts at a root found by counting.
 */
#define REACH_PENALTY_TEMPORARY 64
#define REACH_PENALTY_NATIVE 128
#define REACH_PENALTY_IMMORTAL 192

struct reach {
	uint32_t *distance;	/* from a root's object, which has 0 */
	oid *parent;		/* OID_NONE: a root's object, or unreached */
	/* Index of the edge in the parent; of a root's object: in roots. */
	uint32_t *edge;
	uint8_t *penalty;	/* orders ways of equal distance, less first */
	/* The known ones, then native, then immortal. */
	struct root_vec roots;
	struct namespace_vec namespaces;
	uint32_t nr_objects;	/* of the heap */
	uint32_t nr_reached;	/* in all rounds */
};

/*
 * Search all of `h`.  `ends` (a set in the sense of bits.h, or NULL) are
 * objects through which no way may lead: they are found and not gone beyond.
 */
void reach_build(struct heap *h, const uint64_t *ends, struct reach *ret);
void reach_release(struct reach *r);

/*
 * Search on from these objects of garbage, so that they and what they hold
 * have a way, too.  They become roots without a place and without surplus.
 */
void reach_add_garbage(struct heap *h, const oid *objects, size_t nr,
		       struct reach *r);

static inline bool reach_has(const struct reach *r, oid o)
{
	return r->distance[o] != REACH_NOT;
}

/*
 * The way to `o`, which must be reached: its root, then the steps from the
 * root's object on, `o` last.  The caller owns the steps.
 */
const struct root *reach_path(const struct reach *r, oid o, struct path *ret);

/* What the step over an edge of `from`, to `to`, adds to the penalty ... */
uint8_t reach_step_penalty(const struct heap *h, oid from, oid to);
/* ... and to the distance: 1, or 0 from a module to its namespace. */
uint32_t reach_step_cost(const struct reach *r, oid from, uint32_t edge);
/* How far a way's root is from being a place with a name: less is better. */
static inline unsigned int reach_round(uint8_t penalty)
{
	return MIN(penalty, REACH_PENALTY_NATIVE) >> 6;
}
/* Penalties stop short of the next round's. */
static inline uint8_t reach_add_penalty(uint8_t sum, uint8_t more)
{
	return (uint8_t)((sum & 0xc0) | MIN((sum & 0x3f) + more, 0x3f));
}

#endif
