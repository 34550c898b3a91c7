/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/chunks.h - the chunks of a heap.
 *
 *	chunk ->  +---------------------------+
 *	          | size of the previous one  | its last 8 bytes if in use
 *	     +8   | size | three flags        |
 *	    +16   | what the program got      |
 *	          :                           :
 *	   +size  +---------------------------+ the next chunk
 *	          | the last 8 bytes of it    |
 *	          +---------------------------+
 *
 * So the memory of a chunk is [chunk + 8, chunk + size + 8): a word for its
 * size and the block.  Whether a chunk is in use, the next one says.
 */
#ifndef NATIVE_MALLOC_CHUNKS_H
#define NATIVE_MALLOC_CHUNKS_H

#include "native/malloc/arenas.h"
#include "native/malloc/chunk.h"

/* Bytes of the chunk with a thread's cache: native/malloc/caches.h. */
#define CHUNK_CACHE_2_26 0x250	/* glibc 2.26 to 2.29 */
#define CHUNK_CACHE 0x290	/* 2.30 to 2.41 */
#define CHUNK_CACHE_2_42 0x300	/* 2.42 and later */

/* Memory of an arena, without gaps. */
struct arena_heap {
	raddr start, end;
	raddr first;		/* its first chunk */
	size_t arena;		/* index */
	uint64_t *in_use;	/* a bit for 16 bytes from `first`: a chunk that
				   is in use begins here */
};
VEC_DEFINE(arena_heap_vec, struct arena_heap);

/* What is found in all heaps.  All belongs to the struct. */
struct chunks {
	struct native *native;
	const struct arenas *arenas;
	struct arena_heap_vec heaps;	/* those that are walked */
	struct u64_vec candidates;	/* may have a thread's cache */
	uint64_t nr;			/* chunks in all heaps */
	size_t first_block;		/* in native->blocks.listed */
	uint32_t free_line, top_line, overhead_line;
	/* Sizes of chunks in use are counted for as long as they lie in the
	 * same run of pages: [run, run_end), all in memory or none. */
	raddr run, run_end;
	bool run_present;
	uint64_t run_nr;
};

void chunks_init(struct chunks *c, struct native *n, const struct arenas *a);
void chunks_release(struct chunks *c);

/*
 * Walk the chunks of a heap, whose range this claims, and add it to c->heaps.
 * Blocks in use are added to the native's, what is free and overhead is
 * accounted for, and all of it is added to the arena's line of ledger->mallocs.
 * What follows a chunk that can't be right is left out, and counts in
 * ledger->nr_damaged, and so does a heap whose range is claimed already or not
 * in memory.
 *
 * The heap belongs to arena number `arena`.  Its first chunk is at `first`.
 */
void chunks_walk(struct chunks *c, raddr start, raddr end, raddr first,
		 size_t arena);

/* All heaps are walked: sort them by address, for the following functions. */
void chunks_sort(struct chunks *c);

/*
 * The size of the chunk at `at` that is in use, and its heap in `*heap`; 0:
 * there is none.
 */
uint64_t chunks_in_use(const struct chunks *c, raddr at,
		       struct arena_heap **heap);

/* A chunk that chunks_in_use() has found is not in use. */
void chunks_take(struct arena_heap *heap, raddr at);

/* Remove the blocks of the chunks that were taken, from n->blocks. */
void chunks_drop_taken(struct chunks *c);

#endif
