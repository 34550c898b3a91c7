/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads mimalloc 2.1.2 (CPython 3.13, 3.14 to 3.14.9, 3.15 to 3.15.1) and
 * 2.5.2.  They differ in the offsets of members.  2.5.2 stores the start and
 * the tag of a page; 2.1.2 computes the start and has the tag in four bits.
 */
#include "python/locate/mimalloc.h"
#include "python/state/words.h"

#define SEGMENT_SIZE (32ull << 20)
#define SLICE_SIZE 65536
#define MAX_SLICES (SEGMENT_SIZE / SLICE_SIZE)
#define HUGE_BLOCK_SIZE 0x80000000u /* or more: one block fills the page */
#define MIN_BLOCK_SIZE 8
#define MAX_BLOCKS 65536	/* a page's capacity has 16 bits */

struct page {
	raddr header;		/* the mi_page_t */
	raddr start;		/* of its first block */
	uint64_t block_size;
	uint32_t nr;		/* blocks that have ever been on a free list */
	unsigned int tag;
};

static raddr segment_of(raddr addr)
{
	return addr & ~(SEGMENT_SIZE - 1);
}

static uint64_t cookie_of(struct python *py, raddr segment)
{
	return word_at(py, segment, py->layout.misegment_cookie) ^ segment;
}

static uint64_t slice_count(struct python *py, raddr page)
{
	return (uint32_t)int_at(py, page, py->layout.mipage_slice_count);
}

/* The tag in 2.1.2: bits 3 to 6 of the byte after slice_offset. */
static unsigned int tag_of(struct python *py, raddr page)
{
	const struct layout *l = &py->layout;

	if (l->mipage_tag != LAYOUT_NONE)
		return byte_at(py, page, l->mipage_tag);
	return byte_at(py, page, l->mipage_slice_offset + 4) >> 3 & 15;
}

/* _mi_segment_page_start_from_slice() of 2.1.2 */
static raddr start_of(struct python *py, raddr segment, uint64_t index,
		      const struct page *p)
{
	const struct layout *l = &py->layout;
	raddr slice = segment + index * SLICE_SIZE;

	if (l->mipage_start != LAYOUT_NONE)
		return word_at(py, p->header, l->mipage_start);
	if (p->block_size <= 64)
		return slice + 3 * p->block_size;
	return slice + (p->block_size <= 512 ? p->block_size : 0);
}

static uint64_t block_size_of(struct python *py, raddr page)
{
	const struct layout *l = &py->layout;
	uint64_t size;

	/* Versions with page_start have a block_size of 8 bytes. */
	if (l->mipage_start != LAYOUT_NONE)
		return word_at(py, page, l->mipage_block_size);
	size = (uint32_t)int_at(py, page, l->mipage_block_size);
	if (size >= HUGE_BLOCK_SIZE)
		size = slice_count(py, page) * SLICE_SIZE;
	return size;
}

/* False: the slice is not in use as a page; `*bad`: its fields are
 * impossible. */
static bool open_page(struct python *py, raddr segment, uint64_t index,
		      struct page *p, bool *bad)
{
	const struct layout *l = &py->layout;
	raddr slice = segment + index * SLICE_SIZE;
	const uint8_t *capacity;

	p->header = segment + l->misegment_slices + index * l->mipage_size;
	capacity = memory_at(py->memory, p->header + l->mipage_capacity, 2);
	p->block_size = block_size_of(py, p->header);
	*bad = !capacity;
	/* Free slices have no blocks; block size 1 marks the segment's own
	 * slices. */
	if (!capacity || !get_u16(capacity) || p->block_size < MIN_BLOCK_SIZE)
		return false;
	p->nr = get_u16(capacity);
	p->tag = tag_of(py, p->header);
	p->start = start_of(py, segment, index, p);
	*bad = p->start < slice ||
	       p->start - slice + p->nr * p->block_size >
		       slice_count(py, p->header) * SLICE_SIZE ||
	       !memory_has_array(py->memory, p->start, p->nr, p->block_size);
	return !*bad;
}

/* The link of a free block; debug builds encode it (mi_ptr_decode()). */
static raddr next_free(struct python *py, const struct page *p, raddr block)
{
	uint32_t keys = py->layout.mipage_keys;
	uint64_t next = word_at(py, block, 0), key;
	unsigned int shift;

	if (keys == LAYOUT_NONE)
		return next;
	key = word_at(py, p->header, keys);
	shift = key & 63;
	next -= key;
	if (shift)
		next = next >> shift | next << (64 - shift);
	next ^= word_at(py, p->header, keys + 8);
	return next == p->header ? 0 : next;
}

/* False: the list leads out of the page, or twice to the same block. */
static bool mark_free(struct python *py, const struct page *p, raddr block,
		      uint8_t *free)
{
	while (block) {
		uint64_t at = block - p->start;

		if (block < p->start || at % p->block_size ||
		    at / p->block_size >= p->nr)
			return false;
		at /= p->block_size;
		if (free[at / 8] & 1 << at % 8)
			return false;
		free[at / 8] |= (uint8_t)(1 << at % 8);
		block = next_free(py, p, block);
	}
	return true;
}

static void walk_page(struct python *py, const struct page *p, raddr slice,
		      const struct mimalloc_visitor *visitor)
{
	const struct layout *l = &py->layout;
	uint8_t free[MAX_BLOCKS / 8] = { 0 };
	struct mimalloc_page page = {
		.start = slice,
		.end = slice + slice_count(py, p->header) * SLICE_SIZE,
		.blocks = p->start,
		.block_size = p->block_size,
		.nr = p->nr,
		.heap = (enum mimalloc_heap)p->tag,
		.free = free,
	};
	raddr lists[3];

	if (!visitor->page)
		return;
	lists[0] = word_at(py, p->header, l->mipage_free);
	lists[1] = word_at(py, p->header, l->mipage_local_free);
	/* What other threads have freed; two of its bits are flags. */
	lists[2] = word_at(py, p->header, l->mipage_thread_free) & ~3ull;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (!mark_free(py, p, lists[i], free))
			page.is_broken = true;
	visitor->page(py, &page, visitor->context);
}

/* The number of slices: more than the entries if one block has them all. */
static uint64_t nr_slices(struct python *py, raddr segment)
{
	const struct layout *l = &py->layout;
	uint64_t info = word_at(py, segment, l->misegment_info_slices);
	uint64_t end = word_at(py, segment, l->misegment_slice_entries);
	raddr first = segment + l->misegment_slices + info * l->mipage_size;

	end = MIN(end, MAX_SLICES);
	return info < end ? MAX(end, info + slice_count(py, first)) : end;
}

static void walk_segment(struct python *py, raddr segment,
			 const struct mimalloc_visitor *visitor,
			 struct mimalloc_result *ret)
{
	const struct layout *l = &py->layout;
	uint64_t i = word_at(py, segment, l->misegment_info_slices);
	uint64_t end = word_at(py, segment, l->misegment_slice_entries);
	struct mimalloc_segment s = {
		.start = segment,
		.pages = segment + MIN(i, MAX_SLICES) * SLICE_SIZE,
		.end = segment + nr_slices(py, segment) * SLICE_SIZE,
	};
	struct page p;
	bool bad;

	ret->nr_segments++;
	if (visitor->segment &&
	    !visitor->segment(py, &s, visitor->context))
		return;
	end = MIN(end, MAX_SLICES);
	while (i < end) {
		raddr slice = segment + i * SLICE_SIZE;
		bool is_page = open_page(py, segment, i, &p, &bad);
		uint64_t count = MAX(slice_count(py, p.header), 1);

		ret->nr_bad += bad;
		if (is_page)
			walk_page(py, &p, slice, visitor);
		else if (!bad && visitor->unused)
			visitor->unused(py, slice,
					MIN(slice + count * SLICE_SIZE, s.end),
					visitor->context);
		i += count;
	}
}

void mimalloc_walk(struct python *py, raddr inside,
		   const struct mimalloc_visitor *visitor,
		   struct mimalloc_result *ret)
{
	uint64_t cookie = cookie_of(py, segment_of(inside));
	struct memory *m = py->memory;

	*ret = (struct mimalloc_result){ 0, 0 };
	for (unsigned int i = 0; i < m->nr_segments; i++) {
		const struct segment *s = &m->segments[i];
		raddr at = segment_of(s->start + SEGMENT_SIZE - 1);

		if (!(s->prot & SEGMENT_WRITE))
			continue;
		for (; at >= s->start && at < s->end; at += SEGMENT_SIZE)
			if (cookie_of(py, at) == cookie)
				walk_segment(py, at, visitor, ret);
	}
}

bool mimalloc_is_segment(struct python *py, raddr addr)
{
	raddr at = segment_of(addr);
	uint64_t first = word_at(py, at, py->layout.misegment_info_slices);
	uint64_t end = word_at(py, at, py->layout.misegment_slice_entries);

	return word_at(py, at, py->layout.misegment_cookie) && first &&
	       first < end && end <= MAX_SLICES;
}

raddr mimalloc_any(struct python *py)
{
	struct memory *m = py->memory;

	for (unsigned int i = 0; i < m->nr_segments; i++) {
		const struct segment *s = &m->segments[i];
		raddr at = segment_of(s->start + SEGMENT_SIZE - 1);

		for (; s->prot & SEGMENT_WRITE && at >= s->start &&
		       at < s->end; at += SEGMENT_SIZE)
			if (mimalloc_is_segment(py, at))
				return at;
	}
	return 0;
}

raddr mimalloc_block(struct python *py, raddr addr)
{
	const struct layout *l = &py->layout;
	raddr segment = segment_of(addr), slice;
	uint64_t index = (addr - segment) / SLICE_SIZE, back;
	struct page p;
	bool bad;

	/* Distance in bytes to the first slice of the page, which is before
	 * it. */
	slice = segment + l->misegment_slices + index * l->mipage_size;
	back = (uint32_t)int_at(py, slice, l->mipage_slice_offset) /
	       l->mipage_size;
	if (back > index || !open_page(py, segment, index - back, &p, &bad) ||
	    addr < p.start || (addr - p.start) / p.block_size >= p.nr)
		return 0;
	return addr - (addr - p.start) % p.block_size;
}
