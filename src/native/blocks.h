/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/blocks.h - the blocks of memory that allocators have given out.
 *
 * A block is in use, as its allocator says.  Whether it is a Python object is
 * not known here.  Add blocks in any order, then call blocks_sort(); from then
 * on a block is its index, in order of addresses.
 */
#ifndef NATIVE_BLOCKS_H
#define NATIVE_BLOCKS_H

#include "heap/memory.h"
#include "target/memory.h"

#define BLOCK_NONE UINT32_MAX

struct block {
	raddr start;		/* what the program got from its allocator */
	uint64_t size : 56;	/* bytes that the program may use */
	uint64_t allocator : 8;	/* enum memory_allocator */
};
VEC_DEFINE(block_vec, struct block);

/* Blocks that are near one another, for blocks_find(). */
struct block_region {
	raddr start, end;	/* `start` is that of a page */
	uint32_t *first;	/* by page: the first block that ends behind
				   the page's start */
};
VEC_DEFINE(block_region_vec, struct block_region);

/* All zeros has no blocks. */
struct blocks {
	struct block_vec all;	/* they do not overlap: blocks_sort() */
	struct block_region_vec regions;
	size_t last;		/* region where the last address was found */
};

/* At most 2^32 - 2 blocks are taken; more are dropped. */
void blocks_add(struct blocks *b, raddr start, uint64_t size,
		enum memory_allocator allocator);

/*
 * Sort the blocks.  Of two that overlap, the one that begins later is dropped.
 * Returns how many were dropped.
 */
uint64_t blocks_sort(struct blocks *b);

/* The block that `addr` lies in; BLOCK_NONE: none. */
uint32_t blocks_find(struct blocks *b, raddr addr);

void blocks_release(struct blocks *b);

#endif
