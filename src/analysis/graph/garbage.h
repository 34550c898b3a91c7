/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/garbage.h - what the target's own collector would find now.
 *
 * By its rule: of every object that it tracks and that is not frozen, take
 * the reference count and subtract the references from such objects.  What
 * has some left, and all that this reaches, stays; the rest is garbage.
 * Immortal objects stay.  References that are a guess (OBJECT_SCANNED) are
 * not subtracted: garbage is only what surely is.
 *
 * That is not what analysis/graph/reach.h calls unreached: a cycle through an
 * object that the collector does not track, or that is frozen, is unreached
 * but will never be collected.
 */
#ifndef ANALYSIS_GRAPH_GARBAGE_H
#define ANALYSIS_GRAPH_GARBAGE_H

#include "heap/heap.h"

struct garbage {
	uint64_t *bits;		/* see bits.h */
	struct oid_vec objects;	/* the same, ascending */
	uint64_t bytes;
};

/* True of the objects that the collector looks at. */
static inline bool garbage_is_candidate(const struct heap *h, oid o)
{
	return h->generation[o] < GENERATION_PERMANENT;
}

void garbage_build(const struct heap *h, struct garbage *ret);
void garbage_release(struct garbage *g);

#endif
