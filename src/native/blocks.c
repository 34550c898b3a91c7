/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "native/blocks.h"

#define BLOCK_PAGE 4096
/* Blocks that are further apart are in different regions. */
#define REGION_GAP (1ull << 20)

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

static bool is_sorted(const struct block_vec *v)
{
	for (size_t i = 1; i < v->nr; i++)
		if (v->v[i].start < v->v[i - 1].start)
			return false;
	return true;
}

static uint64_t drop_overlaps(struct block_vec *v)
{
	uint64_t dropped = 0;
	size_t nr = 0;

	for (size_t i = 0; i < v->nr; i++) {
		if (nr && v->v[i].start < v->v[nr - 1].start +
					  v->v[nr - 1].size)
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
	struct block_region r;
	size_t nr, i = first;

	r.start = v[first].start & ~(raddr)(BLOCK_PAGE - 1);
	r.end = v[end - 1].start + v[end - 1].size;
	nr = (r.end - r.start + BLOCK_PAGE - 1) / BLOCK_PAGE;
	r.first = xcalloc(nr, sizeof(*r.first));
	for (size_t page = 0; page < nr; page++) {
		raddr addr = r.start + page * BLOCK_PAGE;

		while (i + 1 < end && v[i].start + v[i].size <= addr)
			i++;
		r.first[page] = (uint32_t)i;
	}
	block_region_vec_push(&b->regions, r);
}

uint64_t blocks_sort(struct blocks *b)
{
	struct block_vec *v = &b->all;
	uint64_t dropped;
	size_t first = 0;

	if (!v->nr)
		return 0;
	if (!is_sorted(v))
		qsort(v->v, v->nr, sizeof(*v->v), compare_blocks);
	dropped = drop_overlaps(v);
	for (size_t i = 1; i <= v->nr; i++) {
		if (i < v->nr && v->v[i].start - (v->v[i - 1].start +
						  v->v[i - 1].size) < REGION_GAP)
			continue;
		add_region(b, first, i);
		first = i;
	}
	return dropped;
}

static const struct block_region *find_region(struct blocks *b, raddr addr)
{
	const struct block_region *v = b->regions.v;
	size_t low = 0, high = b->regions.nr;

	if (likely(b->last < high && addr >= v[b->last].start &&
		   addr < v[b->last].end))
		return &v[b->last];
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

uint32_t blocks_find(struct blocks *b, raddr addr)
{
	const struct block_region *r = find_region(b, addr);
	const struct block *v = b->all.v;
	size_t low, high, page, nr_pages;

	if (!r)
		return BLOCK_NONE;
	page = (addr - r->start) / BLOCK_PAGE;
	nr_pages = (r->end - r->start + BLOCK_PAGE - 1) / BLOCK_PAGE;
	/* The first block that ends behind `addr`. */
	low = r->first[page];
	high = page + 1 < nr_pages ? r->first[page + 1] :
	       (size_t)(r + 1 < b->regions.v + b->regions.nr ?
			r[1].first[0] : b->all.nr) - 1;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (v[middle].start + v[middle].size > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return addr >= v[low].start && addr < v[low].start + v[low].size ?
	       (uint32_t)low : BLOCK_NONE;
}

void blocks_release(struct blocks *b)
{
	for (size_t i = 0; i < b->regions.nr; i++)
		free(b->regions.v[i].first);
	block_region_vec_release(&b->regions);
	block_vec_release(&b->all);
	b->last = 0;
}
