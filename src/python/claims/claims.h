/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/claims/claims.h - who owns the blocks that are no objects.
 *
 * A reader of the type says so (python/raw/raw.h), or a pointer does.
 * Pointers are looked for in objects without a reader, in raw blocks, in the
 * data of libraries and on the stacks of threads.  A word that looks like an
 * address need not be a pointer:
 *
 *  - what has no pointers by its type is not looked into (code, numbers, the
 *    data of numeric arrays);
 *  - nor are hash tables of CPython's own, whose keys may be addresses: see
 *    claims-tables.h;
 *  - nor is what lies behind the end of an object in its block: that is from
 *    an earlier use;
 *  - nor, in the data of libraries, are objects and what malloc() itself has
 *    there: see claims-roots.h;
 *  - a member of a C struct is a pointer in all instances or in none: see
 *    claims-fields.h;
 *  - a buffer has few pointers, and malloc() does not clear what it gives: see
 *    claims-doubt.h.
 *
 * native/owners.h has the rules for what claims mean.
 */
#ifndef PYTHON_CLAIMS_CLAIMS_H
#define PYTHON_CLAIMS_CLAIMS_H

#include "python/claims/claims-data.h"

/*
 * Find the owners of all raw blocks of `n`, which have their numbers.  `own`
 * are addresses of blocks that are the interpreter's own; `missing` was counted
 * for the heap of `py`, or is all zeros: then no pointer explains a reference.
 * All of them outlive `c`, which the caller releases.
 */
void claims_load(struct claims *c, struct python *py, struct native *n,
		 const struct raddr_vec *own,
		 const struct claims_missing *missing);
void claims_release(struct claims *c);

/*
 * An object counts references that the heap has no edge for, and a raw block
 * has a pointer to it: then the owner of the block holds it.  So does an object
 * with such a pointer in its own struct that no tp_traverse visits.  A word may
 * be an old pointer, or one that its code does not count.  So, of one object:
 *
 *  - the owner of the block must not refer to the object already, nor be the
 *    object;
 *  - if there are no more pointers than references to explain, each explains
 *    one;
 *  - if there are more pointers, but no more owners, each owner holds it at
 *    least once (sqlite has a function in two of its blocks, and counts it
 *    once);
 *  - else none explains anything: who holds it stays unknown.
 *
 * Make those that explain references edges of the heap: see heap/pointed.h.
 * Each is one of the object that owns the block; blocks of libraries, threads
 * and CPython explain references, too, but have no edges.  c->edges and
 * c->own_edges are empty then.
 */
void claims_add_edges(struct claims *c);

/* What several objects own, and none of them clearly, becomes lumps of the
 * heap: see heap/lump.h. */
void claims_add_lumps(struct claims *c);

/* The owner of a node. */
static inline struct owner claims_owner(const struct claims *c, uint32_t node)
{
	return owners_of(&c->owners, node);
}

#endif
