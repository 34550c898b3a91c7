/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "native/malloc/chunks.h"
#include "native/malloc/gaps.h"

void chunks_init(struct chunks *c, struct native *n, const struct arenas *a)
{
	*c = (struct chunks){
		.native = n,
		.arenas = a,
		.free_line = native_line(n, PART_FREE_CHUNKS, OID_NONE, NULL),
		.top_line = native_line(n, PART_FREE_TOP, OID_NONE, NULL),
		.first_block = n->blocks.listed.nr,
		.overhead_line = native_line(n, PART_MALLOC, OID_NONE, NULL),
	};
}

void chunks_release(struct chunks *c)
{
	for (size_t i = 0; i < c->heaps.nr; i++)
		free(c->heaps.v[i].in_use);
	arena_heap_vec_release(&c->heaps);
	u64_vec_release(&c->candidates);
}

/* --- the words before blocks --------------------------------------------- */

static void end_run(struct chunks *c)
{
	if (c->run_nr)
		native_account_part(c->native, c->overhead_line, c->run,
				    c->run_present ? 8 * c->run_nr : 0,
				    c->run_nr);
	c->run_nr = 0;
	c->run = c->run_end = 0;
}

/* The word at `at` has the size of a chunk in use. */
static void count_size(struct chunks *c, raddr at)
{
	if (unlikely(at < c->run || at >= c->run_end)) {
		end_run(c);
		c->run = at;
		c->run_present = native_run(c->native, at, &c->run_end);
	}
	c->run_nr++;
}

/* --- the walk ------------------------------------------------------------ */

struct walk {
	struct chunks *c;
	struct arena_heap *heap;
	struct heap_memory_malloc *sums;
	raddr end;		/* of the chunks: top, or the heap's end */
	bool has_top;
	struct gaps *gaps;
};

static void overhead(const struct walk *w, raddr start, raddr end)
{
	native_account(w->c->native, w->c->overhead_line, start, end, 0);
}

static void mark(struct arena_heap *heap, raddr at)
{
	uint64_t i = (at - heap->first) / CHUNK_ALIGN;

	heap->in_use[i / 64] |= UINT64_C(1) << i % 64;
}

static void add_used(const struct walk *w, raddr at, uint64_t size)
{
	mark(w->heap, at);
	count_size(w->c, at + 8);
	blocks_add(&w->c->native->blocks, at + CHUNK_HEADER, size - 8,
		   ALLOCATOR_MALLOC);
	w->sums->used += size;
	if (unlikely(size == CHUNK_CACHE || size == CHUNK_CACHE_2_42 ||
		     size == CHUNK_CACHE_2_26))
		u64_vec_push(&w->c->candidates, at);
}

static void add_free(const struct walk *w, raddr at, uint64_t size)
{
	native_account(w->c->native, w->c->free_line, at + 8, at + size + 8, 1);
	w->sums->free += size;
	w->sums->nr_free++;
}

/*
 * The end of memory that the arena has left for other: chunks of which nobody
 * gets the memory (sysmalloc() of glibc).  In the main arena they are two of 16
 * bytes each, and before them what is left of the old top, if that is 16 bytes:
 * too little for a chunk.  In others it is one of size 0, which takes 16 bytes,
 * and before it one of 16, or an old top of less than 32 without
 * CHUNK_NOT_MAIN.
 *
 * Returns how many bytes they take; 0: there are none at `at`.
 */
static uint64_t fence_size(const struct walk *w, raddr at, uint64_t head)
{
	uint64_t size = head & ~CHUNK_FLAGS, next, left = w->end - at;

	if (likely(size > CHUNK_MIN) || left < 16)
		return 0;
	if (w->heap->arena != 0)
		return !w->has_top && ((size == 0 && left == 16) ||
				       (left == size + 16 &&
					!(head & CHUNK_NOT_MAIN))) ? left : 0;
	if (size != 16 || left < 32 ||
	    !memory_u64(w->c->native->memory, at + 16 + 8, &next) ||
	    (next & ~CHUNK_FLAGS) != 16)
		return 0;
	if (left >= 48 &&
	    memory_u64(w->c->native->memory, at + 32 + 8, &next) &&
	    (next & ~CHUNK_FLAGS) == 16)
		return 48;
	return 32;
}

static void add_fence(const struct walk *w, raddr at, uint64_t size)
{
	overhead(w, at + 8, MIN(at + size + 8, w->heap->end));
	w->sums->overhead += size;
}

/*
 * A fence ends at `at`, before the end of main's heap: others have memory there
 * by sbrk().  Add the bytes of it to *size, and read *head of the chunk behind
 * it.  False: there is none.
 */
static bool skip_gap(const struct walk *w, raddr at, uint64_t *size,
		     uint64_t *head)
{
	struct native *n = w->c->native;
	raddr next;

	if (at >= w->end || w->heap->arena != 0)
		return true;
	next = gaps_next(w->gaps, n->memory, at, w->end);
	if (next == w->end || !memory_u64(n->memory, next + 8, head))
		return false;
	native_account(n, native_line(n, PART_ALLOCATOR, OID_NONE, "brk()"),
		       at + 8, next + 8, 1);
	w->sums->overhead += next - at;
	*size += next - at;
	return true;
}

static void add_top(const struct walk *w)
{
	struct chunks *c = w->c;
	raddr end = w->heap->end;

	native_account(c->native, c->top_line, w->end + 8, end, 1);
	w->sums->top += end - w->end;
}

static bool is_top_right(const struct walk *w)
{
	uint64_t head;

	return memory_u64(w->c->native->memory, w->end + 8, &head) &&
	       (head & ~CHUNK_FLAGS) == w->heap->end - w->end;
}

/* No chunk at `at` can have this size. */
static bool is_bad(const struct walk *w, raddr at, uint64_t size)
{
	return size < CHUNK_MIN || size % CHUNK_ALIGN || size > w->end - at;
}

/*
 * Walk from the first chunk to w->end; false: a chunk on the way can't be
 * right.
 */
static bool walk_chunks(const struct walk *w)
{
	struct memory *m = w->c->native->memory;
	raddr at = w->heap->first;
	uint64_t head = 0, next_head;

	if (at < w->end && !memory_u64(m, at + 8, &head))
		return false;
	for (; at < w->end; head = next_head) {
		uint64_t size = head & ~CHUNK_FLAGS;
		uint64_t fence = fence_size(w, at, head);

		if (unlikely(fence))
			size = fence;
		else if (unlikely(is_bad(w, at, size)))
			return false;
		/* What ends where the heap ends has no next chunk. */
		next_head = CHUNK_PREVIOUS_IN_USE;
		if (at + size < w->heap->end &&
		    !memory_u64(m, at + size + 8, &next_head))
			return false;
		if (unlikely(fence)) {
			add_fence(w, at, size);
			if (!skip_gap(w, at + size, &size, &next_head))
				return false;
		} else if (next_head & CHUNK_PREVIOUS_IN_USE) {
			add_used(w, at, size);
		} else {
			add_free(w, at, size);
		}
		w->c->nr++;
		at += size;
	}
	return true;
}

/* A core may be truncated: what of the heap is in memory?  It bounds what the
 * bits take. */
static raddr end_in_memory(struct native *n, raddr start, raddr end)
{
	const struct segment *s;

	if (start >= end || memory_has_array(n->memory, start, end - start, 1))
		return end;
	s = memory_find(n->memory, start);
	return s ? MIN(s->end, end) : start;
}

static void walk_heap(struct chunks *c, struct arena_heap *heap)
{
	struct heap_memory *ledger = c->native->ledger;
	raddr top = c->arenas->all.v[heap->arena].top;
	CLEANUP(gaps_release) struct gaps gaps = { 0, 0, NULL };
	struct walk w = {
		.c = c,
		.gaps = &gaps,
		.heap = heap,
		.sums = &ledger->mallocs.v[heap->arena],
		.has_top = top >= heap->first && heap->end - 16 >= top &&
			   (top - heap->first) % CHUNK_ALIGN == 0,
	};
	bool is_whole;

	w.end = w.has_top ? top : heap->end;
	overhead(&w, heap->start, heap->first + 8);
	w.sums->overhead += heap->first - heap->start;
	is_whole = walk_chunks(&w);
	if (w.has_top) {
		is_whole = is_whole && is_top_right(&w);
		add_top(&w);
	}
	end_run(c);
	if (is_whole)
		return;
	w.sums->whole = false;
	ledger->nr_damaged++;
}

void chunks_walk(struct chunks *c, raddr start, raddr end, raddr first,
		 size_t arena)
{
	struct native *n = c->native;
	struct arena_heap heap = {
		.start = start,
		.end = end_in_memory(n, start, end),
		.first = first,
		.arena = arena,
	};

	if (heap.end < end)
		n->ledger->mallocs.v[arena].whole = false;
	if (first < start || first >= heap.end || heap.end - first < 16 ||
	    !native_claim(n, start, heap.end, REGION_MALLOC, 0)) {
		n->ledger->mallocs.v[arena].whole = false;
		n->ledger->nr_damaged++;
		return;
	}
	heap.in_use = xcalloc((heap.end - first) / CHUNK_ALIGN / 64 + 1,
			      sizeof(*heap.in_use));
	walk_heap(c, &heap);
	arena_heap_vec_push(&c->heaps, heap);
}

/* --- looking them up ----------------------------------------------------- */

static int compare_heaps(const void *a, const void *b)
{
	const struct arena_heap *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

void chunks_sort(struct chunks *c)
{
	if (c->heaps.nr)
		qsort(c->heaps.v, c->heaps.nr, sizeof(*c->heaps.v),
		      compare_heaps);
}

static struct arena_heap *heap_of(const struct chunks *c, raddr at)
{
	size_t i = RANGE_BEHIND(&c->heaps, at);

	return i < c->heaps.nr && at >= c->heaps.v[i].first ? &c->heaps.v[i] :
							      NULL;
}

static bool is_marked(const struct arena_heap *heap, raddr at)
{
	uint64_t i = (at - heap->first) / CHUNK_ALIGN;

	return heap->in_use[i / 64] >> i % 64 & 1;
}

uint64_t chunks_in_use(const struct chunks *c, raddr at,
		       struct arena_heap **heap)
{
	uint64_t head;

	*heap = at % CHUNK_ALIGN ? NULL : heap_of(c, at);
	if (!*heap || !is_marked(*heap, at) ||
	    !memory_u64(c->native->memory, at + 8, &head))
		return 0;
	return head & ~CHUNK_FLAGS;
}

void chunks_take(struct arena_heap *heap, raddr at)
{
	uint64_t i = (at - heap->first) / CHUNK_ALIGN;

	heap->in_use[i / 64] &= ~(UINT64_C(1) << i % 64);
}

void chunks_drop_taken(struct chunks *c)
{
	struct block_vec *all = &c->native->blocks.listed;
	const struct arena_heap *heap = NULL;
	size_t nr = c->first_block;

	for (size_t i = nr; i < all->nr; i++) {
		raddr at = all->v[i].start - CHUNK_HEADER;

		if (!heap || at < heap->first || at >= heap->end)
			heap = heap_of(c, at);
		if (heap && is_marked(heap, at))
			all->v[nr++] = all->v[i];
	}
	all->nr = nr;
}
