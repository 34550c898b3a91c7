/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "native/blocks.h"
#include "target/range.h"

/* Blocks that are further apart are in different regions, and so is a block
 * that is larger. */
#define REGION_GAP (1ull << 20)
#define GRANULE BLOCK_GRANULE
/* Bytes of the target that 64 bits are for. */
#define WORD (UINT64_C(64) * GRANULE)

/* A run has at most that many bytes times the bytes of a block: up to there a
 * product with `inverse` is exact. */
#define MAX_PRODUCT (UINT64_C(1) << 32)
/* No number is higher. */
#define MAX_NUMBER (BLOCK_NONE - 64)

void blocks_add(struct blocks *b, raddr start, uint64_t size,
		enum memory_allocator allocator)
{
	struct block block = { start, size, allocator };

	if (b->listed.nr < MAX_NUMBER && size && size >> 56 == 0 &&
	    start + size > start)
		block_vec_push(&b->listed, block);
}

/* The bits of a word of `nr` blocks, or of the first 64 of them. */
static uint64_t word_of(uint32_t nr)
{
	return nr >= 64 ? UINT64_MAX : (UINT64_C(1) << nr) - 1;
}

/* Add bits of the blocks that are not free. */
static void add_used(struct u64_vec *used, uint32_t nr, const uint8_t *free)
{
	for (uint32_t i = 0; i < nr; i += 64) {
		uint32_t rest = MIN(nr - i, 64);
		uint64_t bits = 0;

		memcpy(&bits, free + i / 8, (rest + 7) / 8);
		u64_vec_push(used, ~bits & word_of(rest));
	}
}

static void add_one_by_one(struct blocks *b, const struct block *first,
			   uint64_t stride, uint32_t nr, const uint8_t *free)
{
	for (uint32_t i = 0; i < nr; i++)
		if (!(free[i / 8] >> i % 8 & 1))
			blocks_add(b, first->start + i * stride, first->size,
				   (enum memory_allocator)first->allocator);
}

void blocks_add_run(struct blocks *b, const struct block *first,
		    uint64_t stride, uint32_t nr, const uint8_t *free)
{
	uint64_t bytes = nr * stride;
	struct block_run r = { .start = first->start };

	if (!nr || !first->size)
		return;
	if (nr == 1 || stride < GRANULE || bytes > MAX_PRODUCT / stride ||
	    b->used.nr > MAX_NUMBER / 64) {
		add_one_by_one(b, first, stride, nr, free);
		return;
	}
	r.bytes = (uint32_t)bytes;
	r.stride = (uint32_t)stride;
	r.size = (uint32_t)first->size;
	r.inverse = (uint32_t)((MAX_PRODUCT - 1) / stride + 1);
	r.nr = nr;
	r.index = (uint32_t)b->used.nr;
	r.allocator = (enum memory_allocator)first->allocator;
	add_used(&b->used, nr, free);
	block_run_vec_push(&b->runs, r);
}

/* --- the order of listed blocks ----------------------------------------- */

/* Of structs that begin with `start`. */
static int compare_starts(const void *a, const void *b)
{
	const raddr *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * Allocators are walked by address, arena by arena, so the blocks are in order
 * but for a few places.  A stretch is sorted and has no gap that an arena fits
 * in.
 */
struct stretch {
	raddr start, end;	/* of the first and the last block */
	size_t first, nr;	/* of the blocks */
};
VEC_DEFINE(stretch_vec, struct stretch);
#define STRETCH_GAP (128ull << 10)

static void find_stretches(const struct block_vec *v, struct stretch_vec *ret)
{
	for (size_t i = 0; i < v->nr; i++) {
		const struct block *b = &v->v[i];
		struct stretch *last = ret->nr ? &ret->v[ret->nr - 1] : NULL;

		if (!last || b->start < last->end ||
		    b->start - (b[-1].start + b[-1].size) >= STRETCH_GAP) {
			stretch_vec_push(ret, (struct stretch){
				b->start, b->start, i, 1 });
			continue;
		}
		last->end = b->start;
		last->nr++;
	}
}

static bool sort_stretches(struct stretch_vec *stretches)
{
	if (stretches->nr)
		qsort(stretches->v, stretches->nr, sizeof(*stretches->v),
		      compare_starts);
	for (size_t i = 1; i < stretches->nr; i++)
		if (stretches->v[i].start < stretches->v[i - 1].end)
			return false;
	return true;
}

static void sort_listed(struct block_vec *v)
{
	CLEANUP(stretch_vec_release) struct stretch_vec stretches = VEC_INIT;
	struct block_vec sorted = VEC_INIT;

	find_stretches(v, &stretches);
	if (stretches.nr <= 1)
		return;
	if (!sort_stretches(&stretches)) {
		qsort(v->v, v->nr, sizeof(*v->v), compare_starts);
		return;
	}
	block_vec_resize(&sorted, v->nr);
	sorted.nr = 0;
	for (size_t i = 0; i < stretches.nr; i++) {
		memcpy(sorted.v + sorted.nr, v->v + stretches.v[i].first,
		       stretches.v[i].nr * sizeof(*v->v));
		sorted.nr += stretches.v[i].nr;
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

/* --- the order of runs -------------------------------------------------- */

static raddr page_end(raddr addr)
{
	return memory_page_start(addr + MEMORY_PAGE - 1);
}

static uint32_t count_used(const struct blocks *b, const struct block_run *r)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < r->nr; i += 64)
		nr += blocks_bits(b->used.v[r->index + i / 64]);
	return nr;
}

/* Sort the runs.  Returns how many blocks are dropped. */
static uint64_t sort_runs(struct blocks *b)
{
	struct block_run *v = b->runs.v;
	uint64_t dropped = 0;
	size_t nr = 0;

	if (b->runs.nr)
		qsort(v, b->runs.nr, sizeof(*v), compare_starts);
	for (size_t i = 0; i < b->runs.nr; i++) {
		if (nr && memory_page_start(v[i].start) <
			  page_end(v[nr - 1].start + v[nr - 1].bytes))
			dropped += count_used(b, &v[i]);
		else
			v[nr++] = v[i];
	}
	b->runs.nr = nr;
	return dropped;
}

/* Drop listed blocks that overlap a page of a run. */
static uint64_t drop_in_runs(struct blocks *b)
{
	const struct block_run *r = b->runs.v, *end = r + b->runs.nr;
	struct block_vec *v = &b->listed;
	uint64_t dropped = 0;
	size_t nr = 0;

	for (size_t i = 0; i < v->nr; i++) {
		const struct block block = v->v[i];

		while (r < end && page_end(r->start + r->bytes) <= block.start)
			r++;
		if (r < end && memory_page_start(r->start) <
			       block.start + block.size)
			dropped++;
		else
			v->v[nr++] = block;
	}
	v->nr = nr;
	return dropped;
}

/* --- numbers and regions ------------------------------------------------ */

/* All runs and listed blocks, in the order of addresses. */
struct merge {
	struct blocks *b;
	struct block_run_vec runs; /* those of `b`, without numbers */
	size_t run, block;	/* the next ones */
	uint64_t dropped;
};

static bool is_listed_next(const struct merge *m)
{
	const struct blocks *b = m->b;

	return m->block < b->listed.nr &&
	       (m->run == m->runs.nr ||
		b->listed.v[m->block].start < m->runs.v[m->run].start);
}

/* Give a run its numbers; used[] has its bits, or NULL: all are in use. */
static void add_run(struct blocks *b, struct block_run r, const uint64_t *used)
{
	r.first = (uint32_t)b->words.nr * 64;
	for (uint32_t i = 0; i < r.nr; i += 64) {
		uint64_t bits = word_of(r.nr - i);
		struct block_word w = { .run = (uint32_t)b->runs.nr };

		w.used = w.raw = used ? used[i / 64] : bits;
		block_word_vec_push(&b->words, w);
	}
	block_run_vec_push(&b->runs, r);
}

/* Is there no number for `nr` blocks more?  They are dropped then. */
static bool is_full(struct merge *m, uint64_t nr)
{
	if (m->b->words.nr * 64 + nr <= MAX_NUMBER)
		return false;
	m->dropped += nr;
	return true;
}

/* Make the region of runs `first` .. m->run - 1. */
static void add_region_of_runs(struct merge *m, size_t first)
{
	struct blocks *b = m->b;
	const struct block_run *v = m->runs.v, *last = &v[m->run - 1];
	struct block_region region = {
		.start = memory_page_start(v[first].start),
		.end = page_end(last->start + last->bytes),
		.first = (uint32_t)b->words.nr * 64,
	};

	region.pages = xcalloc((region.end - region.start) / MEMORY_PAGE,
			       sizeof(*region.pages));
	for (size_t i = first; i < m->run; i++) {
		raddr end = v[i].start + v[i].bytes;

		if (is_full(m, v[i].nr))
			continue;
		add_run(b, v[i], b->used.v + v[i].index);
		for (raddr at = memory_page_start(v[i].start); at < end;
		     at += MEMORY_PAGE)
			region.pages[(at - region.start) / MEMORY_PAGE] =
				(uint32_t)b->runs.nr;
	}
	block_region_vec_push(&b->regions, region);
}

/* Make bits and counts of the region of `nr` blocks. */
static void add_bits(struct block_region *r, const struct block *v, size_t nr)
{
	size_t nr_words = (r->end - r->start) / WORD + 1;
	uint32_t before = 0;

	r->bits = xcalloc(nr_words, sizeof(*r->bits));
	r->before = xmalloc(nr_words * sizeof(*r->before));
	for (size_t i = 0; i < nr; i++) {
		uint64_t granule = (v[i].start - r->start) / GRANULE;

		r->bits[granule / 64] |= UINT64_C(1) << granule % 64;
	}
	for (size_t i = 0; i < nr_words; i++) {
		r->before[i] = before;
		before += blocks_bits(r->bits[i]);
	}
}

/* Make the region of listed blocks `first` .. m->block - 1. */
static void add_region_of_listed(struct merge *m, size_t first)
{
	struct blocks *b = m->b;
	const struct block *v = b->listed.v + first;
	size_t nr = m->block - first;
	struct block_region region = {
		.start = v->start / GRANULE * GRANULE,
		.end = v[nr - 1].start + v[nr - 1].size,
		.first = (uint32_t)b->words.nr * 64,
	};

	if (is_full(m, nr))
		return;
	add_run(b, (struct block_run){ .start = v->start,
				       .nr = (uint32_t)nr,
				       .index = (uint32_t)first }, NULL);
	if (nr > 1)
		add_bits(&region, v, nr);
	block_region_vec_push(&b->regions, region);
}

static bool belong_together(const struct block *a, const struct block *b)
{
	return b->start - (a->start + a->size) < REGION_GAP &&
	       a->size < REGION_GAP && b->size < REGION_GAP;
}

static void merge_listed(struct merge *m)
{
	const struct block *v = m->b->listed.v;
	size_t first = m->block++;

	while (is_listed_next(m) &&
	       belong_together(&v[m->block - 1], &v[m->block]))
		m->block++;
	add_region_of_listed(m, first);
}

static void merge_runs(struct merge *m)
{
	const struct block_run *v = m->runs.v;
	size_t first = m->run++;

	while (m->run < m->runs.nr && !is_listed_next(m) &&
	       v[m->run].start - v[m->run - 1].start < REGION_GAP)
		m->run++;
	add_region_of_runs(m, first);
}

uint64_t blocks_sort(struct blocks *b)
{
	struct merge m = { .b = b };
	uint64_t dropped;

	sort_listed(&b->listed);
	dropped = drop_overlaps(&b->listed);
	dropped += sort_runs(b);
	dropped += drop_in_runs(b);
	m.runs = block_run_vec_take(&b->runs);
	while (m.run < m.runs.nr || m.block < b->listed.nr)
		if (is_listed_next(&m))
			merge_listed(&m);
		else
			merge_runs(&m);
	block_run_vec_release(&m.runs);
	u64_vec_release(&b->used);
	return dropped + m.dropped;
}

const struct block_region *blocks_region(struct blocks *b, raddr addr)
{
	size_t i = RANGE_BEHIND(&b->regions, addr);

	if (i == b->regions.nr || addr < b->regions.v[i].start)
		return NULL;
	b->last = i;
	return &b->regions.v[i];
}

/* --- nodes -------------------------------------------------------------- */

uint32_t blocks_next(const struct blocks *b, uint32_t block)
{
	for (size_t i = block / 64; i < b->words.nr; i++) {
		uint64_t bits = b->words.v[i].used;

		if (i == block / 64)
			bits &= UINT64_MAX << block % 64;
		if (bits)
			return (uint32_t)(i * 64) +
			       (uint32_t)__builtin_ctzll(bits);
	}
	return BLOCK_NONE;
}

void blocks_number(struct blocks *b)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < b->words.nr; i++) {
		b->words.v[i].before = nr;
		nr += blocks_bits(b->words.v[i].raw);
	}
	u32_vec_resize(&b->raw, nr);
	b->raw.nr = 0;
	for (size_t i = 0; i < b->words.nr; i++)
		for (uint64_t bits = b->words.v[i].raw; bits; bits &= bits - 1)
			b->raw.v[b->raw.nr++] = (uint32_t)(i * 64) +
				(uint32_t)__builtin_ctzll(bits);
}

void blocks_release(struct blocks *b)
{
	for (size_t i = 0; i < b->regions.nr; i++) {
		free(b->regions.v[i].pages);
		free(b->regions.v[i].bits);
		free(b->regions.v[i].before);
	}
	block_region_vec_release(&b->regions);
	block_vec_release(&b->listed);
	u32_vec_release(&b->raw);
	block_run_vec_release(&b->runs);
	block_word_vec_release(&b->words);
	u64_vec_release(&b->used);
	b->last = 0;
}
