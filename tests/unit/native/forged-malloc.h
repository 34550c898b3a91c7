/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forged-malloc.h - a process with heaps of malloc that are made by hand.
 *
 *	forged_init(&f, 36);
 *	a = forged_used(&f, 0x40);
 *	forged_free(&f, 0x100);
 *	forged_top(&f);
 *	forged_walk(&f);
 *	... f.p.ledger, f.p.native.blocks ...
 *	forged_release(&f);
 *
 * Its glibc has the version that is asked for.  Chunks are laid one behind the
 * other, in main's heap until forged_arena() or forged_heap() changes that.
 * Sizes are those of chunks, addresses those of chunks unless they say block.
 */
#ifndef TESTS_UNIT_NATIVE_FORGED_MALLOC_H
#define TESTS_UNIT_NATIVE_FORGED_MALLOC_H

#include "fake-process.h"

#define FORGED_HEAP UINT64_C(0x550000000000)	/* main's, [heap] */
#define FORGED_HEAP_PAGES 16
#define FORGED_PIECES UINT64_C(0x7a0000000000)	/* anonymous memory */
#define FORGED_PIECES_PAGES 64
#define FORGED_SPLIT (62 * MEMORY_PAGE)	/* they are two mappings */
/* Room for heaps of other arenas, at multiples of 64 MiB. */
#define FORGED_OTHERS UINT64_C(0x7c0000000000)
#define FORGED_OTHER_PAGES 16
#define FORGED_NR_OTHERS 3
#define FORGED_AT_8M (FORGED_OTHERS + (UINT64_C(8) << 20))
#define FORGED_LIBC UINT64_C(0x7f0000000000)
#define FORGED_DATA (FORGED_LIBC + 8 * MEMORY_PAGE)
#define FORGED_MAIN (FORGED_DATA + 0x100)	/* main_arena */
#define FORGED_SBRK_BASE (FORGED_DATA + 0x80)	/* mp_.sbrk_base */

struct forged {
	struct fake_process p;
	unsigned int minor;
	raddr arena;		/* whose chunks are laid */
	raddr at, end;		/* the next chunk; the end of its heap */
	bool is_previous_free;
	raddr last_arena;	/* in the ring */
	uint64_t system;	/* of `arena` */
};

/* The offsets of malloc_state's members in that glibc. */
uint32_t forged_offset(const struct forged *f, const char *member);

/* All of it is in memory, and nothing is in the heap yet. */
void forged_init(struct forged *f, unsigned int minor);
/* The same, with another path of glibc; its text says no version. */
void forged_init_path(struct forged *f, unsigned int minor, const char *path);
void forged_put(struct forged *f, raddr addr, uint64_t word);

/* A chunk in use, a free one.  Two free ones do not follow one another. */
raddr forged_used(struct forged *f, uint64_t size);
raddr forged_free(struct forged *f, uint64_t size);
/* All that is left of the heap. */
void forged_top(struct forged *f);
/* What the main arena has where its memory ends; 32 bytes. */
void forged_fence(struct forged *f);
/* What other arenas have there: fill it but for 16 + 16 bytes with a chunk. */
void forged_end_of_heap(struct forged *f);

/* An arena in heap number `i` of the others; its chunks are laid next. */
void forged_arena(struct forged *f, unsigned int i);
/* The same, where the tunable hugetlb puts it: at 8 MiB. */
void forged_arena_at_8m(struct forged *f);
/* One more heap of the arena. */
void forged_heap(struct forged *f, unsigned int i);
/* A piece of main's memory elsewhere. */
void forged_piece(struct forged *f, raddr start, uint64_t size);
/* Make a chunk of a thread's cache in front of what is in it. */
raddr forged_cache(struct forged *f);
/* Put the chunk into list number `bin` of the cache. */
void forged_cache_put(struct forged *f, raddr cache, unsigned int bin,
		      raddr chunk);
/* Put it into the fast bin of its size, of the arena. */
void forged_fast_put(struct forged *f, raddr chunk);

/* malloc_heaps() and malloc_mapped(). */
void forged_walk(struct forged *f);

/* The block with that chunk is known; it may be used up to the next one. */
void forged_expect_block(struct forged *f, raddr chunk, uint64_t size);
void forged_expect_no_block(struct forged *f, raddr chunk);
/* Blocks and lines take all that is resident in the heaps, but for so many
 * bytes; -1: no more than is there.  It finishes the ledger. */
void forged_expect_balance(struct forged *f, int64_t unexplained);

void forged_release(struct forged *f);

#endif
