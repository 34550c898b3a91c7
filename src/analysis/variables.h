/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/variables.h - objects that the same variable refers to
 * in two heaps of one process.
 *
 * A variable is a root, a global of a module, an attribute of a class, or an
 * attribute of an object that a variable refers to.  If it refers to an object
 * of the same type at the same address in both heaps, that is the same object,
 * even if all that it contains was replaced: Python makes the object that a
 * variable gets before the old one is freed, so that the new one has another
 * address.  (It may get the address of an object that was replaced before.
 * Then both are taken for one.)
 *
 * Entries of containers are no variables: a list or dict moves them around.
 */
#ifndef ANALYSIS_VARIABLES_H
#define ANALYSIS_VARIABLES_H

#include "heap/heap.h"

/* At most this many dicts are asked whether they are an object's __dict__. */
#define VARIABLES_MAX_ASKED 50000

/*
 * The objects of `new`, as a set (analysis/graph/bits.h), that are the same as
 * those of `old` for a variable's sake.  `old_of` has, by object of `new`, the
 * object of `old` at its address that may be the same, or OID_NONE.  The caller
 * frees the set.  Linear in the objects that it finds and their references.
 */
uint64_t *variables_find(struct heap *old, struct heap *new, const oid *old_of);

#endif
