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
#define BLOCK_GRANULE 8		/* bytes in which no two blocks start */

struct block {
	raddr start;		/* what the program got from its allocator */
	uint64_t size : 56;	/* bytes that the program may use */
	uint64_t allocator : 8;	/* enum memory_allocator */
};
VEC_DEFINE(block_vec, struct block);

/*
 * Blocks that are near one another, for blocks_find(): a bit for each 8 bytes
 * in which a block starts, and for each 64 bits how many blocks start before
 * them.  That is 12 bytes for 512 of the target.
 */
struct block_region {
	raddr start, end;	/* `start` is a multiple of 8 */
	uint32_t first;		/* block */
	uint64_t *bits;		/* NULL: there is one block alone */
	uint32_t *before;
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
 * Sort the blocks.  Of two that overlap, or that start within the same 8 bytes
 * (allocators align more than that), the one that starts later is dropped.
 * Returns how many were dropped.
 */
uint64_t blocks_sort(struct blocks *b);

/* The region that `addr` lies in, or NULL. */
const struct block_region *blocks_region(struct blocks *b, raddr addr);

/* How many bits are set: Henry S. Warren, Hacker's Delight, 5-1.  The
 * compiler's own is a call where it may not use popcnt. */
static inline uint32_t blocks_bits(uint64_t x)
{
	x -= x >> 1 & UINT64_C(0x5555555555555555);
	x = (x & UINT64_C(0x3333333333333333)) +
	    (x >> 2 & UINT64_C(0x3333333333333333));
	x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (uint32_t)(x * UINT64_C(0x0101010101010101) >> 56);
}

/* The block that `addr` lies in; BLOCK_NONE: none. */
static inline uint32_t blocks_find(struct blocks *b, raddr addr)
{
	const struct block_region *r = b->regions.v + b->last;
	const struct block *v;
	uint64_t granule, bits;
	uint32_t block;

	if (unlikely(!b->regions.nr || addr < r->start || addr >= r->end)) {
		r = blocks_region(b, addr);
		if (!r)
			return BLOCK_NONE;
	}
	block = r->first;
	if (r->bits) {
		/* The last block that starts at or before `addr`. */
		granule = (addr - r->start) / BLOCK_GRANULE;
		bits = r->bits[granule / 64] << (63 - granule % 64);
		block += r->before[granule / 64] + blocks_bits(bits) - 1;
	}
	v = &b->all.v[block];
	return addr - v->start < v->size ? block : BLOCK_NONE;
}

void blocks_release(struct blocks *b);

#endif
