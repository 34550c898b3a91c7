/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/pymalloc.h - the blocks of pymalloc, CPython's allocator
 * for up to 512 bytes.
 *
 * An arena is cut into pools, a pool into blocks of one size:
 *
 *	+--------+-------+-------+-- ... --+-- ...        --+------+
 *	| header | block | block |         | never used     | tail |
 *	+--------+-------+-------+-- ... --+-- ...        --+------+
 *						nextoffset
 *
 * Free blocks are in a list, through their first words, that begins in the
 * header; the count of those in use must agree with it.  See
 * python/allocators/pymalloc-find.h for arenas.
 */
#ifndef PYTHON_ALLOCATORS_PYMALLOC_H
#define PYTHON_ALLOCATORS_PYMALLOC_H

#include "native/native.h"
#include "python/state/python.h"

/*
 * Add the blocks in use of all pymallocs to n->blocks, claim their arenas,
 * account for what is free or overhead, and fill n->ledger->arenas.  Call it
 * after malloc_heaps(), before malloc_mapped() and blocks_sort().
 *
 * Adds to `own` where the arrays of arenas are: blocks of malloc that are the
 * interpreter's own.
 *
 * The counts of lines: of PART_FREE_BLOCKS blocks, of PART_FREE_POOLS and
 * PART_FREE_ARENAS pools, of PART_PYMALLOC pools in use.
 */
void pymalloc_walk(struct python *py, struct native *n, struct raddr_vec *own);

/* Most blocks that an arena has which is said to be kept by an object. */
#define PYMALLOC_FEW_BLOCKS 8

/* The object that the block is, or else belongs to; OID_NONE: unknown. */
typedef oid pymalloc_object(void *context, uint32_t block);

/*
 * Set the `object` of each of n->ledger->arenas that has at most
 * PYMALLOC_FEW_BLOCKS blocks in use: the first that `object` says of one of
 * them.  The blocks are sorted.
 */
void pymalloc_name_arenas(struct native *n, pymalloc_object *object,
			  void *context);

#endif
