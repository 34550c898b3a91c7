/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/claims.h - who owns the blocks that are no objects.
 *
 * A reader of the type says so (python/raw/raw.h), or a pointer does.
 * Pointers are looked for in objects without a reader, in raw blocks, in the
 * data of libraries and on the stacks of threads.  A word that looks like an
 * address need not be a pointer:
 *
 *  - what has no pointers by its type is not looked into (code, numbers, the
 *    data of numeric arrays);
 *  - nor is what lies behind the end of an object in its block: that is from
 *    an earlier use;
 *  - a member of a C struct is a pointer in all instances or in none: see
 *    claims-fields.h;
 *  - a buffer has few pointers, and malloc() does not clear what it gives: see
 *    claims-doubt.h.
 *
 * native/owners.h has the rules for what claims mean.
 */
#ifndef PYTHON_MEMORY_CLAIMS_H
#define PYTHON_MEMORY_CLAIMS_H

#include "python/memory/claims-data.h"

/*
 * Find the owners of all raw blocks of `n`, which have their numbers.  `own`
 * are addresses of blocks that are the interpreter's own.  All of them outlive
 * `c`, which the caller releases.
 */
void claims_load(struct claims *c, struct python *py, struct native *n,
		 const struct raddr_vec *own);
void claims_release(struct claims *c);

/* The owner of a node. */
static inline struct owner claims_owner(const struct claims *c, uint32_t node)
{
	return owners_of(&c->owners, node);
}

#endif
