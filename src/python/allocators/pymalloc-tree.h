/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/pymalloc-tree.h - the radix tree of pymalloc's arenas.
 *
 * From 3.10 on CPython looks an address up in a tree to see whether it lies in
 * an arena.  The root is static or part of the interpreter; the nodes below are
 * blocks of malloc that the interpreter owns:
 *
 *	address  | top | middle | bottom | in the arena |
 *
 *	middle node	pointers to bottom nodes
 *	bottom node	{ int32_t tail_hi, tail_lo; } of each place for an
 *			arena: tail_hi is -1 if an arena begins there, or how
 *			far behind it one begins
 *
 * Source: Include/internal/pycore_obmalloc.h, arena_map_mark_used() of
 * Objects/obmalloc.c.
 */
#ifndef PYTHON_ALLOCATORS_PYMALLOC_TREE_H
#define PYTHON_ALLOCATORS_PYMALLOC_TREE_H

#include "native/native.h"
#include "python/state/python.h"

/*
 * Add the addresses of the nodes of all trees to `own`.  They are found among
 * the blocks of malloc, by what they have about the arenas of n->ledger.  Call
 * it after pymalloc_walk() and blocks_sort().
 */
void pymalloc_tree(struct python *py, struct native *n, struct raddr_vec *own);

#endif
