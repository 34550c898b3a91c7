/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/pymalloc-find.h - find the arenas of pymalloc.
 *
 * CPython has an array of arena_object for each of its pymallocs: one, and
 * from 3.12 on one more for each interpreter that is isolated.
 *
 *	struct arena_object {		48 bytes
 *		uintptr_t address;	0: the entry has no arena
 *		block *pool_address;	the first pool that was never used
 *		uint nfreepools;	unused pools, those that never were
 *					used among them
 *		uint ntotalpools;
 *		struct pool_header *freepools;
 *		struct arena_object *nextarena, *prevarena;
 *	};
 *
 *	arena		   address rounded up to a pool
 *	+---------+--------+--------+-- ...   --+-- ...      --+---------+
 *	| margin  | pool   | pool   |           | never used   | margin  |
 *	+---------+--------+--------+-- ...   --+-- ...      --+---------+
 *						pool_address
 *
 * 3.12 and later know where the array is.  Before, it is a static variable,
 * which only a program with .symtab names.  Without a name it is found by its
 * contents: among the blocks that malloc has given out, or in all anonymous
 * memory if CPython has another malloc.  What proves an array: each entry has
 * as many pools as this version's arenas have, and the first pool of each
 * arena names that entry.
 *
 * Sources: Include/internal/pycore_obmalloc.h, Objects/obmalloc.c.
 */
#ifndef PYTHON_ALLOCATORS_PYMALLOC_FIND_H
#define PYTHON_ALLOCATORS_PYMALLOC_FIND_H

#include "native/native.h"
#include "python/state/python.h"

/* struct pool_header: 48 bytes before the first block. */
#define POOL_HEADER_SIZE 48
#define POOL_COUNT 0		/* unsigned int: blocks in use; 0: none */
#define POOL_FREE_BLOCK 8	/* the first free block */
#define POOL_ARENA_INDEX 32	/* unsigned int: entry of the array */
#define POOL_SIZE_INDEX 36	/* unsigned int: size of a block / 16 - 1 */
#define POOL_NEXT_OFFSET 40	/* unsigned int: of the first block that was
				   never used */

struct pymalloc_arena {
	raddr address;
	raddr first;		/* pool */
	raddr unused;		/* the first pool that was never used */
	raddr end;		/* behind the last pool */
	uint64_t size;		/* of the arena, bytes from `address` on */
	uint64_t pool_size;
	uint32_t index;		/* of its entry */
	uint32_t nr_free;	/* pools without a block, as the entry says */
};

enum pymalloc_entry {
	PYMALLOC_NO_ARENA,
	PYMALLOC_ARENA,
	PYMALLOC_WRONG,		/* it is no arena_object of this array */
};

struct pymalloc_array {
	raddr address;
	uint32_t nr;		/* entries, which are mapped */
	bool is_certain;	/* CPython says that it is there */
	uint32_t nr_arenas;	/* entries with an arena */
	uint32_t nr_agree;	/* arenas with as many free pools as their
				   entries say */
	uint32_t nr_wrong;	/* entries that can't be so */
};
VEC_DEFINE(pymalloc_array_vec, struct pymalloc_array);

/*
 * Add the arrays of this process to `ret`: first those that are certain, then
 * those whose arenas agree most with them.  Of the others some may be old
 * copies of an array, which was moved when it grew.
 */
void pymalloc_find(struct python *py, struct native *n,
		   struct pymalloc_array_vec *ret);

/* Read entry `index` of the array at `array`.  `ret` is set only for
 * PYMALLOC_ARENA; its pools may be unmapped. */
enum pymalloc_entry pymalloc_entry(struct python *py, raddr array,
				   uint32_t index, struct pymalloc_arena *ret);

#endif
