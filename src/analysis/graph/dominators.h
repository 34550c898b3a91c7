/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/dominators.h - the dominator tree and retained sizes.
 *
 * An object dominates another if every reference chain from a GC root to that
 * other object leads through it.  The nearest of an object's dominators is its
 * immediate dominator; these make the dominator tree.  The objects that an
 * object dominates, itself included, are its retained set: they would be freed
 * if it were freed, whether they are in cycles or not.  The sum of their
 * heap_bytes() is its retained size.
 *
 * These objects are GC roots here:
 *
 *  - the known roots (heap.roots);
 *  - every object with more references than the graph accounts for: native
 *    code holds it as well, so no object retains it.  Among these are the
 *    objects that static memory holds (built-in classes, small integers, and
 *    objects frozen into CPython before 3.12).  A string is no such root if
 *    some object refers to it: CPython does not visit the keys of a dict
 *    whose keys are all strings (dict_traverse() of 3.8 to 3.15), so its
 *    other holders are mostly keys of dicts;
 *  - every immortal object, which is never freed;
 *  - garbage that the collector has not freed yet has a root of its own: for
 *    each strongly connected component of garbage that no other garbage refers
 *    to, one of its objects is treated as a root.
 *
 * So the bytes of a static class or of an interned string are in no object's
 * retained size.  The table of a dict is no object of its own: heap.size of the
 * dict includes it.
 *
 * The algorithm is Semi-NCA (L. Georgiadis, "Linear-Time Algorithms for
 * Dominators and Related Problems", 2005) without recursion.  In practice it is
 * linear in objects and edges.  The result has 26 bytes an object; up to 26
 * bytes an object are needed while it is built, and 4 for each edge that leads
 * back in the search or across it, but to a root.  To follow a chain that is as
 * long as the heap takes 16 more.
 */
#ifndef ANALYSIS_GRAPH_DOMINATORS_H
#define ANALYSIS_GRAPH_DOMINATORS_H

#include "analysis/graph/tally.h"
#include "heap/heap.h"

/* The kind of GC root that holds an object: the first of these kinds from which
 * it is reachable. */
enum dominators_holder {
	HOLDER_ROOT,		/* a known root */
	HOLDER_IMMORTAL,	/* an immortal object */
	HOLDER_NATIVE,		/* an object that native code holds */
	HOLDER_GARBAGE,		/* none: it is garbage */
	NR_HOLDERS,
};
/* "root", "immortal", "native code", "garbage" */
extern const char *const dominators_holder_names[NR_HOLDERS];

struct dominators {
	const struct heap *heap;
	/* Columns by oid. */
	/* The immediate dominator.  OID_NONE: there is none, as the object is
	 * a root or is reachable from several roots independently. */
	oid *parent;
	uint64_t *bytes;	/* retained size; with lumps (heap/lump.h) */
	uint32_t *objects;	/* objects retained, itself included: >= 1 */
	uint8_t *holder;	/* enum dominators_holder */
	/*
	 * The tree in preorder: each object before those that it dominates.
	 * `o` retains order[place[o]] .. order[place[o] + objects[o] - 1].
	 */
	oid *order;
	uint32_t *place;
	uint64_t *roots;	/* the GC roots: a set of objects, see bits.h */
	uint64_t all_bytes;	/* sum of all heap_bytes(), and of lumps */
};

/* Build the tree of all of `h`, which must outlive it.  The caller releases it
 * by dominators_release(). */
void dominators_build(const struct heap *h, struct dominators *ret);

/* The same where roots_count() gave `known` already; NULL: it did not. */
void dominators_build_counted(const struct heap *h, const uint32_t *known,
			      struct dominators *ret);
void dominators_release(struct dominators *d);

/* Does `by` retain `o`?  Every object retains itself. */
static inline bool dominators_retains(const struct dominators *d, oid by,
				      oid o)
{
	return d->place[o] - d->place[by] < d->objects[by];
}

/*
 * Go through the children of `o` in the tree; through the objects without a
 * dominator if `o` is OID_NONE.  Their order means nothing.  OID_NONE ends it:
 *
 *	for (c = dominators_first(d, o); c != OID_NONE;
 *	     c = dominators_next(d, o, c))
 */
oid dominators_first(const struct dominators *d, oid o);
oid dominators_next(const struct dominators *d, oid o, oid child);

/* For sorting, largest first: compare by retained size, then by the number of
 * objects retained, then by address (lowest first).  Below 0: `a` comes first;
 * 0: they are the same. */
int dominators_compare(const struct dominators *d, oid a, oid b);

/* Sort objects in that order. */
void dominators_sort(const struct dominators *d, oid *objects, size_t nr);

/* Append to `ret` the `max` largest children of `o`, in the order of
 * dominators_compare(); fewer if it has fewer. */
void dominators_largest(const struct dominators *d, oid o, size_t max,
			struct oid_vec *ret);

/*
 * The retained set of a set of objects (see bits.h): what would be freed if all
 * of them were freed.  It can be more than the union of what each retains, as
 * some objects may be held by several of them together.  Each object counts
 * once.  Linear in objects and edges.
 */
struct tally dominators_of_set(const struct dominators *d,
				  const uint64_t *set);

#endif
