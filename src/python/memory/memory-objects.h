/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/memory-objects.h - which blocks are Python objects.
 */
#ifndef PYTHON_MEMORY_MEMORY_OBJECTS_H
#define PYTHON_MEMORY_MEMORY_OBJECTS_H

#include "native/native.h"
#include "python/state/python.h"

/*
 * Take the blocks of `n`, which are sorted, that objects lie in; account for
 * them; and make heap.bytes: the bytes of an object's block, or its size if it
 * lies in none.  It is static data of a file then, or in an allocator that is
 * not looked into.
 */
void memory_objects(struct python *py, struct native *n);

/* The block that the object lies in; BLOCK_NONE: it lies in none, or in one
 * that is something larger. */
uint32_t memory_block_of(const struct python *py, struct native *n, oid o);

/* The object in the block, which was taken. */
oid memory_object_in(struct python *py, const struct block *b);

/* What the block takes of its allocator's memory: malloc puts its size before
 * it, and rounds the mapping of a large one to pages. */
uint64_t memory_bytes_of(struct block b);

#endif
