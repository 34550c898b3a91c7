/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/native.h - what of a process is not Python: its allocators' blocks,
 * its mappings, and the ledger of its resident memory.
 *
 *	native_init()
 *	mappings_claim()	native/: data of files, stacks: what is sure to
 *	stacks_claim()		be no allocator's
 *	malloc_heaps()		native/malloc/: blocks of glibc's arenas
 *	pymalloc_walk()		python/allocators/: blocks of CPython's
 *	mimalloc_blocks()	allocators, which get their memory from the
 *				above
 *	mapped_claim()		python/memory/: what mmap.mmap objects map
 *	malloc_mapped()		native/malloc/: blocks with own mappings, in
 *				what nobody has claimed so far
 *	stacks_claim_rest()	native/: what a stack pointer points into
 *	blocks_sort()
 *	...			who uses n->blocks accounts for each block, and
 *				may claim of mappings_free()
 *	mappings_account()	native/: stacks, files, shared memory
 *	native_finish()		what is unexplained
 *
 * Everything read is the target's word and hostile: a walk checks what it
 * reads, is bounded by what is mapped, and counts what it has to leave out in
 * `nr_damaged`.
 */
#ifndef NATIVE_NATIVE_H
#define NATIVE_NATIVE_H

#include "heap/memory.h"
#include "native/blocks.h"
#include "target/residency.h"
#include "target/target.h"

/* Who has claimed a range of addresses. */
enum region_kind {
	REGION_MALLOC,		/* a heap of a glibc arena */
	REGION_MMAPPED,		/* a chunk of malloc with its own mapping */
	REGION_PYMALLOC,	/* an arena of pymalloc */
	REGION_MIMALLOC,	/* a segment */
	REGION_STACK,		/* a thread's stack */
	REGION_CACHED_STACK,	/* of a thread that has ended */
	REGION_FRAMES,		/* a chunk of CPython's stack for frames */
	REGION_FILE,		/* data or bss of a mapped file */
	REGION_OTHER,		/* who claims it accounts for it */
};

struct region {
	raddr start, end;
	enum region_kind kind;
	uint32_t index;		/* of a mapping (REGION_FILE), else 0 */
};
VEC_DEFINE(region_vec, struct region);

/* A line of the ledger that is being filled, and where it goes. */
struct native {
	struct target *target;
	struct memory *memory;		/* the target's */
	struct residency *residency;	/* the target's */
	struct heap_memory *ledger;	/* the heap's; lines are found with
					   native_line() */
	struct blocks blocks;
	struct region_vec regions;	/* sorted: native_claim() */
	struct range main_arena;	/* of glibc's malloc, in glibc's data;
					   by malloc_heaps(); empty: unknown */
	uint64_t *accounted;		/* by mapping of the target: resident
					   bytes that lines have */
	size_t last_mapping;
};

/* `t` has a snapshot.  `ledger` must be empty; it and `t` outlive `n`. */
void native_init(struct native *n, struct target *t,
		 struct heap_memory *ledger);
void native_release(struct native *n);

/*
 * Claim [start, end).  False: a part of it is claimed already, and nothing has
 * changed.
 */
bool native_claim(struct native *n, raddr start, raddr end,
		  enum region_kind kind, uint32_t index);

/* The region that `addr` lies in, or NULL; valid until the next claim. */
const struct region *native_region(const struct native *n, raddr addr);

/* The word at `addr`; 0: it can't be read. */
static inline uint64_t native_word(const struct native *n, raddr addr)
{
	uint64_t x = 0;

	memory_u64(n->memory, addr, &x);
	return x;
}

/* Is that the file of a dynamic linker, of glibc or musl?  Its name says so. */
bool native_is_linker(const char *path);

/*
 * Narrow *range to its first part that may have been written (see
 * residency_narrow()) and whose bytes are in one segment; false: there is none.
 * The steps of who goes through memory so are bounded by what was read, however
 * large a mapping claims to be.
 */
bool native_narrow(const struct native *n, struct range *range);

/*
 * The line of the part with this type (OID_NONE: the part's lines have none)
 * and this name (NULL: none); it is made if there is none.  Returns its index
 * in ledger->lines, which is valid until native_finish().
 */
uint32_t native_line(struct native *n, enum memory_part part, uint32_t type,
		     const char *name);

/*
 * The resident bytes of [start, end) belong to the line; `count` is added to
 * its count.  Each byte may be accounted for once: ranges of different calls
 * must not overlap.  Returns how many bytes that were.
 */
uint64_t native_account(struct native *n, uint32_t line, raddr start,
			raddr end, uint64_t count);

/*
 * The same for many small pieces: `bytes` of the mapping that `addr` lies in
 * are resident and belong to the line.
 */
void native_account_part(struct native *n, uint32_t line, raddr addr,
			 uint64_t bytes, uint64_t count);

/*
 * For who adds to the bytes of a line itself: the resident bytes of [start,
 * end) have a line; returns how many that were.  Or `bytes` of the mapping that
 * `addr` lies in have one.
 */
uint64_t native_account_bytes(struct native *n, raddr start, raddr end);
void native_account_mapping(struct native *n, raddr addr, uint64_t bytes);

/* Do [start, end), which is not empty, lie in one mapping and in memory? */
bool native_is_whole(struct native *n, raddr start, raddr end);

/*
 * Is the page of `addr` in memory?  `*end` is how far that is so for all of
 * one mapping; it is behind `addr`.
 */
bool native_run(struct native *n, raddr addr, raddr *end);

/* Set what is resident and unexplained, drop empty lines, and sort them. */
void native_finish(struct native *n);

#endif
