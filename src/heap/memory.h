/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/memory.h - the ledger: what the target's resident memory is.
 *
 * A ledger is a list of lines.  Each has a part, a name where the part has
 * several lines, and resident bytes.  No byte is in two lines:
 *
 *	the bytes of all lines + unexplained == resident
 *
 * python/memory/ and native/ fill it from a target, heap/capture/ from a
 * capture.  It holds facts; output/ makes the words of them.
 */
#ifndef HEAP_MEMORY_H
#define HEAP_MEMORY_H

#include <stdbool.h>

#include "base/str.h"
#include "base/vec.h"
#include "heap/object.h"

/* The kind of a line: the first thing that a person wants to know of it. */
enum memory_kind {
	MEMORY_OBJECTS,		/* Python objects */
	MEMORY_RAW,		/* blocks in use that are no objects, of owners
				   that are known */
	MEMORY_UNOWNED,		/* blocks in use that nothing points to */
	MEMORY_FREE,		/* free, but kept by an allocator */
	MEMORY_OVERHEAD,	/* what allocators need for themselves */
	MEMORY_STACK,		/* stacks of threads */
	MEMORY_FILE,		/* mapped files: code, data and bss */
	MEMORY_SHARED,		/* shared with other processes */
	MEMORY_OTHER,		/* all else that is known */
	NR_MEMORY_KINDS,
};
/* "objects", "raw", "unowned" ...: the names in JSON. */
extern const char *const memory_kind_names[NR_MEMORY_KINDS];

/*
 * memory_parts.def has each part with its kind and what its lines have: a type,
 * a path, or neither.  Captures store the number of a part: add new ones at
 * the end.
 */
enum memory_part {
#define MEMORY_PART(part, kind, has) PART_##part,
#include "heap/memory-parts.def"
#undef MEMORY_PART
	NR_MEMORY_PARTS,
};

/* What tells the lines of a part from one another. */
enum memory_line_has {
	LINE_HAS_NOTHING,	/* the part has one line */
	LINE_HAS_TYPE,		/* .type */
	LINE_HAS_NAME,		/* .name */
};

/* Add the name of the part, as in JSON and conditions: "free-top". */
void memory_part_name(enum memory_part part, struct str *ret);

enum memory_kind memory_part_kind(enum memory_part part);
enum memory_line_has memory_part_has(enum memory_part part);

struct heap_memory_line {
	enum memory_part part;
	uint32_t type;		/* index in heap.types; OID_NONE: none */
	char *name;		/* of a file or an allocator; "": none.  Owned
				   by the heap, escaped */
	uint64_t bytes;		/* that are resident */
	uint64_t count;		/* of blocks, chunks, pools, mappings: of what
				   the part is made of */
};
VEC_DEFINE(heap_memory_line_vec, struct heap_memory_line);

/* Who gave a block out. */
enum memory_allocator {
	ALLOCATOR_MALLOC,	/* glibc's, a chunk of an arena */
	ALLOCATOR_MMAP,		/* glibc's, a chunk with its own mapping */
	ALLOCATOR_PYMALLOC,
	ALLOCATOR_MIMALLOC,
	ALLOCATOR_MAPPING,	/* the kernel: an object has mapped it */
	NR_MEMORY_ALLOCATORS,
};
extern const char *const memory_allocator_names[NR_MEMORY_ALLOCATORS];

#define MEMORY_SAMPLES 3

/* Blocks of one size that nothing points to. */
struct heap_memory_unowned {
	enum memory_allocator allocator;
	uint64_t size;		/* that the program may use, of each */
	uint64_t count;
	uint64_t bytes;		/* resident, of all */
	uint64_t samples[MEMORY_SAMPLES]; /* addresses; 0: no more */
};
VEC_DEFINE(heap_memory_unowned_vec, struct heap_memory_unowned);

/* An arena of pymalloc.  It is given back when its last block is freed. */
struct heap_memory_arena {
	uint64_t address, size;
	uint64_t blocks;	/* in use */
	uint64_t bytes;		/* resident */
	uint64_t used;		/* bytes of the blocks in use */
	oid object;		/* that one of the blocks is or belongs to;
				   OID_NONE: unknown */
};
VEC_DEFINE(heap_memory_arena_vec, struct heap_memory_arena);

/* An arena of glibc malloc, as malloc_info(3) shows it. */
struct heap_memory_malloc {
	uint64_t address;	/* of malloc_state; the first one is main's */
	uint64_t system;	/* bytes that it has from the kernel */
	uint64_t used;		/* bytes of chunks in use, tcache included */
	uint64_t free;		/* bytes of free chunks, fast bins included,
				   top excluded */
	uint64_t top;		/* bytes of the chunk at its end */
	uint64_t nr_free;	/* free chunks, fast bins included */
	uint64_t fast;		/* of `free`: in fast bins */
	uint64_t nr_fast;
	uint64_t cached;	/* of `used`: in threads' caches, so free in
				   truth */
	uint64_t nr_cached;
	uint64_t overhead;	/* bytes of heap_info, malloc_state and the ends
				   of heaps */
	bool whole;		/* the self-check: all of its heaps were walked
				   to their ends, and used + free + top +
				   overhead == system */
};
VEC_DEFINE(heap_memory_malloc_vec, struct heap_memory_malloc);

/* Where the residency of pages comes from. */
enum memory_basis {
	MEMORY_UNKNOWN,		/* there is no ledger */
	MEMORY_PAGEMAP,		/* the kernel's word */
	MEMORY_SMAPS,		/* the kernel's sum for each mapping */
	MEMORY_CORE,		/* a core: pages in it that are not all zero */
};

struct heap_memory {
	enum memory_basis basis;
	/* Parts that who made the ledger told apart, the first ones of the
	 * list; 0: an older capture does not say.  See heap_memory_has_part().
	 */
	uint32_t nr_parts;
	uint64_t resident;	/* bytes; of a core: what is in it */
	uint64_t swapped;	/* bytes; no line has them */
	uint64_t page_tables;	/* bytes that the kernel has for the mappings;
				   not part of `resident` */
	int64_t unexplained;	/* resident - the lines.  Below 0 only if the
				   target ran while it was looked at. */
	/* Since a fork(): bytes that other processes map, too, and bytes among
	 * these that were copied, as one of the processes wrote to them. */
	uint64_t forked_shared, forked_copied;
	uint64_t guessed;	/* bytes of raw blocks whose owner was found by
				   pointers alone */
	uint64_t nr_damaged;	/* chunks, pools and pages of allocators that
				   contradict themselves; what they cover is
				   unexplained */
	struct heap_memory_line_vec lines; /* in the order of parts, then most
					      bytes first */
	struct heap_memory_unowned_vec unowned;	/* most bytes first */
	struct heap_memory_arena_vec arenas;	/* by address */
	struct heap_memory_malloc_vec mallocs;
	uint64_t mmapped, nr_mmapped; /* chunks of malloc with mappings of
					 their own: bytes of the mappings */
	bool knows_mmapped;	/* the self-check: what malloc itself has
				   counted, if that was found */
	uint64_t own_mmapped, own_nr_mmapped;
};

/* All zeros is an empty ledger. */
void heap_memory_release(struct heap_memory *m);

/* Is there a ledger?  Captures of pyheld 0.1 have none. */
static inline bool heap_memory_is_known(const struct heap_memory *m)
{
	return m->basis != MEMORY_UNKNOWN;
}

/* Would there be lines of `part` if the process had such memory?  An older
 * pyheld did not look for lost objects. */
static inline bool heap_memory_has_part(const struct heap_memory *m,
					enum memory_part part)
{
	return heap_memory_is_known(m) &&
	       (uint32_t)part < (m->nr_parts ? m->nr_parts : PART_LOST_OBJECTS);
}

/* The bytes of all lines of the kind. */
uint64_t heap_memory_sum(const struct heap_memory *m, enum memory_kind kind);

#endif
