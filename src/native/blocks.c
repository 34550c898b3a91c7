/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "native/blocks.h"

/* Blocks that are further apart are in different regions, and so is a block
 * that is larger. */
#define REGION_GAP (1ull << 20)
#define GRANULE BLOCK_GRANULE
/* Bytes of the target that 64 bits are for. */
#define WORD (UINT64_C(64) * GRANULE)

void blocks_add(struct blocks *b, raddr start, uint64_t size,
		enum memory_allocator allocator)
{
	struct block block = { start, size, allocator };

	if (b->all.nr < BLOCK_NONE - 1 && size && size >> 56 == 0 &&
	    start + size > start)
		block_vec_push(&b->all, block);
}

static int compare_blocks(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/*
 * Allocators are walked by address, arena by arena, so the blocks are in order
 * but for a few places.  A run is sorted and has no gap that an arena fits in.
 */
struct run {
	raddr start, end;	/* of the first and the last block */
	size_t first, nr;	/* of the blocks */
};
VEC_DEFINE(run_vec, struct run);
#define RUN_GAP (128ull << 10)

static int compare_runs(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static void find_runs(const struct block_vec *v, struct run_vec *ret)
{
	for (size_t i = 0; i < v->nr; i++) {
		const struct block *b = &v->v[i];
		struct run *last = ret->nr ? &ret->v[ret->nr - 1] : NULL;

		if (!last || b->start < last->end ||
		    b->start - (b[-1].start + b[-1].size) >= RUN_GAP) {
			run_vec_push(ret, (struct run){ b->start, b->start, i,
							1 });
			continue;
		}
		last->end = b->start;
		last->nr++;
	}
}

static bool sort_runs(struct run_vec *runs)
{
	if (runs->nr)
		qsort(runs->v, runs->nr, sizeof(*runs->v), compare_runs);
	for (size_t i = 1; i < runs->nr; i++)
		if (runs->v[i].start < runs->v[i - 1].end)
			return false;
	return true;
}

static void sort_blocks(struct block_vec *v)
{
	CLEANUP(run_vec_release) struct run_vec runs = VEC_INIT;
	struct block_vec sorted = VEC_INIT;

	find_runs(v, &runs);
	if (!sort_runs(&runs)) {
		qsort(v->v, v->nr, sizeof(*v->v), compare_blocks);
		return;
	}
	block_vec_resize(&sorted, v->nr);
	sorted.nr = 0;
	for (size_t i = 0; i < runs.nr; i++) {
		memcpy(sorted.v + sorted.nr, v->v + runs.v[i].first,
		       runs.v[i].nr * sizeof(*v->v));
		sorted.nr += runs.v[i].nr;
	}
	block_vec_release(v);
	*v = block_vec_take(&sorted);
}

static bool are_apart(const struct block *a, const struct block *b)
{
	return b->start >= a->start + a->size &&
	       b->start / GRANULE > a->start / GRANULE;
}

static uint64_t drop_overlaps(struct block_vec *v)
{
	uint64_t dropped = 0;
	size_t nr = 0;

	for (size_t i = 0; i < v->nr; i++) {
		if (nr && !are_apart(&v->v[nr - 1], &v->v[i]))
			dropped++;
		else
			v->v[nr++] = v->v[i];
	}
	v->nr = nr;
	return dropped;
}

/* Make the region of blocks `first` .. `end` - 1. */
static void add_region(struct blocks *b, size_t first, size_t end)
{
	const struct block *v = b->all.v;
	struct block_region r = {
		.start = v[first].start / GRANULE * GRANULE,
		.end = v[end - 1].start + v[end - 1].size,
		.first = (uint32_t)first,
	};

	if (end - first > 1) {
		size_t nr = (r.end - r.start) / WORD + 1;
		uint32_t before = 0;

		r.bits = xcalloc(nr, sizeof(*r.bits));
		r.before = xmalloc(nr * sizeof(*r.before));
		for (size_t i = first; i < end; i++) {
			uint64_t granule = (v[i].start - r.start) / GRANULE;

			r.bits[granule / 64] |= UINT64_C(1) << granule % 64;
		}
		for (size_t i = 0; i < nr; i++) {
			r.before[i] = before;
			before += blocks_bits(r.bits[i]);
		}
	}
	block_region_vec_push(&b->regions, r);
}

static bool belong_together(const struct block *a, const struct block *b)
{
	return b->start - (a->start + a->size) < REGION_GAP &&
	       a->size < REGION_GAP && b->size < REGION_GAP;
}

uint64_t blocks_sort(struct blocks *b)
{
	struct block_vec *v = &b->all;
	uint64_t dropped;
	size_t first = 0;

	if (!v->nr)
		return 0;
	sort_blocks(v);
	dropped = drop_overlaps(v);
	for (size_t i = 1; i <= v->nr; i++) {
		if (i < v->nr && belong_together(&v->v[i - 1], &v->v[i]))
			continue;
		add_region(b, first, i);
		first = i;
	}
	return dropped;
}

const struct block_region *blocks_region(struct blocks *b, raddr addr)
{
	const struct block_region *v = b->regions.v;
	size_t low = 0, high = b->regions.nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (v[middle].end > addr)
			high = middle;
		else
			low = middle + 1;
	}
	if (low == b->regions.nr || addr < v[low].start)
		return NULL;
	b->last = low;
	return &v[low];
}

void blocks_release(struct blocks *b)
{
	for (size_t i = 0; i < b->regions.nr; i++) {
		free(b->regions.v[i].bits);
		free(b->regions.v[i].before);
	}
	block_region_vec_release(&b->regions);
	block_vec_release(&b->all);
	b->last = 0;
}
