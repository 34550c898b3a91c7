/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/collect.h - what the next full collection would do.
 *
 * The garbage (garbage.h) is split into components: parts without references
 * between them.  Components with the same number of objects of the same types
 * are alike, and make a group.
 *
 * The collector first takes out what it can't free: objects whose class has the
 * old tp_del, and what is reachable from these.  Then it calls the callbacks of
 * weak references to garbage that are no garbage themselves.  Then it calls
 * finalizers (__del__, or tp_finalize of a C type), each once in the life of an
 * object.  What one of these makes reachable again stays.  So it is not known
 * whether a component with a finalizer will be freed.
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
	/* Of all of the components: */
	uint64_t finalizers;	/* objects whose finalizer has not run yet */
	uint64_t callbacks;	/* of weak references to their objects */
	uint64_t uncollectable;	/* objects */
	/* An example: the component that has the lowest oid. */
	size_t first;		/* index of its objects in collect.members */
	uint32_t nr_members;
	oid telling;		/* its most telling object in a cycle; OID_NONE:
				   it has no cycle (see telling.h) */
};
VEC_DEFINE(collect_group_vec, struct collect_group);

struct collect {
	/* Most bytes first, then most objects, then the lowest oid. */
	struct collect_group_vec groups;
	struct oid_vec members;	/* the oids of each component, ascending */
	uint64_t nr_components;
	/*
	 * Objects that are freed with the garbage although the collector does
	 * not look at them: atoms, and containers of nothing but atoms.
	 */
	struct tally untracked;
	uint64_t finalizers;	/* objects whose finalizer has not run yet */
	uint64_t finalized;	/* objects whose finalizer has run already */
	uint64_t callbacks;	/* of weak references, which will be called */
	struct tally uncollectable;
	/* Objects that the collector looks at, but whose references are
	 * guessed or unread: there may be more garbage. */
	uint64_t scanned;
};

/* `garbage` is of `h`.  The caller releases `*ret` by collect_release(). */
void collect_build(const struct heap *h, const struct garbage *garbage,
		   struct collect *ret);
void collect_release(struct collect *c);

/*
 * A shortest cycle through the most telling object of the group's example: a
 * closed path.  Empty if the example has no cycle, as objects without
 * references to each other can be garbage by their counts.  The caller owns it.
 */
void collect_loop(const struct heap *h, const struct collect *c,
		  const struct collect_group *group, struct path *ret);

#endif
