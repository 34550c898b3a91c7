/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/traces.h - read what tracemalloc has recorded.
 *
 * Modules/_tracemalloc.c up to 3.12, Python/tracemalloc.c later, and
 * Python/hashtable.c.  tracemalloc.c beside it needs the ledger's blocks, and
 * says which memory the tables are; this one needs no blocks, and says what is
 * in them.
 */
#ifndef PYTHON_ALLOCATORS_TRACES_H
#define PYTHON_ALLOCATORS_TRACES_H

#include "python/state/python.h"

/*
 * Fill heap.allocations.  Tables that contradict themselves make the snapshot
 * torn: a thread may be in the middle of a change.  What can't be read is left
 * out with a warning, which makes the heap partial.
 */
void traces_load(struct python *py);

#endif
