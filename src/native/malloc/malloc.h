/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/malloc.h - glibc's malloc, read without symbols.
 *
 * glibc keeps its memory in arenas.  The main arena has the heap of the
 * process, and each further one has heaps of its own; threads share them.  A
 * heap is a row of chunks without gaps, each with its size in front.  Chunks
 * that are free hang in the arena's bins, in its fast bins or in a thread's
 * cache.  Large chunks have mappings of their own.  glibc 2.27 to 2.43 is
 * understood; tests compare with mallinfo2(3) and malloc_info(3).
 *
 * Who knows what, the lowest first:
 *
 *	libc	the mapping of glibc's data, and its version
 *	arenas	main_arena and the ring of all arenas; malloc's own counters
 *	chunks	the chunks of a heap
 *	heaps	where the arenas' heaps are
 *	caches	threads' caches and fast bins: chunks that look in use
 *	mapped	chunks with mappings of their own
 *	malloc	the order of it all
 *
 * A process without glibc's malloc has no blocks here: musl, a statically
 * linked program, or one whose malloc is replaced.  The log says so.
 */
#ifndef NATIVE_MALLOC_MALLOC_H
#define NATIVE_MALLOC_MALLOC_H

#include "native/native.h"

/*
 * Add the blocks of all heaps to n->blocks (ALLOCATOR_MALLOC), claim the heaps
 * (REGION_MALLOC), and account for what is free in them and for overhead.
 * Fills ledger->mallocs, malloc's own counters and n->main_arena.  The chunk
 * with a thread's cache is overhead and no block.
 */
void malloc_heaps(struct native *n);

/*
 * Add the chunks that have mappings of their own (ALLOCATOR_MMAP,
 * REGION_MMAPPED): those that lie in anonymous memory that no region has
 * claimed.  Fills ledger->mmapped and nr_mmapped.  To be called when all other
 * allocators have claimed theirs, as data in them may look like such chunks.
 */
void malloc_mapped(struct native *n);

/*
 * The library that has replaced glibc's malloc, as other_malloc_find() finds
 * it; NULL: there is none, or glibc's malloc is in use all the same.  To be
 * called after malloc_heaps().  The module belongs to the target.
 */
const struct module *malloc_replaced(struct native *n);

#endif
