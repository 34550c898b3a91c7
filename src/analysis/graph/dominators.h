/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/dominators.h - what would be freed if an object went.
 *
 * An object dominates another if every way from a root to that one leads
 * through it.  The nearest such is the immediate dominator, and these make a
 * tree.  What an object dominates, itself included, is what it retains: that
 * would be freed if it went, in cycles or not.
 *
 * Roots are here, for nothing else would survive:
 *
 *  - the known roots (heap.roots);
 *  - every object with more references than the graph accounts for: native
 *    code holds it as well, so no object retains it.  The objects that static
 *    memory holds are among these (built-in classes, small integers and what
 *    is frozen into CPython before 3.12).  Not so strings that something is
 *    seen to hold: of a dict whose keys are all strings CPython's traverse
 *    visits the values alone (dict_traverse() of 3.8 to 3.15), so what holds
 *    them besides are mostly keys;
 *  - every immortal object, which is never freed;
 *  - what is left is garbage that the collector has not come to yet.  It has
 *    a holder of its own: of each group of objects that refer to each other
 *    and that no other garbage refers to, one object stands for the group and
 *    is treated as a root.
 *
 * So the bytes of a class from C or of an interned string count for no
 * holder, and a dict's table, which has no object of its own, counts with the
 * dict (see heap.size).
 *
 * Semi-NCA (L. Georgiadis, "Linear-Time Algorithms for Dominators and Related
 * Problems", 2005) without recursion.  In practice linear in objects and
 * edges; 26 bytes an object, and while it runs up to 45 more and 4 an edge.
 */
#ifndef ANALYSIS_GRAPH_DOMINATORS_H
#define ANALYSIS_GRAPH_DOMINATORS_H

#include "analysis/graph/tally.h"
#include "heap/heap.h"

/* By whom an object is held in the end: the first of these that reaches it. */
enum dominators_holder {
	HOLDER_ROOT,		/* known roots */
	HOLDER_IMMORTAL,	/* nobody, or native code: it is immortal */
	HOLDER_NATIVE,		/* native code that nobody knows */
	HOLDER_GARBAGE,		/* nobody */
	NR_HOLDERS,
};
/* "root", "immortal", "native code", "garbage" */
extern const char *const dominators_holder_names[NR_HOLDERS];

struct dominators {
	const struct heap *heap;
	/* The immediate dominator; OID_NONE: no object is, for it is a root's
	 * or more than one root's. */
	oid *parent;
	uint64_t *bytes;	/* retained */
	uint32_t *objects;	/* retained, itself included: 1 and more */
	uint8_t *holder;	/* enum dominators_holder */
	/*
	 * The tree from the top down, an object before what it dominates: what
	 * `o` retains is order[place[o]] .. order[place[o] + objects[o] - 1].
	 */
	oid *order;
	uint32_t *place;
	uint64_t *roots;	/* a set of objects, see bits.h */
	uint64_t all_bytes;	/* of the heap */
};

/* `h` must outlive it. */
void dominators_build(const struct heap *h, struct dominators *ret);
void dominators_release(struct dominators *d);

/* Does `by` retain `o`?  An object retains itself. */
static inline bool dominators_retains(const struct dominators *d, oid by,
				      oid o)
{
	return d->place[o] - d->place[by] < d->objects[by];
}

/*
 * The objects immediately dominated by `o` (OID_NONE: those that no object
 * dominates), in no order that means something:
 *
 *	for (c = dominators_first(d, o); c != OID_NONE;
 *	     c = dominators_next(d, o, c))
 */
oid dominators_first(const struct dominators *d, oid o);
oid dominators_next(const struct dominators *d, oid o, oid child);

/* By bytes retained, then objects, both most first, then address; for
 * sorting: below 0 is `a` first. */
int dominators_compare(const struct dominators *d, oid a, oid b);

/* Add to `ret` the first `max` of these children in that order. */
void dominators_largest(const struct dominators *d, oid o, size_t max,
			struct oid_vec *ret);

/*
 * What would be freed if all the objects of a set (see bits.h) went: more
 * than the sum of what each retains, where they hold something together.
 * Nothing counts twice.  Linear in objects and edges.
 */
struct tally dominators_of_set(const struct dominators *d,
				  const uint64_t *set);

#endif
