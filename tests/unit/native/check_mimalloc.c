/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/mimalloc-blocks.h over forged segments of both versions of
 * mimalloc: blocks of all sizes, and what contradicts itself.
 */
#include <check.h>
#include <stdlib.h>

#include "fake-process.h"
#include "python/locate/mimalloc.h"
#include "python/allocators/mimalloc-blocks.h"
#include "suite.h"

#define PAGE MEMORY_PAGE
#define SLICE UINT64_C(65536)
#define SEGMENT_SIZE (UINT64_C(32) << 20)
#define SEGMENT (UINT64_C(0x7e00) * SEGMENT_SIZE)
#define MAPPED 16		/* slices of it */
#define HUGE (SEGMENT + SEGMENT_SIZE)
#define HUGE_SLICES 300		/* 18.75 MiB */
#define INTERPRETER UINT64_C(0x5500000000)
#define SYSDICT 64		/* where an interpreter has it */
#define COOKIE UINT64_C(0x1234567890abcdef)
#define INFO 2			/* slices */

const char suite_name[] = "mimalloc";

/* 2.1.2, the same with debug, and 2.5.2: see layout-tables.c. */
static const struct variant {
	bool is_new, is_debug;
	struct layout layout;
} variants[] = {
	{ .layout = {
		.misegment_cookie = 216, .misegment_info_slices = 232,
		.misegment_slice_entries = 248, .misegment_slices = 264,
		.mipage_size = 80, .mipage_slice_count = 0,
		.mipage_slice_offset = 4, .mipage_tag = LAYOUT_NONE,
		.mipage_capacity = 10, .mipage_block_size = 28,
		.mipage_start = LAYOUT_NONE, .mipage_free = 16,
		.mipage_local_free = 32, .mipage_thread_free = 40,
		.mipage_keys = LAYOUT_NONE } },
	{ .is_debug = true, .layout = {
		.misegment_cookie = 216, .misegment_info_slices = 232,
		.misegment_slice_entries = 248, .misegment_slices = 264,
		.mipage_size = 96, .mipage_slice_count = 0,
		.mipage_slice_offset = 4, .mipage_tag = LAYOUT_NONE,
		.mipage_capacity = 10, .mipage_block_size = 28,
		.mipage_start = LAYOUT_NONE, .mipage_free = 16,
		.mipage_local_free = 32, .mipage_thread_free = 56,
		.mipage_keys = 40 } },
	{ .is_new = true, .layout = {
		.misegment_cookie = 224, .misegment_info_slices = 256,
		.misegment_slice_entries = 272, .misegment_slices = 288,
		.mipage_size = 112, .mipage_slice_count = 0,
		.mipage_slice_offset = 4, .mipage_tag = 35,
		.mipage_capacity = 10, .mipage_block_size = 40,
		.mipage_start = 48, .mipage_free = 16,
		.mipage_local_free = 24, .mipage_thread_free = 56,
		.mipage_keys = LAYOUT_NONE } },
};

struct scene {
	struct fake_process p;
	struct python py;
	const struct variant *v;
};

/* --- building ----------------------------------------------------------- */

static void put(struct scene *s, raddr addr, const void *value, uint64_t len)
{
	struct memory *m = &s->p.target.memory;

	for (unsigned int i = 0; i < m->nr_segments; i++) {
		struct segment *g = &m->segments[i];

		if (addr >= g->start && addr + len <= g->end) {
			memcpy(g->bytes + (addr - g->start), value, len);
			return;
		}
	}
	ck_abort_msg("nothing is mapped there");
}

static void put64(struct scene *s, raddr addr, uint64_t value)
{
	put(s, addr, &value, 8);
}

static void put32(struct scene *s, raddr addr, uint32_t value)
{
	put(s, addr, &value, 4);
}

static void put_segment(struct scene *s, raddr segment, uint64_t entries)
{
	const struct layout *l = &s->v->layout;

	put64(s, segment + l->misegment_cookie, segment ^ COOKIE);
	put64(s, segment + l->misegment_info_slices, INFO);
	put64(s, segment + l->misegment_slice_entries, entries);
}

static raddr header_of(struct scene *s, raddr segment, unsigned int slice)
{
	const struct layout *l = &s->v->layout;

	return segment + l->misegment_slices + slice * l->mipage_size;
}

static raddr blocks_of(struct scene *s, raddr segment, unsigned int slice,
		       uint64_t size)
{
	raddr start = segment + slice * SLICE;

	if (s->v->is_new)
		return start + 128;
	return start + (size <= 64 ? 3 * size : size <= 512 ? size : 0);
}

/* A page of `count` slices with `nr` blocks of `size` bytes. */
static void put_page(struct scene *s, raddr segment, unsigned int slice,
		     uint32_t count, uint64_t size, unsigned int nr,
		     enum mimalloc_heap heap)
{
	const struct layout *l = &s->v->layout;
	raddr page = header_of(s, segment, slice);
	uint8_t tag = (uint8_t)(s->v->is_new ? heap : heap << 3);
	uint16_t capacity = (uint16_t)nr;

	put32(s, page + l->mipage_slice_count, count);
	put(s, page + (s->v->is_new ? l->mipage_tag :
				      l->mipage_slice_offset + 4), &tag, 1);
	put(s, page + l->mipage_capacity, &capacity, 2);
	if (s->v->is_new) {
		put64(s, page + l->mipage_block_size, size);
		put64(s, page + l->mipage_start,
		      blocks_of(s, segment, slice, size));
	} else {
		put32(s, page + l->mipage_block_size, (uint32_t)size);
	}
	/* Slices behind the first say how far it is away. */
	for (uint32_t i = 1; i < count && slice + i < MAPPED; i++)
		put32(s, header_of(s, segment, slice + i) +
			 l->mipage_slice_offset, i * l->mipage_size);
	if (s->v->is_debug) {
		put64(s, page + l->mipage_keys, 5);
		put64(s, page + l->mipage_keys + 8, 0x77);
	}
}

/* Debug builds encode links: mi_ptr_encode() with the keys 5 and 0x77. */
static void put_link(struct scene *s, raddr page, raddr block, raddr next)
{
	uint64_t word = next;

	if (s->v->is_debug) {
		word = (next ? next : page) ^ 0x77;
		word = (word << 5 | word >> 59) + 5;
	}
	put64(s, block, word);
}

static raddr block_at(struct scene *s, unsigned int slice, uint64_t size,
		      unsigned int i)
{
	return blocks_of(s, SEGMENT, slice, size) + i * size;
}

/*
 * Slices 2: ten blocks of 48 bytes for the collector, three of which are free,
 * one by each list.  3 and 4: one block of 130,000 bytes.  5 to 7: nobody's.
 * 8: blocks of 16 bytes, all free.  9 to 15: nobody's.  HUGE has one block.
 */
static void build(struct scene *s, int variant)
{
	const struct layout *l;
	raddr page;

	*s = (struct scene){ .v = &variants[variant] };
	l = &s->v->layout;
	fake_process_init(&s->p);
	fake_process_map(&s->p, INTERPRETER, 1, "rw-p", "");
	fake_process_map(&s->p, SEGMENT, MAPPED * SLICE / PAGE, "rw-p", "");
	fake_process_touch(&s->p, SEGMENT, MAPPED * SLICE / PAGE);
	fake_process_map(&s->p, HUGE, (HUGE_SLICES + INFO) * SLICE / PAGE,
			 "rw-p", "");
	fake_process_touch(&s->p, HUGE, (HUGE_SLICES + INFO) * SLICE / PAGE);
	put_segment(s, SEGMENT, MAPPED);
	put_page(s, SEGMENT, 2, 1, 48, 10, MIMALLOC_GC);
	put_page(s, SEGMENT, 3, 2, 130000, 1, MIMALLOC_MEM);
	put32(s, header_of(s, SEGMENT, 5) + l->mipage_slice_count, 3);
	put_page(s, SEGMENT, 8, 1, 16, 2, MIMALLOC_OBJECT);
	put32(s, header_of(s, SEGMENT, 9) + l->mipage_slice_count, 7);
	put_segment(s, HUGE, HUGE_SLICES + INFO);
	put_page(s, HUGE, INFO, HUGE_SLICES,
		 HUGE_SLICES * SLICE - (s->v->is_new ? 128 : 0), 1,
		 MIMALLOC_MEM);
	page = header_of(s, SEGMENT, 2);
	put64(s, page + l->mipage_free, block_at(s, 2, 48, 3));
	put_link(s, page, block_at(s, 2, 48, 3), 0);
	put64(s, page + l->mipage_local_free, block_at(s, 2, 48, 0));
	put_link(s, page, block_at(s, 2, 48, 0), 0);
	put64(s, page + l->mipage_thread_free, block_at(s, 2, 48, 7) | 2);
	put_link(s, page, block_at(s, 2, 48, 7), 0);
	page = header_of(s, SEGMENT, 8);
	put64(s, page + l->mipage_free, block_at(s, 8, 16, 1));
	put_link(s, page, block_at(s, 8, 16, 1), block_at(s, 8, 16, 0));
	put_link(s, page, block_at(s, 8, 16, 0), 0);
	/* sys.__dict__, behind a PyGC_Head. */
	put64(s, INTERPRETER + SYSDICT, block_at(s, 2, 48, 5) + 16);
}

static void walk(struct scene *s)
{
	struct interpreter in = { .address = INTERPRETER };

	fake_process_ready(&s->p);
	s->py.target = &s->p.target;
	s->py.memory = &s->p.target.memory;
	s->py.layout = s->v->layout;
	s->py.layout.interp_sysdict = SYSDICT;
	interpreter_vec_push(&s->py.interpreters, in);
	mimalloc_blocks(&s->py, &s->p.native);
	ck_assert_uint_eq(blocks_sort(&s->p.native.blocks), 0);
}

static void release(struct scene *s)
{
	interpreter_vec_release(&s->py.interpreters);
	fake_process_release(&s->p);
}

/* --- what was found ----------------------------------------------------- */

static bool has_block(struct scene *s, raddr start, uint64_t size)
{
	uint32_t i = blocks_find(&s->p.native.blocks, start);
	struct block b;

	if (i == BLOCK_NONE)
		return false;
	b = blocks_get(&s->p.native.blocks, i);
	if (s->v->is_debug)
		size -= 8;	/* padding */
	return b.start == start && b.size == size &&
	       b.allocator == ALLOCATOR_MIMALLOC;
}

static void expect_first_page(struct scene *s)
{
	static const unsigned int used[] = { 1, 2, 4, 5, 6, 8, 9 };

	for (size_t i = 0; i < ARRAY_SIZE(used); i++)
		ck_assert(has_block(s, block_at(s, 2, 48, used[i]), 48));
}

static void expect_rest(struct scene *s)
{
	ck_assert(has_block(s, blocks_of(s, SEGMENT, 3, 130000), 130000));
	ck_assert(has_block(s, blocks_of(s, HUGE, INFO, SLICE),
			    HUGE_SLICES * SLICE - (s->v->is_new ? 128 : 0)));
}

START_TEST(all_is_accounted_for)
{
	uint64_t used = 0, nr = 0;
	struct scene s;
	struct heap_memory *m = &s.p.ledger;

	build(&s, _i);
	walk(&s);
	expect_first_page(&s);
	expect_rest(&s);
	ck_assert_uint_eq(m->nr_damaged, 0);
	for (uint32_t i = blocks_next(&s.p.native.blocks, 0); i != BLOCK_NONE;
	     i = blocks_next(&s.p.native.blocks, i + 1)) {
		used += blocks_get(&s.p.native.blocks, i).size;
		nr++;
	}
	ck_assert_uint_eq(nr, 9);
	ck_assert_uint_eq(fake_process_bytes(&s.p, PART_FREE_PAGES, NULL) +
			  fake_process_bytes(&s.p, PART_MIMALLOC, NULL) + used,
			  (MAPPED + HUGE_SLICES + INFO) * SLICE);
	ck_assert_uint_ge(fake_process_bytes(&s.p, PART_FREE_PAGES, NULL),
			  (3 + 7) * SLICE);
	ck_assert_uint_ge(fake_process_bytes(&s.p, PART_MIMALLOC, NULL),
			  2 * INFO * SLICE);
	for (size_t i = 0; i < m->lines.nr; i++)
		ck_assert_uint_eq(m->lines.v[i].count,
				  m->lines.v[i].part == PART_MIMALLOC ? 2 : 5);
	ck_assert_int_eq(native_region(&s.p.native, HUGE + 20 * SLICE)->kind,
			 REGION_MIMALLOC);
	release(&s);
}
END_TEST

START_TEST(other_processes_have_none)
{
	struct scene s;

	/* sys.__dict__ is not in a segment. */
	build(&s, _i);
	put64(&s, INTERPRETER + SYSDICT, INTERPRETER + 16);
	walk(&s);
	ck_assert_uint_eq(s.p.native.blocks.words.nr, 0);
	ck_assert_uint_eq(s.p.native.regions.nr, 0);
	release(&s);

	/* It is amid a block. */
	build(&s, _i);
	put64(&s, INTERPRETER + SYSDICT, block_at(&s, 3, 130000, 0) + 64);
	walk(&s);
	ck_assert_uint_eq(s.p.native.blocks.words.nr, 0);
	release(&s);
}
END_TEST

START_TEST(lists_of_free_blocks_lie)
{
	raddr wrong[5], page;
	struct scene s;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		build(&s, _i);
		page = header_of(&s, SEGMENT, 2);
		wrong[0] = block_at(&s, 2, 48, 3);	/* a circle */
		wrong[1] = block_at(&s, 2, 48, 3) + 8;
		wrong[2] = block_at(&s, 2, 48, 10);
		wrong[3] = SEGMENT;
		wrong[4] = UINT64_MAX;
		put_link(&s, page, block_at(&s, 2, 48, 3), wrong[i]);
		walk(&s);
		ck_assert_uint_eq(s.p.ledger.nr_damaged, 1);
		expect_first_page(&s);
		expect_rest(&s);
		release(&s);
	}
}
END_TEST

START_TEST(pages_lie)
{
	static const struct { uint64_t size; unsigned int nr; } lies[] = {
		{ 48, UINT16_MAX }, { 1u << 30, 1 }, { 66000, 1 },
	};
	struct scene s;

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		build(&s, _i);
		put_page(&s, SEGMENT, 8, 1, lies[i].size, lies[i].nr,
			 MIMALLOC_OBJECT);
		walk(&s);
		ck_assert_uint_eq(s.p.ledger.nr_damaged, 1);
		expect_first_page(&s);
		expect_rest(&s);
		release(&s);
	}
}
END_TEST

/* A page of as many slices as there are numbers, or none. */
START_TEST(numbers_of_slices_lie)
{
	static const uint32_t counts[] = { 0, UINT32_MAX, 1u << 20 };
	struct scene s;

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		build(&s, _i);
		put32(&s, header_of(&s, SEGMENT, 5) +
			  s.v->layout.mipage_slice_count, counts[i]);
		walk(&s);
		expect_first_page(&s);
		expect_rest(&s);
		release(&s);
	}
}
END_TEST

/* A segment says that it reaches into the next one. */
START_TEST(segments_overlap)
{
	struct scene s;

	build(&s, _i);
	put32(&s, header_of(&s, SEGMENT, 2) + s.v->layout.mipage_slice_count,
	      2000);
	walk(&s);
	/* The first one has claimed the second one's memory. */
	ck_assert_uint_eq(s.p.ledger.nr_damaged, 1);
	ck_assert_uint_eq(s.p.native.regions.nr, 1);
	expect_first_page(&s);
	release(&s);
}
END_TEST

START_TEST(segments_lie)
{
	static const struct { uint64_t info, entries; } lies[] = {
		{ 0, MAPPED }, { UINT64_MAX, MAPPED }, { INFO, UINT64_MAX },
		{ 20, 10 }, { INFO, 0 },
	};
	struct scene s;

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		build(&s, _i);
		put64(&s, HUGE + s.v->layout.misegment_info_slices,
		      lies[i].info);
		put64(&s, HUGE + s.v->layout.misegment_slice_entries,
		      lies[i].entries);
		walk(&s);
		expect_first_page(&s);
		release(&s);
	}
}
END_TEST

void suite_add_tests(TCase *tc)
{
	const int nr = ARRAY_SIZE(variants);

	tcase_add_loop_test(tc, all_is_accounted_for, 0, nr);
	tcase_add_loop_test(tc, other_processes_have_none, 0, nr);
	tcase_add_loop_test(tc, lists_of_free_blocks_lie, 0, nr);
	tcase_add_loop_test(tc, pages_lie, 0, nr);
	tcase_add_loop_test(tc, numbers_of_slices_lie, 0, nr);
	tcase_add_loop_test(tc, segments_overlap, 0, nr);
	tcase_add_loop_test(tc, segments_lie, 0, nr);
}
