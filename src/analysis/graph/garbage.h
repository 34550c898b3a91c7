/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/garbage.h - what the target's own collector would free now.
 *
 * It is found by the collector's rule.  Candidates are the objects that it
 * tracks and that are not frozen.  From the reference count of each candidate
 * the references from candidates are subtracted.  A candidate with references
 * left is held from outside: it stays, and so does all that is reachable from
 * it.  The other candidates are garbage.  Immortal objects stay.  Guessed
 * references (OBJECT_SCANNED) are not subtracted, so that nothing is called
 * garbage by a guess.
 *
 * Garbage is not the same as unreached in reach.h: a cycle through an object
 * that is frozen, or that the collector does not track, is unreached but will
 * never be collected.
 */
#ifndef ANALYSIS_GRAPH_GARBAGE_H
#define ANALYSIS_GRAPH_GARBAGE_H

#include "heap/heap.h"

struct garbage {
	uint64_t *bits;		/* a set of objects, see bits.h */
	struct oid_vec objects;	/* the same objects, ascending */
	uint64_t bytes;		/* the sum of their heap_bytes() */
};

/* Does the collector look at `o`: is it tracked and not frozen? */
static inline bool garbage_is_candidate(const struct heap *h, oid o)
{
	return h->generation[o] < GENERATION_PERMANENT;
}

/* The caller releases `*ret` by garbage_release(). */
void garbage_build(const struct heap *h, struct garbage *ret);
void garbage_release(struct garbage *g);

#endif
