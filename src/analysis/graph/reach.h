/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/reach.h - what is reachable from GC roots, and a shortest
 * reference chain to each object.
 *
 * A breadth-first search in four rounds: from the known roots; from the
 * evaluation stacks of frames; from objects that native code must hold (see
 * roots.h); from immortal objects.  A later round only finds what the earlier
 * ones did not: an object that a known root reaches has a chain from a known
 * root, however long.  Objects that no round reaches are garbage.
 *
 * Of equally short chains the most telling one is taken: the one with the
 * fewest steps through class hierarchies and through guessed references, then
 * the one from the best kind of root (roots_rank[]).  The step from a module to
 * its namespace has length 0: otherwise the chain through the globals of a
 * frame would be shorter than the one through the module that they belong to.
 *
 * Linear in objects and edges; 13 bytes an object, 17 while it runs.
 */
#ifndef ANALYSIS_GRAPH_REACH_H
#define ANALYSIS_GRAPH_REACH_H

#include "analysis/graph/path.h"
#include "analysis/graph/roots.h"

#define REACH_NOT ROOTS_UNREACHED	/* distance of an unreached object */

/*
 * The upper two bits of a penalty are the round, the lower six are the sum of
 * the penalties of the chain's steps.  From REACH_PENALTY_NATIVE on, the chain
 * starts at a root that was found by counting references.
 */
#define REACH_PENALTY_TEMPORARY 64
#define REACH_PENALTY_NATIVE 128
#define REACH_PENALTY_IMMORTAL 192

struct reach {
	/* Columns by oid. */
	uint32_t *distance;	/* length of the chain; 0: the root's object */
	oid *parent;		/* OID_NONE: a root's object, or unreached */
	/* Index of the edge in the parent's references; of a root's object its
	 * index in `roots`. */
	uint32_t *edge;
	uint8_t *penalty;	/* of chains of equal length the lowest wins */
	/* The known roots, then the native ones, then the immortal ones. */
	struct root_vec roots;
	struct namespace_vec namespaces;
	uint32_t nr_objects;	/* of the heap: the length of the columns */
	uint32_t nr_reached;	/* how many of these are reached */
};

/*
 * Search all of `h`.  The objects in `ends` (a set as in bits.h, or NULL) are
 * search barriers: they are reached, but not expanded.  The caller releases
 * `*ret` by reach_release().
 */
void reach_build(struct heap *h, const uint64_t *ends, struct reach *ret);
void reach_release(struct reach *r);

/*
 * Search on from `nr` unreached objects, so that they and all that is reachable
 * from them have a chain, too.  They become roots with `place` ROOT_NO_PLACE
 * and `surplus` 0.  `r` is the result of reach_build(h, NULL, ...).
 */
void reach_add_garbage(struct heap *h, const oid *objects, size_t nr,
		       struct reach *r);

static inline bool reach_has(const struct reach *r, oid o)
{
	return r->distance[o] != REACH_NOT;
}

/*
 * The chain to `o`, which must be reached.  Returns its root, which is part of
 * `r`.  `*ret` are the steps from the root's object to `o`; the caller owns
 * them.
 */
const struct root *reach_path(const struct reach *r, oid o, struct path *ret);

/* What the step over a reference of `from` to `to` adds to the penalty. */
uint8_t reach_step_penalty(const struct heap *h, oid from, oid to);
/* What the step over edge number `edge` of `from`, which is reached, adds to
 * the distance: 0 from a module to its namespace, else 1. */
uint32_t reach_step_cost(const struct reach *r, oid from, uint32_t edge);
/* The round that a penalty is from, native and immortal roots taken as one: the
 * lower, the better is the root known. */
static inline unsigned int reach_round(uint8_t penalty)
{
	return MIN(penalty, REACH_PENALTY_NATIVE) >> 6;
}
/* Add up penalties; the sum stays within the round of `sum`. */
static inline uint8_t reach_add_penalty(uint8_t sum, uint8_t more)
{
	return (uint8_t)((sum & 0xc0) | MIN((sum & 0x3f) + more, 0x3f));
}

#endif
