/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/collect.h - what the next full collection would do.
 *
 * The garbage (garbage.h) falls into components, between which there are no
 * references: each goes as a whole or stays as a whole.  Components of the
 * same types, as many of each, are alike and make a group.
 *
 * The collector first takes out what it can't free: objects whose class has
 * the old tp_del, and what these reach.  Then it calls the callbacks of weak
 * references that are no garbage themselves, then finalizers (__del__, or
 * tp_finalize of a C type), each once in an object's life; what one of these
 * makes reachable again stays.  So of what has a finalizer nobody can foretell
 * whether it goes.
 */
#ifndef ANALYSIS_COLLECT_H
#define ANALYSIS_COLLECT_H

#include "analysis/graph/garbage.h"
#include "analysis/graph/path.h"
#include "analysis/graph/tally.h"

/* Components that are alike. */
struct collect_group {
	uint64_t nr;		/* components */
	struct tally objects;	/* of all of them */
	uint64_t finalizers;	/* of all, those that have not run yet */
	uint64_t callbacks;	/* of all, of weak references to them */
	uint64_t uncollectable;	/* objects of all */
	/* An example, the component of the lowest address: */
	size_t first;		/* of its objects in collect.members */
	uint32_t nr_members;
	oid telling;		/* its most telling object in a cycle */
};
VEC_DEFINE(collect_group_vec, struct collect_group);

struct collect {
	struct collect_group_vec groups;	/* by bytes, objects, address */
	struct oid_vec members;	/* of each component, ascending oids */
	uint64_t nr_components;
	/*
	 * What goes with the garbage although the collector does not look at
	 * it: atoms, and containers of nothing but atoms.
	 */
	struct tally untracked;
	uint64_t finalizers, finalized; /* objects; have run already */
	uint64_t callbacks;
	struct tally uncollectable;
	uint64_t scanned;	/* objects that the collector looks at whose
				   references are a guess: there may be more
				   garbage */
};

void collect_build(const struct heap *h, const struct garbage *garbage,
		   struct collect *ret);
void collect_release(struct collect *c);

/*
 * A shortest way around, through the example's most telling object; empty
 * where it has no cycle in it (what only counts say).  The caller owns it.
 */
void collect_loop(const struct heap *h, const struct collect *c,
		  const struct collect_group *group, struct path *ret);

#endif
