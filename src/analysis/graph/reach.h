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
 * the one from the best kind of root (roots_rank[]).
 *
 * Some steps count for more or less than one, so that the chain goes by where
 * an object belongs:
 *
 * - The step from a module to its namespace has length 0: otherwise the chain
 *   through the globals of a frame would be shorter than the one through the
 *   module that they belong to.
 * - The step to a global whose class another module defines has length
 *   1 + REACH_FOREIGN: logging.Logger.manager.loggerDict is taken, not
 *   concurrent.futures._base.LOGGER.manager.loggerDict.
 * - A global and its attributes say more than a local of some function, or a
 *   member of the interpreter's state, that has the object as well.  So chains
 *   from these roots count as REACH_LATE steps longer: app.POOL._work_queue is
 *   taken, not the local `work_queue` of a thread of that pool.  The dict of
 *   the threads that run, threading._active, has that distance as well: its
 *   threads hold the arguments of their functions.
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

/* Enough for a class attribute, which is behind the class and its dict. */
#define REACH_FOREIGN 2
/* The distance of what a frame, the interpreter or native code is known to
 * hold: enough for app.POOL._work_queue where an instance has its attributes in
 * a dict (up to CPython 3.10). */
#define REACH_LATE (3 + REACH_FOREIGN)

/* The class that is row `type` of heap.types. */
struct reach_class {
	oid object;
	uint32_t type;
};
VEC_DEFINE(reach_class_vec, struct reach_class);

struct reach {
	/* Columns by oid. */
	/* The length of the chain; of a root's object 0 or REACH_LATE, which
	 * the objects behind it add to theirs. */
	uint32_t *distance;
	oid *parent;		/* OID_NONE: a root's object, or unreached */
	/* Index of the edge in the parent's references; of a root's object its
	 * index in `roots`. */
	uint32_t *edge;
	uint8_t *penalty;	/* of chains of equal length the lowest wins */
	/* The known roots, then the native ones, then the immortal ones. */
	struct root_vec roots;
	struct namespace_vec namespaces;
	struct reach_class_vec classes;	/* by object, ascending */
	oid threads;		/* threading._active, or OID_NONE */
	uint32_t nr_objects;	/* of the heap: the length of the columns */
	uint32_t nr_reached;	/* how many of these are reached */
};

/*
 * Search all of `h`.  The objects in `ends` (a set as in bits.h, or NULL) are
 * search barriers: they are reached, but not expanded.  The caller releases
 * `*ret` by reach_release().
 */
void reach_build(struct heap *h, const uint64_t *ends, struct reach *ret);

/* The same where roots_count() gave `known` already; NULL: it did not. */
void reach_build_counted(struct heap *h, const uint64_t *ends,
			 const uint32_t *known, struct reach *ret);
void reach_release(struct reach *r);
/* A copy of `r`, which the caller releases by reach_release(). */
struct reach reach_copy(const struct reach *r);

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

/*
 * How many references the chain to `o`, which must be reached, has: not its
 * distance, to which some steps add more or less than one.  Counts up to `max`
 * and returns that if there are as many or more.
 */
uint32_t reach_steps(const struct reach *r, oid o, uint32_t max);

/* The longest distance of a reached object; 0: none is reached. */
uint32_t reach_deepest(const struct reach *r);
/* The nr_reached objects that are reached, by distance, the nearest first; of
 * equal ones the lower oid.  The caller frees the array. */
oid *reach_order(const struct reach *r);

/* The name of the module whose namespace `o`, which is reached, is; NULL: it is
 * no module's, or the name is not known.  The text is the heap's. */
const char *reach_module_of(const struct heap *h, const struct reach *r, oid o);

/* What the step over a reference of `from` to `to` adds to the penalty. */
uint8_t reach_step_penalty(const struct heap *h, oid from, oid to);
/* The distance of the object of a known root of that kind: 0 or REACH_LATE. */
uint32_t reach_root_distance(enum root_kind kind);
/* What the step over edge number `edge` of `from`, which is reached, adds to
 * the distance: 0 from a module to its namespace, 1 + REACH_FOREIGN from there
 * to a global of another module's class, REACH_LATE to threading._active, else
 * 1. */
uint32_t reach_step_cost(const struct heap *h, const struct reach *r, oid from,
			 uint32_t edge);
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
