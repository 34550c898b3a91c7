/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/match.h - which objects of two heaps are the same object.
 *
 * CPython never moves an object, so objects at different addresses are
 * different objects.  But memory may have been freed and used again, and
 * nothing in an object says so for sure.  Two objects at one address are taken
 * for the same unless one of these differences tells them apart:
 *
 *  - their types differ, by address or by name
 *  - immutable values (int, float, complex, bytes, str): size or preview
 *    differs; a str may grow, as it keeps its UTF-8 once somebody asked
 *  - immutable holders (tuple, frozenset, bound methods, slices, ...): a
 *    reference differs, or leads to what is another object by these rules; of
 *    a function, its code
 *  - generation: the younger one is in NEW.  Objects only grow older, but for
 *    dicts and tuples, which some versions take out of the collector's lists
 *    and put back, finalized objects, which may have been resurrected, and
 *    what gc.freeze() and gc.unfreeze() moved.  (CPython 3.14.0 to 3.14.4
 *    move objects to and fro between generations 1 and 2.)
 *  - the finalizer had run in OLD and has not in NEW
 *  - it was immortal in OLD and is not in NEW
 *  - all other containers and instances, but not modules and classes: it has
 *    references now, but none to an object that it referred to before.
 *    Numbers, immortal objects and its own class do not count.  So a list
 *    whose contents were replaced as a whole counts as replaced, too, unless
 *    the same variable refers to it (analysis/variables.h): a dict of sessions
 *    that were all replaced is the same dict.
 *
 * Referents are compared by these rules, too, not by their addresses.  An
 * object is wrongly taken for its predecessor at the same address if it is of
 * the same kind and holds only numbers, or shares a referent with it.  Then it
 * counts as one that stayed.  How much a type grew is right anyway.
 *
 * Linear in objects and edges; 4 bytes an object of both heaps, and 2 bits one
 * of NEW while it runs.
 */
#ifndef ANALYSIS_COMPARE_MATCH_H
#define ANALYSIS_COMPARE_MATCH_H

#include "heap/heap.h"

struct match {
	/* Are the heaps of one process?  If not, all below is NULL or 0. */
	bool same_process;
	oid *new_of;		/* by oid of the old heap; OID_NONE: gone */
	oid *old_of;		/* by oid of the new heap; OID_NONE: new */
	uint32_t nr_stayed;	/* objects that are in both heaps */
	uint32_t nr_replaced;	/* new, at the address of one that is gone */
};

/*
 * Are two heaps of one process?  They are if the PID, the version of Python,
 * the boot of the machine and the start since that boot are the same: what is
 * done to the clock does not matter.  If one of them is an older capture, which
 * does not have the boot, the start time (within seconds) and the host have to
 * be the same.  If a start time is not known (of a core), the addresses of the
 * mapped files decide instead.
 * A core whose PID is not known is of no other heap's process.  A version that
 * is not known (hexversion 0: the target was not read yet) decides nothing.
 */
bool match_same_process(const struct heap_info *a, const struct heap_info *b);
/* Are version, build and debug flag of the two Pythons the same? */
bool match_same_version(const struct heap_info *a, const struct heap_info *b);

/* The caller releases `*ret` by match_release(). */
void match_build(struct heap *old, struct heap *new, struct match *ret);
void match_release(struct match *m);

/* Is `o` of the new heap a new object?  False where it can't be known, as the
 * processes differ. */
static inline bool match_is_new(const struct match *m, oid o)
{
	return m->same_process && m->old_of[o] == OID_NONE;
}

/* Is `o` of the old heap gone?  False where it can't be known, as the processes
 * differ. */
static inline bool match_is_gone(const struct match *m, oid o)
{
	return m->same_process && m->new_of[o] == OID_NONE;
}

#endif
