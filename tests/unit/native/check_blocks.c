/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/blocks.h: which block an address lies in, compared with a search
 * through all of them.
 */
#include <check.h>
#include <stdlib.h>

#include "native/blocks.h"
#include "suite.h"

const char suite_name[] = "blocks";

START_TEST(what_is_no_block_is_not_taken)
{
	struct blocks b = { .last = 0 };

	ck_assert_uint_eq(blocks_sort(&b), 0);
	ck_assert_uint_eq(blocks_find(&b, 0), BLOCK_NONE);
	blocks_add(&b, 4096, 0, ALLOCATOR_MALLOC);
	blocks_add(&b, 4096, 1ULL << 56, ALLOCATOR_MALLOC);
	blocks_add(&b, UINT64_MAX - 15, 16, ALLOCATOR_MALLOC);
	ck_assert_uint_eq(b.listed.nr, 0);
	blocks_add(&b, UINT64_MAX - 16, 16, ALLOCATOR_MALLOC);
	ck_assert_uint_eq(b.listed.nr, 1);
	ck_assert_uint_eq(blocks_sort(&b), 0);
	ck_assert_uint_eq(blocks_find(&b, UINT64_MAX - 1), 0);
	ck_assert_uint_eq(blocks_find(&b, UINT64_MAX), BLOCK_NONE);
	blocks_release(&b);
}
END_TEST

START_TEST(of_two_that_overlap_the_first_stays)
{
	struct blocks b = { .last = 0 };

	blocks_add(&b, 0x3000, 0x100, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x1000, 0x100, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x1080, 0x8000, ALLOCATOR_PYMALLOC);
	blocks_add(&b, 0x1100, 0x10, ALLOCATOR_MIMALLOC);
	ck_assert_uint_eq(blocks_sort(&b), 1);
	ck_assert_uint_eq(b.listed.nr, 3);
	ck_assert_uint_eq(b.listed.v[0].start, 0x1000);
	ck_assert_uint_eq(b.listed.v[1].start, 0x1100);
	ck_assert_int_eq(b.listed.v[1].allocator, ALLOCATOR_MIMALLOC);
	ck_assert_uint_eq(blocks_find(&b, 0x10ff), 0);
	ck_assert_uint_eq(blocks_find(&b, 0x110f), 1);
	ck_assert_uint_eq(blocks_find(&b, 0x1110), BLOCK_NONE);
	ck_assert_uint_eq(blocks_find(&b, 0x3000), 2);
	blocks_release(&b);
}
END_TEST

START_TEST(of_two_within_8_bytes_the_first_stays)
{
	struct blocks b = { .last = 0 };

	blocks_add(&b, 0x1000, 2, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x1004, 2, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x100c, 2, ALLOCATOR_MALLOC);
	ck_assert_uint_eq(blocks_sort(&b), 1);
	ck_assert_uint_eq(blocks_find(&b, 0x1001), 0);
	ck_assert_uint_eq(blocks_find(&b, 0x1004), BLOCK_NONE);
	ck_assert_uint_eq(blocks_find(&b, 0x1009), BLOCK_NONE);
	ck_assert_uint_eq(blocks_find(&b, 0x100d), 1);
	blocks_release(&b);
}
END_TEST

static uint32_t slow_find(const struct blocks *b, raddr addr)
{
	for (uint32_t i = blocks_next(b, 0); i != BLOCK_NONE;
	     i = blocks_next(b, i + 1)) {
		struct block block = blocks_get(b, i);

		if (addr - block.start < block.size)
			return i;
	}
	return BLOCK_NONE;
}

static uint64_t some(uint64_t max)
{
	return (uint64_t)random() % max;
}

/* Many small ones to a page, some of several pages, and gaps that make regions
 * of their own; all at multiples of 8, as allocators align them. */
static void add_some(struct blocks *b, raddr at)
{
	static const uint64_t gaps[] = { 0, 16, 4096, 70000, 1 << 20, 1 << 30 };
	static const uint64_t sizes[] = { 16, 64, 600, 4096, 50000, 3 << 20 };

	for (size_t i = 0; i < 400; i++) {
		uint64_t size = 1 + some(sizes[some(ARRAY_SIZE(sizes))]);

		blocks_add(b, at, size, ALLOCATOR_MALLOC);
		at += size + gaps[some(10) ? some(2) : some(6)];
		at = (at + 7) / 8 * 8;
	}
}

START_TEST(an_address_has_its_block)
{
	struct blocks b = { .last = 0 };

	srandom((unsigned int)_i);
	/* Not in order: the second half is added first. */
	add_some(&b, 0x7f0000000000);
	add_some(&b, 0x10000 + 8 * some(12));
	ck_assert_uint_eq(blocks_sort(&b), 0);
	for (size_t i = 0; i < b.listed.nr; i++) {
		const struct block *v = &b.listed.v[i];
		const raddr addrs[] = {
			v->start, v->start + v->size - 1, v->start + v->size,
			v->start - 1, v->start + some(v->size),
			v->start + v->size + some(1 << 21),
		};

		for (size_t j = 0; j < ARRAY_SIZE(addrs); j++)
			ck_assert_uint_eq(blocks_find(&b, addrs[j]),
					  slow_find(&b, addrs[j]));
	}
	blocks_release(&b);
}
END_TEST

/* --- runs --------------------------------------------------------------- */

static void add_run(struct blocks *b, raddr start, uint64_t stride,
		    uint64_t size, uint32_t nr, const uint8_t *free)
{
	struct block first = { start, size, ALLOCATOR_MIMALLOC };

	blocks_add_run(b, &first, stride, nr, free);
}

/* Pools and pages of many sizes with gaps and listed blocks between them. */
static void add_runs(struct blocks *b, raddr at)
{
	static const uint64_t strides[] = { 8, 16, 48, 80, 512, 8192, 100000 };
	static const uint32_t most[] = { 2, 63, 64, 65, 300 };
	static const uint64_t gaps[] = { 0, 0, 0, 4096, 3 << 20, 1 << 30 };
	uint8_t free[64];

	for (size_t i = 0; i < 100; i++) {
		uint64_t stride = strides[some(ARRAY_SIZE(strides))];
		uint32_t nr = 1 + (uint32_t)some(most[some(5)]);

		for (size_t k = 0; k < sizeof(free); k++)
			free[k] = (uint8_t)random();
		add_run(b, at + some(48) / 8 * 8, stride,
			some(2) ? stride : stride - some(8), nr, free);
		at += (nr * stride + 48 + 4095) / 4096 * 4096;
		if (!some(5)) {
			blocks_add(b, at + 16, 1 + some(5000),
				   ALLOCATOR_MALLOC);
			at += 8192;
		}
		at += gaps[some(ARRAY_SIZE(gaps))];
	}
}

START_TEST(an_address_has_its_block_in_runs)
{
	struct blocks b = { .last = 0 };
	raddr last = 0;

	srandom((unsigned int)_i);
	add_runs(&b, 0x7f0000000000);
	add_runs(&b, 0x10000);
	ck_assert_uint_eq(blocks_sort(&b), 0);
	ck_assert_uint_ne(blocks_next(&b, 0), BLOCK_NONE);
	for (uint32_t i = blocks_next(&b, 0); i != BLOCK_NONE;
	     i = blocks_next(&b, i + 1)) {
		struct block v = blocks_get(&b, i);

		ck_assert_uint_ge(v.start, last);
		last = v.start + v.size;
		ck_assert_uint_eq(blocks_find(&b, v.start), i);
		ck_assert_uint_eq(blocks_find(&b, last - 1), i);
		ck_assert_uint_eq(blocks_find(&b, last), slow_find(&b, last));
		ck_assert_uint_eq(blocks_find(&b, v.start - 1),
				  slow_find(&b, v.start - 1));
	}
	blocks_release(&b);
}
END_TEST

START_TEST(free_blocks_of_a_run_are_none)
{
	const uint8_t free[] = { 0x05, 0x02 };
	struct blocks b = { .last = 0 };
	uint32_t nr = 0;

	add_run(&b, 0x1030, 48, 40, 10, free);
	ck_assert_uint_eq(blocks_sort(&b), 0);
	for (uint32_t i = blocks_next(&b, 0); i != BLOCK_NONE;
	     i = blocks_next(&b, i + 1))
		nr++;
	ck_assert_uint_eq(nr, 7);
	ck_assert_uint_eq(blocks_find(&b, 0x1030), BLOCK_NONE);
	ck_assert_uint_eq(blocks_find(&b, 0x1030 + 9 * 48), BLOCK_NONE);
	ck_assert_uint_ne(blocks_find(&b, 0x1030 + 48 + 39), BLOCK_NONE);
	ck_assert_uint_eq(blocks_find(&b, 0x1030 + 48 + 40), BLOCK_NONE);
	ck_assert_uint_eq(blocks_find(&b, 0x1030 + 10 * 48), BLOCK_NONE);
	ck_assert_uint_eq(blocks_find(&b, 0x102f), BLOCK_NONE);
	ck_assert_int_eq(blocks_get(&b, 1).allocator, ALLOCATOR_MIMALLOC);
	ck_assert_uint_eq(blocks_get(&b, 1).size, 40);
	blocks_release(&b);
}
END_TEST

/* A run that begins in the page where another ends, and listed blocks in the
 * pages of a run. */
START_TEST(what_overlaps_a_run_is_dropped)
{
	const uint8_t free[32] = { 1 };
	struct blocks b = { .last = 0 };

	add_run(&b, 0x1f00, 16, 16, 16, free); /* 15 blocks; dropped */
	add_run(&b, 0x1030, 16, 16, 200, free);
	add_run(&b, 0x2000, 16, 16, 16, free);
	blocks_add(&b, 0x800, 0x801, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x700, 0x100, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x1ff0, 8, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x2ff0, 0x100, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x3100, 0x100, ALLOCATOR_MALLOC);
	ck_assert_uint_eq(blocks_sort(&b), 15 + 3);
	ck_assert_uint_eq(blocks_find(&b, 0x1f10), BLOCK_NONE);
	ck_assert_uint_eq(blocks_find(&b, 0x800), BLOCK_NONE);
	ck_assert_uint_eq(blocks_find(&b, 0x3000), BLOCK_NONE);
	ck_assert_uint_eq(blocks_get(&b, blocks_find(&b, 0x7ff)).start, 0x700);
	ck_assert_uint_eq(blocks_get(&b, blocks_find(&b, 0x1040)).start,
			  0x1040);
	ck_assert_uint_eq(blocks_get(&b, blocks_find(&b, 0x2010)).start,
			  0x2010);
	ck_assert_uint_eq(blocks_get(&b, blocks_find(&b, 0x3100)).size, 0x100);
	blocks_release(&b);
}
END_TEST

/* What is no object is a node, in order. */
START_TEST(raw_blocks_have_numbers)
{
	struct blocks b = { .last = 0 };
	uint32_t nr = 0;

	srandom((unsigned int)_i);
	add_runs(&b, 0x10000);
	blocks_sort(&b);
	for (uint32_t i = blocks_next(&b, 0); i != BLOCK_NONE;
	     i = blocks_next(&b, i + 1)) {
		ck_assert(blocks_is_raw(&b, i));
		if (i % 3)
			continue;
		ck_assert(blocks_take(&b, i));
		ck_assert(!blocks_take(&b, i));
		ck_assert(!blocks_is_raw(&b, i));
	}
	blocks_number(&b);
	for (uint32_t i = blocks_next(&b, 0); i != BLOCK_NONE;
	     i = blocks_next(&b, i + 1)) {
		uint32_t node = blocks_node(&b, i);

		ck_assert_uint_eq(node, i % 3 ? nr : NODE_NONE);
		if (node == NODE_NONE)
			continue;
		ck_assert_uint_eq(blocks_of_node(&b, node).start,
				  blocks_get(&b, i).start);
		ck_assert_uint_eq(blocks_of_node(&b, node).size,
				  blocks_get(&b, i).size);
		nr++;
	}
	ck_assert_uint_eq(b.raw.nr, nr);
	blocks_release(&b);
}
END_TEST

/* What blocks_take_at() says is what blocks_find() and blocks_take() say. */
START_TEST(a_block_is_taken_near_its_start)
{
	const uint8_t free[] = { 0x01 };
	struct blocks b = { .last = 0 };
	uint32_t run = UINT32_MAX;

	add_run(&b, 0x1030, 48, 40, 5, free);
	blocks_add(&b, 0x9000, 0x100, ALLOCATOR_MALLOC);
	ck_assert_uint_eq(blocks_sort(&b), 0);
	/* Free; in no block; too far behind the start. */
	ck_assert_uint_eq(blocks_take_at(&b, 0x1030, 16, &run), BLOCK_NONE);
	ck_assert_uint_eq(blocks_take_at(&b, 0x8000, 16, &run), BLOCK_NONE);
	ck_assert_uint_eq(blocks_take_at(&b, 0x1060 + 17, 16, &run),
			  BLOCK_NONE);
	ck_assert_uint_eq(blocks_take_at(&b, 0x9011, 16, &run), BLOCK_NONE);
	ck_assert_uint_eq(run, UINT32_MAX);
	ck_assert_uint_eq(blocks_take_at(&b, 0x1060 + 16, 16, &run), 1);
	ck_assert_uint_eq(run, 0);
	ck_assert(!blocks_is_raw(&b, 1));
	ck_assert_uint_eq(blocks_take_at(&b, 0x1060, 16, &run), BLOCK_NONE);
	ck_assert_uint_eq(blocks_take_at(&b, 0x9010, 16, &run),
			  blocks_find(&b, 0x9000));
	ck_assert_uint_eq(run, 1);
	blocks_release(&b);
}
END_TEST

/* The bytes before an address are those from its block's start. */
START_TEST(a_block_tells_how_far_behind_its_start)
{
	const uint8_t free[] = { 0 };
	struct blocks b = { .last = 0 };
	uint64_t before = 0;

	add_run(&b, 0x1030, 48, 40, 5, free);
	blocks_add(&b, 0x9000, 0x100, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x9110, 0x100, ALLOCATOR_MALLOC);
	blocks_sort(&b);
	ck_assert_uint_eq(blocks_find_start(&b, 0x1030 + 2 * 48 + 39, &before),
			  2);
	ck_assert_uint_eq(before, 39);
	ck_assert_uint_eq(blocks_find_start(&b, 0x920f, &before),
			  blocks_find(&b, 0x9110));
	ck_assert_uint_eq(before, 0xff);
	blocks_release(&b);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, what_is_no_block_is_not_taken);
	tcase_add_test(tc, of_two_that_overlap_the_first_stays);
	tcase_add_test(tc, of_two_within_8_bytes_the_first_stays);
	tcase_add_loop_test(tc, an_address_has_its_block, 0, 20);
	tcase_add_test(tc, free_blocks_of_a_run_are_none);
	tcase_add_test(tc, what_overlaps_a_run_is_dropped);
	tcase_add_loop_test(tc, an_address_has_its_block_in_runs, 0, 20);
	tcase_add_loop_test(tc, raw_blocks_have_numbers, 0, 5);
	tcase_add_test(tc, a_block_is_taken_near_its_start);
	tcase_add_test(tc, a_block_tells_how_far_behind_its_start);
}
