/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/arenas.h - the arenas of malloc, and what malloc has counted.
 */
#ifndef NATIVE_MALLOC_ARENAS_H
#define NATIVE_MALLOC_ARENAS_H

#include "native/malloc/libc.h"

/* Heaps of arenas but the main one are at most so large, and lie at multiples
 * of it; of less if the tunable hugetlb is 2. */
#define HEAP_MAX_SIZE (UINT64_C(64) << 20)
#define HEAP_MIN_ALIGN (UINT64_C(1) << 20)
#define NR_FAST_BINS 10

/* Offsets in struct malloc_state, bytes. */
struct arena_layout {
	uint32_t flags;
	uint32_t fast_bins;	/* 0: there are none */
	uint32_t top;
	uint32_t bins;		/* of 127 pairs of forward and back pointers */
	uint32_t next;
	uint32_t system_mem;
	uint32_t size;
	/* What the size of a chunk with a mapping of its own leaves out of the
	 * length of the mapping. */
	uint32_t mapped_less;
	/* Bytes at the end of such a mapping that the program does not get. */
	uint32_t mapped_tail;
};

struct arena {
	raddr address;		/* of malloc_state */
	raddr top;		/* its top chunk */
	uint64_t system;	/* bytes that it has from the kernel */
	bool in_pieces;		/* main: some of its memory is not from brk() */
};
VEC_DEFINE(arena_vec, struct arena);

struct arenas {
	struct libc libc;
	const struct arena_layout *layout; /* NULL: there are no arenas */
	struct arena_vec all;	/* [0] is main's, the others by address */
	bool is_damaged;	/* the ring leads to what is no arena */
	uint64_t heap_info;	/* bytes of it; 0: main's is the only arena */
	uint64_t heap_align;	/* heaps of others lie at multiples of it */
	bool knows_counters;	/* the following were found */
	raddr heap;		/* where main's first memory begins, at any
				   byte */
	uint64_t nr_mapped;	/* chunks that have mappings of their own */
	uint64_t mapped;	/* bytes of these mappings */
};

/*
 * Find all arenas: main_arena in the data of glibc by its bins, which point to
 * themselves, and the others by its ring of `next`.  A ring that is damaged is
 * left where it is.
 */
void arenas_find(struct native *n, struct arenas *ret);
void arenas_release(struct arenas *a);

/*
 * Where the writable memory ends that `addr` lies in: with its mapping, or with
 * the last of those directly behind it that are no file's.  madvise() splits a
 * heap into mappings; numpy calls it for arrays of 4 MiB and more.  `addr` if
 * it is not mapped.
 */
raddr arenas_mapped_end(const struct native *n, raddr addr);

/* The index of the arena, or SIZE_MAX. */
size_t arenas_index(const struct arenas *a, raddr address);

#endif
