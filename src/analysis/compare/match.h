/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/match.h - which objects of two heaps are the same object.
 *
 * CPython never moves an object, so what has another address is another
 * object.  The other way around an address may have been freed and used
 * again, and nothing in an object says so for sure.  Two objects at one
 * address are taken for the same unless one of these tells them apart:
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
 *  - all others, containers and instances, but not modules and classes: of
 *    what it referred to, it refers to nothing now, though it refers to
 *    something.  Numbers, immortal objects and its class do not count.  So a
 *    list whose contents were replaced as a whole counts as replaced, too.
 *
 * Here "refers to" means the object that is the same by these rules, not its
 * address.  What stays undetected is what holds only numbers, and what shares
 * an object with the one before, at the very address of one of its kind that
 * is gone.  Both then count as one that stayed; how much a type grew is right
 * anyway.
 *
 * Linear in objects and edges; 4 bytes an object of both heaps, 8 bytes an
 * object of OLD while it runs.
 */
#ifndef ANALYSIS_COMPARE_MATCH_H
#define ANALYSIS_COMPARE_MATCH_H

#include "heap/heap.h"

struct match {
	/* Is it one process at two times?  Else nothing below is there. */
	bool same_process;
	oid *new_of;		/* by oid of old; OID_NONE: gone */
	oid *old_of;		/* by oid of new; OID_NONE: new */
	uint32_t nr_stayed;
	uint32_t nr_replaced;	/* at the address of one that is gone */
};

/*
 * Is it the same PID, start (within seconds), host and version of Python?
 * Where a start is not known (of a core), the addresses of the mapped files
 * decide in its place.  A core whose PID is not known is never the same.
 */
bool match_same_process(const struct heap_info *a, const struct heap_info *b);
bool match_same_version(const struct heap_info *a, const struct heap_info *b);

void match_build(struct heap *old, struct heap *new, struct match *ret);
void match_release(struct match *m);

/* Has `o` of the new heap, or of the old, come or gone?  false where nobody
 * knows: the processes differ. */
static inline bool match_is_new(const struct match *m, oid o)
{
	return m->same_process && m->old_of[o] == OID_NONE;
}

static inline bool match_is_gone(const struct match *m, oid o)
{
	return m->same_process && m->new_of[o] == OID_NONE;
}

#endif
