/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/object-blocks.h - which blocks are Python objects.
 */
#ifndef PYTHON_ALLOCATORS_OBJECT_BLOCKS_H
#define PYTHON_ALLOCATORS_OBJECT_BLOCKS_H

#include "native/native.h"
#include "python/state/python.h"

/*
 * Take the blocks of `n`, which are sorted, that objects lie in; account for
 * them; and make heap.bytes: the bytes of an object's block, or its size if it
 * lies in none.  It is static data of a file then, or in an allocator that is
 * not looked into.
 */
void object_blocks_take(struct python *py, struct native *n);

/* The block that the object lies in; BLOCK_NONE: it lies in none, or in one
 * that is something larger. */
uint32_t object_blocks_find(const struct python *py, struct native *n, oid o);

/* The object in the block, which was taken. */
oid object_blocks_object(struct python *py, const struct block *b);

/* What the block takes of its allocator's memory: malloc puts its size before
 * it, and rounds the mapping of a large one to pages. */
uint64_t object_blocks_bytes(struct block b);

#endif
