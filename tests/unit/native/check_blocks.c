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
	struct blocks b = { .all = VEC_INIT };

	ck_assert_uint_eq(blocks_sort(&b), 0);
	ck_assert_uint_eq(blocks_find(&b, 0), BLOCK_NONE);
	blocks_add(&b, 4096, 0, ALLOCATOR_MALLOC);
	blocks_add(&b, 4096, 1ULL << 56, ALLOCATOR_MALLOC);
	blocks_add(&b, UINT64_MAX - 15, 16, ALLOCATOR_MALLOC);
	ck_assert_uint_eq(b.all.nr, 0);
	blocks_add(&b, UINT64_MAX - 16, 16, ALLOCATOR_MALLOC);
	ck_assert_uint_eq(b.all.nr, 1);
	ck_assert_uint_eq(blocks_sort(&b), 0);
	ck_assert_uint_eq(blocks_find(&b, UINT64_MAX - 1), 0);
	ck_assert_uint_eq(blocks_find(&b, UINT64_MAX), BLOCK_NONE);
	blocks_release(&b);
}
END_TEST

START_TEST(of_two_that_overlap_the_first_stays)
{
	struct blocks b = { .all = VEC_INIT };

	blocks_add(&b, 0x3000, 0x100, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x1000, 0x100, ALLOCATOR_MALLOC);
	blocks_add(&b, 0x1080, 0x8000, ALLOCATOR_PYMALLOC);
	blocks_add(&b, 0x1100, 0x10, ALLOCATOR_MIMALLOC);
	ck_assert_uint_eq(blocks_sort(&b), 1);
	ck_assert_uint_eq(b.all.nr, 3);
	ck_assert_uint_eq(b.all.v[0].start, 0x1000);
	ck_assert_uint_eq(b.all.v[1].start, 0x1100);
	ck_assert_int_eq(b.all.v[1].allocator, ALLOCATOR_MIMALLOC);
	ck_assert_uint_eq(blocks_find(&b, 0x10ff), 0);
	ck_assert_uint_eq(blocks_find(&b, 0x110f), 1);
	ck_assert_uint_eq(blocks_find(&b, 0x1110), BLOCK_NONE);
	ck_assert_uint_eq(blocks_find(&b, 0x3000), 2);
	blocks_release(&b);
}
END_TEST

START_TEST(of_two_within_8_bytes_the_first_stays)
{
	struct blocks b = { .all = VEC_INIT };

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
	for (size_t i = 0; i < b->all.nr; i++)
		if (addr >= b->all.v[i].start &&
		    addr < b->all.v[i].start + b->all.v[i].size)
			return (uint32_t)i;
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
	struct blocks b = { .all = VEC_INIT };

	srandom((unsigned int)_i);
	/* Not in order: the second half is added first. */
	add_some(&b, 0x7f0000000000);
	add_some(&b, 0x10000 + 8 * some(12));
	ck_assert_uint_eq(blocks_sort(&b), 0);
	for (size_t i = 0; i < b.all.nr; i++) {
		const struct block *v = &b.all.v[i];
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

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, what_is_no_block_is_not_taken);
	tcase_add_test(tc, of_two_that_overlap_the_first_stays);
	tcase_add_test(tc, of_two_within_8_bytes_the_first_stays);
	tcase_add_loop_test(tc, an_address_has_its_block, 0, 20);
}
