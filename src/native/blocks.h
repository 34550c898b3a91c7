/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/blocks.h - the blocks of memory that allocators have given out.
 *
 * A block is in use, as its allocator says.  Most blocks lie in runs: a pool of
 * pymalloc or a page of mimalloc has blocks of one size, one behind the other.
 * A run takes two bits a block; all other blocks are listed one by one.
 *
 *	blocks_add(), blocks_add_run()	in any order
 *	blocks_sort()			now a block has a number
 *	blocks_find()			the block at an address
 *	blocks_take()			this block is a Python object
 *	blocks_number()			the others are raw blocks: nodes
 *	blocks_node()
 *
 * Numbers of blocks and of nodes are in order of addresses.  Those of nodes
 * have no gaps, those of blocks have.
 */
#ifndef NATIVE_BLOCKS_H
#define NATIVE_BLOCKS_H

#include "heap/memory.h"
#include "target/memory.h"

#define BLOCK_NONE UINT32_MAX
#define NODE_NONE UINT32_MAX
#define BLOCK_GRANULE 8		/* bytes in which no two blocks start */

struct block {
	raddr start;		/* what the program got from its allocator */
	uint64_t size : 56;	/* bytes that the program may use */
	uint64_t allocator : 8;	/* enum memory_allocator */
};
VEC_DEFINE(block_vec, struct block);

/*
 * Blocks whose numbers follow one another: of one size, `stride` bytes from
 * start to start; or, with a stride of 0, some of blocks.listed.
 */
struct block_run {
	raddr start;		/* of the first block */
	uint32_t bytes;		/* from there to the end of the last one;
				   stride 0: unused */
	uint32_t stride;
	uint32_t size;		/* as in struct block */
	uint32_t inverse;	/* 2^32 / stride, rounded up */
	uint32_t nr;		/* blocks, in use or free */
	uint32_t first;		/* number of the first block: 64 * n */
	uint32_t index;		/* stride 0: in blocks.listed; before
				   blocks_sort(): in blocks.used */
	enum memory_allocator allocator;
};
VEC_DEFINE(block_run_vec, struct block_run);

/* What is known of 64 blocks of a run.  Bit `i` is for number 64 * n + i. */
struct block_word {
	uint64_t used;		/* in use: the others are no blocks */
	uint64_t raw;		/* of these: which have not been taken */
	uint32_t before;	/* raw blocks with lower numbers */
	uint32_t run;		/* index in blocks.runs */
};
VEC_DEFINE(block_word_vec, struct block_word);

/* Runs of one kind that are near one another, for blocks_find(). */
struct block_region {
	raddr start, end;
	uint32_t first;		/* number of the first block */
	/* Runs with a stride: index + 1 in blocks.runs by page, 0: none. */
	uint32_t *pages;
	/*
	 * The run without: a bit for each 8 bytes from `start`, a multiple of
	 * 8, in which a block starts, and for each 64 bits how many blocks
	 * start before them.  That is 12 bytes for 512 of the target.  NULL:
	 * there is one block alone.
	 */
	uint64_t *bits;
	uint32_t *before;
};
VEC_DEFINE(block_region_vec, struct block_region);

/* All zeros has no blocks. */
struct blocks {
	struct block_vec listed; /* those that lie in no run with a stride, in
				    order: blocks_sort() */
	struct block_run_vec runs; /* in order: blocks_sort() */
	struct u64_vec used;	/* by run and block: a bit; until
				   blocks_sort() */
	struct block_word_vec words;
	struct u32_vec raw;	/* by node: the block; blocks_number() */
	struct block_region_vec regions;
	size_t last;		/* region where the last address was found */
};

/* What is no block is not taken: of no size, or of 2^56 bytes and more. */
void blocks_add(struct blocks *b, raddr start, uint64_t size,
		enum memory_allocator allocator);

/*
 * Add those of `nr` blocks, `stride` bytes from start to start, that are not
 * free: bit i % 8 of free[i / 8].  `first` is the first one; it has `stride`
 * bytes at most.  The caller has checked that all of them are mapped.
 */
void blocks_add_run(struct blocks *b, const struct block *first,
		    uint64_t stride, uint32_t nr, const uint8_t *free);

/*
 * Sort the blocks, and give them numbers.  Of two that overlap, or that start
 * within the same 8 bytes (allocators align more than that), the one that
 * starts later is dropped; so is one that overlaps a page of a run, and a run
 * that begins in the page where another ends.  At most about 2^32 blocks get
 * numbers.  Returns how many were dropped.
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

/* Is it the number of a block in use?  `block` is below 64 * words.nr. */
static inline bool blocks_is_used(const struct blocks *b, uint32_t block)
{
	return b->words.v[block / 64].used >> block % 64 & 1;
}

/* The run of the block with this number. */
static inline const struct block_run *blocks_run(const struct blocks *b,
						 uint32_t block)
{
	return &b->runs.v[b->words.v[block / 64].run];
}

/* The block with this number. */
static inline struct block blocks_get(const struct blocks *b, uint32_t block)
{
	const struct block_run *r = blocks_run(b, block);

	if (!r->stride)
		return b->listed.v[r->index + (block - r->first)];
	return (struct block){
		.start = r->start + (uint64_t)(block - r->first) * r->stride,
		.size = r->size,
		.allocator = r->allocator,
	};
}

/* For blocks_find(): in a region with runs that have a stride.  `*before` is
 * set to the bytes from the block's start to `addr`. */
static inline uint32_t blocks_find_in_run(const struct blocks *b,
					  const struct block_region *region,
					  raddr addr, uint64_t *before)
{
	uint32_t run = region->pages[(addr - region->start) / MEMORY_PAGE];
	const struct block_run *r = &b->runs.v[run - 1];
	uint64_t offset, i;

	if (!run)
		return BLOCK_NONE;
	offset = addr - r->start;
	if (offset >= r->bytes)
		return BLOCK_NONE;
	i = offset * r->inverse >> 32;
	*before = offset - i * r->stride;
	if (*before >= r->size || !blocks_is_used(b, r->first + (uint32_t)i))
		return BLOCK_NONE;
	return r->first + (uint32_t)i;
}

/* For blocks_find(): in a region of listed blocks. */
static inline uint32_t blocks_find_listed(const struct blocks *b,
					  const struct block_region *region,
					  raddr addr, uint64_t *before)
{
	uint32_t block = region->first;
	uint64_t granule, bits;
	struct block found;

	if (region->bits) {
		/* The last block that starts at or before `addr`. */
		granule = (addr - region->start) / BLOCK_GRANULE;
		bits = region->bits[granule / 64] << (63 - granule % 64);
		block += region->before[granule / 64] + blocks_bits(bits) - 1;
	}
	found = blocks_get(b, block);
	*before = addr - found.start;
	return *before < found.size ? block : BLOCK_NONE;
}

/*
 * The number of the block that `addr` lies in; `*before` is set to the bytes
 * from its start to `addr`.  BLOCK_NONE: there is none, and `*before` is
 * undefined.
 */
static ALWAYS_INLINE uint32_t blocks_find_start(struct blocks *b, raddr addr,
						uint64_t *before)
{
	const struct block_region *r = b->regions.v + b->last;

	if (unlikely(!b->regions.nr || addr < r->start || addr >= r->end)) {
		r = blocks_region(b, addr);
		if (!r)
			return BLOCK_NONE;
	}
	return r->pages ? blocks_find_in_run(b, r, addr, before) :
			  blocks_find_listed(b, r, addr, before);
}

/* The number of the block that `addr` lies in; BLOCK_NONE: none. */
static inline uint32_t blocks_find(struct blocks *b, raddr addr)
{
	uint64_t before;

	return blocks_find_start(b, addr, &before);
}

/* The first block in use with this number or a higher one; BLOCK_NONE: none. */
uint32_t blocks_next(const struct blocks *b, uint32_t block);

/* The block is a Python object.  False: it has been taken before. */
static inline bool blocks_take(struct blocks *b, uint32_t block)
{
	struct block_word *w = &b->words.v[block / 64];
	uint64_t bit = UINT64_C(1) << block % 64;
	bool raw = w->raw & bit;

	w->raw &= ~bit;
	return raw;
}

/*
 * Take the block that `addr` lies in, if that is at most `most` bytes behind
 * its start.  Returns its number, and its run, an index of b->runs, in `*run`.
 * BLOCK_NONE: there is none, or it has been taken before.
 */
static inline uint32_t blocks_take_at(struct blocks *b, raddr addr,
				      uint64_t most, uint32_t *run)
{
	uint64_t before;
	uint32_t block = blocks_find_start(b, addr, &before);

	if (unlikely(block == BLOCK_NONE || before > most))
		return BLOCK_NONE;
	*run = b->words.v[block / 64].run;
	return blocks_take(b, block) ? block : BLOCK_NONE;
}

/* Give the blocks that have not been taken their numbers as nodes: b->raw. */
void blocks_number(struct blocks *b);

/* Has the block not been taken? */
static inline bool blocks_is_raw(const struct blocks *b, uint32_t block)
{
	return b->words.v[block / 64].raw >> block % 64 & 1;
}

/* The node that the block is; NODE_NONE: it has been taken. */
static inline uint32_t blocks_node(const struct blocks *b, uint32_t block)
{
	const struct block_word *w = &b->words.v[block / 64];
	uint64_t bit = UINT64_C(1) << block % 64;

	if (!(w->raw & bit))
		return NODE_NONE;
	return w->before + blocks_bits(w->raw & (bit - 1));
}

/* The block that the node is. */
static inline struct block blocks_of_node(const struct blocks *b, uint32_t node)
{
	return blocks_get(b, b->raw.v[node]);
}

void blocks_release(struct blocks *b);

#endif
