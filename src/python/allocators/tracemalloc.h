/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/tracemalloc.h - the tables of tracemalloc.
 *
 * While tracemalloc is on, it has an entry for each block that Python has
 * allocated.  These entries are blocks of malloc() themselves: several hundred
 * thousand of them, with the address of every other block as their keys.  They
 * say nothing of who owns these blocks.
 *
 * No symbol is needed.  Static data of CPython leads to the tables, struct
 * _Py_hashtable_t (Modules/hashtable.h of 3.8, pycore_hashtable.h of later
 * versions).  The table of traces is known by what is in it: its keys are
 * starts of blocks, and each trace has a size that the block of its key can
 * have.  The others are the tables that use the same two functions to allocate.
 */
#ifndef PYTHON_ALLOCATORS_TRACEMALLOC_H
#define PYTHON_ALLOCATORS_TRACEMALLOC_H

#include "native/native.h"
#include "python/state/python.h"

/* Add the nodes that are parts of these tables to `ret`, each once.  The blocks
 * of `n` have their numbers. */
void tracemalloc_find(struct python *py, struct native *n,
		      struct u32_vec *ret);

#endif
