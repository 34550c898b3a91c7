/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/retained.h - which objects have the largest retained sizes.
 *
 * This is the dominator tree as a person wants to see it.  The `__dict__` of an
 * instance, a class or a module is taken as part of its owner.  And an object
 * that only leads to the one that holds the memory (a module with a global, an
 * instance with an attribute) is skipped:
 *
 *  - a module, its namespace or a class is skipped if a child retains at least
 *    a tenth of what it does, as it is there to hold things;
 *  - any other object is skipped if its largest child retains at least three
 *    quarters of what it does;
 *  - but no object is skipped for a child that has no Python expression from
 *    there: the dict within an lru_cache, an item of a set;
 *  - and a row of objects of one type ends at its first one: a linked list or
 *    a tree is as large as its first node.
 *
 * The other children of a skipped object compete with all other objects.  So no
 * object found is part of another one, and the sum of their retained sizes is
 * at most the size of the heap.
 */
#ifndef ANALYSIS_RETAINED_H
#define ANALYSIS_RETAINED_H

#include "analysis/graph/dominators.h"
#include "analysis/graph/reach.h"

struct retained_view {
	struct heap *h;
	struct dominators dominators;
	bool borrows;		/* the dominators are somebody else's */
	struct reach reach;	/* with chains to all garbage as well */
	uint64_t *namespaces;	/* those of module roots: a set of objects */
};

/* `h` must outlive `*ret`.  The caller releases it by retained_release(). */
void retained_build(struct heap *h, struct retained_view *ret);
/*
 * Like retained_build(), where dominators_build() and reach_build(h, NULL, ...)
 * made `d` and `reach` already, to take less time and memory.  `d`, and what it
 * points to, must outlive `*ret` and not change; `reach` is copied.
 */
void retained_build_from(struct heap *h, const struct dominators *d,
			 const struct reach *reach, struct retained_view *ret);
void retained_release(struct retained_view *v);

/* Append the `max` objects that retain the most, as described above, in the
 * order of dominators_compare(); all if `max` is 0. */
void retained_largest(struct retained_view *v, size_t max,
		      struct oid_vec *ret);

/* Append the objects of a set (see bits.h) that no other object of the set
 * retains, in the order of dominators_compare(). */
void retained_topmost(const struct retained_view *v, const uint64_t *set,
		      struct oid_vec *ret);

/* What all objects of each type retain together: an array with a tally for each
 * of heap.types, which the caller frees. */
struct tally *retained_by_type(const struct retained_view *v);

/* Append the children of `o` in no order; its `__dict__` is replaced by the
 * children of that.  If `o` is OID_NONE, append the objects that have no
 * dominator. */
void retained_below(struct retained_view *v, oid o, struct oid_vec *ret);

/* The nearest object above `o` in the tree of which retained_below() appends
 * `o`; OID_NONE: `o` has no dominator. */
oid retained_above(struct retained_view *v, oid o);

/*
 * The reference chain to `o`.  If `from` is OID_NONE, it starts at a root,
 * which is returned.  Else `from` is an object that retains `o`: the chain
 * starts there, and NULL is returned.  The caller owns `*ret`.
 */
const struct root *retained_path(const struct retained_view *v, oid from,
				 oid o, struct path *ret);

/* Append the types of the objects that `o` retains, itself included: most bytes
 * first, then most objects, then by name. */
void retained_types(const struct retained_view *v, oid o,
		    struct tally_type_vec *ret);

#endif
