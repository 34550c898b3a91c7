/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/mimalloc-blocks.h - the blocks of CPython's mimalloc: of
 * free-threaded builds, and of others with PYTHONMALLOC=mimalloc.
 *
 * See python/locate/mimalloc.h for segments and pages.
 */
#ifndef PYTHON_ALLOCATORS_MIMALLOC_BLOCKS_H
#define PYTHON_ALLOCATORS_MIMALLOC_BLOCKS_H

#include "native/native.h"
#include "python/state/python.h"

/*
 * Add the blocks in use to n->blocks, claim the segments, and account for what
 * is free or overhead.  Does nothing if this process has no mimalloc of
 * CPython's.  Call it before malloc_mapped() and blocks_sort().
 *
 * The counts of lines: of PART_FREE_PAGES free blocks that have been in use, of
 * PART_MIMALLOC segments.
 */
void mimalloc_blocks(struct python *py, struct native *n);

#endif
