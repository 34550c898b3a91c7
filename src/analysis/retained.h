/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/retained.h - which objects keep the most memory alive.
 *
 * The dominator tree as a person wants to look at it.  The `__dict__` of an
 * instance, a class or a module is part of its owner: what it holds is its
 * owner's.  And an object that only leads to the one that holds the memory (a
 * module with a global, an instance with an attribute) is passed by:
 *
 *  - a module, the names of one and a class, when some object below retains a
 *    tenth of what it does: they are there to hold things;
 *  - any other object when the largest below it retains three quarters;
 *  - but not to what Python can't get at from there: the dict within an
 *    lru_cache, an item of a set;
 *  - and not on into what is built of its own kind: a list of linked nodes or
 *    a tree is as large as its first one.
 *
 * What else a passed object holds competes with the rest, so the objects found
 * are never parts of each other, and together they are no more than the heap.
 */
#ifndef ANALYSIS_RETAINED_H
#define ANALYSIS_RETAINED_H

#include "analysis/graph/dominators.h"
#include "analysis/graph/reach.h"

struct retained_view {
	struct heap *h;
	struct dominators dominators;
	/* Of garbage as well: reach_add_garbage(). */
	struct reach reach;
	uint64_t *namespaces;	/* of module roots, a set of objects */
};

void retained_build(struct heap *h, struct retained_view *ret);
void retained_release(struct retained_view *v);

/* Add the objects that retain the most, by dominators_compare(); `max` 0:
 * all. */
void retained_largest(struct retained_view *v, size_t max,
		      struct oid_vec *ret);

/* Add those of a set (see bits.h) that no other of the set retains, in the
 * order of dominators_compare(). */
void retained_topmost(const struct retained_view *v, const uint64_t *set,
		      struct oid_vec *ret);

/* Add what is immediately below `o`, in no order: what it dominates, and in
 * place of its `__dict__` what that dominates. */
void retained_below(struct retained_view *v, oid o, struct oid_vec *ret);

/* The nearest object above `o` whose `__dict__` it is not; OID_NONE: none. */
oid retained_above(struct retained_view *v, oid o);

/*
 * The way to `o`, for a trail (see output/path.h): from a root; or, where
 * `from` is not OID_NONE but an object that retains it, from there, and NULL
 * is returned.  The caller owns it.
 */
const struct root *retained_path(const struct retained_view *v, oid from,
				 oid o, struct path *ret);

/* The types of the objects that `o` retains, itself included: by bytes, then
 * objects, then name. */
void retained_types(const struct retained_view *v, oid o,
		    struct tally_type_vec *ret);

#endif
