/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/ledger.h - the ledger of a process's resident memory, and what
 * stands out in it.
 *
 * heap.memory has the lines.  Here they are summed up by kind, sorted for a
 * reader, and searched for what makes a process larger than its objects:
 * memory that allocators keep, native leaks, stacks and so on.  A finding has
 * numbers; output/memory/memory-words.c makes the words.
 */
#ifndef ANALYSIS_LEDGER_H
#define ANALYSIS_LEDGER_H

#include "heap/heap.h"

enum finding_kind {
	FINDING_PYMALLOC,	/* free memory in pymalloc's arenas */
	FINDING_MALLOC,		/* free memory in glibc malloc's arenas */
	FINDING_MIMALLOC,	/* free memory in mimalloc's segments */
	FINDING_UNOWNED,	/* blocks that nothing points to */
	FINDING_STACKS,		/* stacks of threads */
	FINDING_SHARED,		/* shared mappings */
	FINDING_ALLOCATOR,	/* an allocator that is not looked into */
	FINDING_SWAPPED,	/* memory that is swapped out */
	FINDING_UNEXPLAINED,	/* resident memory that no line has */
	FINDING_FORKED,		/* memory that was shared since a fork() and is
				   copied */
	FINDING_DAMAGED,	/* allocators' structures that contradict
				   themselves */
	NR_FINDING_KINDS,
};
/* "pymalloc", "unowned" ...: the names in JSON. */
extern const char *const finding_kind_names[NR_FINDING_KINDS];

#define FINDING_KEEPERS 3

/* A type, and how many objects of it lie in arenas that are almost empty. */
struct finding_keeper {
	uint32_t type;		/* index in heap.types */
	uint64_t nr;
};

struct finding {
	enum finding_kind kind;
	uint64_t bytes;		/* that the finding is about; 0: none */
	uint64_t of;		/* bytes of which these are a part: of the
				   allocator, or resident */
	uint64_t count;		/* of blocks, stacks, mappings, arenas or
				   damaged places */
	/* FINDING_PYMALLOC */
	uint64_t sparse;	/* arenas of which blocks use at most 1/8 */
	uint64_t sparse_bytes;	/* resident in these */
	uint64_t single;	/* of the sparse ones: with a single block */
	struct finding_keeper keepers[FINDING_KEEPERS]; /* of the sparse ones:
						most first; nr 0: no more */
	oid example;		/* an object in such an arena, or OID_NONE */
	/* FINDING_MALLOC */
	uint64_t top;		/* of `bytes`: at the ends of arenas */
	uint64_t in_threads;	/* free in arenas other than the main one;
				   resident or not */
	/* FINDING_UNOWNED: nine tenths of the bytes are in blocks of these
	 * sizes */
	uint64_t smallest, largest;
	/* FINDING_ALLOCATOR */
	uint32_t line;		/* index in heap.memory.lines */
};
VEC_DEFINE(finding_vec, struct finding);

struct ledger_sum {
	uint64_t bytes, lines;
};

struct ledger {
	struct ledger_sum kinds[NR_MEMORY_KINDS];
	struct u32_vec order;	/* indices in heap.memory.lines: by kind, then
				   most bytes first */
	struct finding_vec findings; /* most bytes first */
};

/*
 * Sum up the ledger of `h`, whose basis is not MEMORY_UNKNOWN.  The caller
 * releases `*ret` by ledger_release().
 */
void ledger_build(const struct heap *h, struct ledger *ret);
void ledger_release(struct ledger *l);

#endif
