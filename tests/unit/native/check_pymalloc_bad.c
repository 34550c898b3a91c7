/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/pymalloc.h over forged arenas that contradict themselves:
 * the rest of them is found, and each loop ends.
 */
#include <check.h>

#include "forge-pymalloc.h"
#include "suite.h"

const char suite_name[] = "pymalloc-bad";

/* --- what can't be so --------------------------------------------------- */

/* Arena 0's first pool is left out, and nothing else. */
static void expect_pool_left_out(struct forged_pymalloc *s)
{
	raddr left_out = forge_block_at(forge_pool_at(s, 0, 0), 32, 1);

	forge_walk(s);
	ck_assert_uint_eq(s->p.ledger.nr_damaged, 1);
	ck_assert_uint_eq(blocks_find(&s->p.native.blocks, left_out),
			  BLOCK_NONE);
	forge_expect_block(s, 0, 2, 512, 1);
	forge_expect_block(s, 1, 0, 64, 0);
	forge_release(s);
}

START_TEST(a_list_of_free_blocks_is_a_circle)
{
	struct forged_pymalloc s;
	raddr pool;

	forge_build_known(&s, _i);
	pool = forge_pool_at(&s, 0, 0);
	fake_process_put(&s.p, forge_block_at(pool, 32, 8),
			 forge_block_at(pool, 32, 4));
	expect_pool_left_out(&s);
}
END_TEST

START_TEST(a_free_block_is_elsewhere)
{
	raddr wrong[6];
	struct forged_pymalloc s;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		raddr pool;

		forge_build_known(&s, _i);
		pool = forge_pool_at(&s, 0, 0);
		wrong[0] = pool;
		wrong[1] = forge_block_at(pool, 32, 5) + 16;
		wrong[2] = forge_block_at(pool, 32, 9);
		wrong[3] = pool + s.v->pool + FORGE_HEADER;
		wrong[4] = 1;
		wrong[5] = UINT64_MAX;
		fake_process_put(&s.p, forge_block_at(pool, 32, 8), wrong[i]);
		expect_pool_left_out(&s);
	}
}
END_TEST

START_TEST(a_header_lies)
{
	static const struct { uint32_t offset, value; } lies[] = {
		{ 36, 32 }, { 36, UINT32_MAX }, { 40, 0 }, { 40, 47 },
		{ 40, FORGE_HEADER + 33 }, { 40, UINT32_MAX }, { 40, 1u << 20 },
		{ 0, 3 }, { 0, 7 }, { 0, UINT32_MAX },
	};
	struct forged_pymalloc s;

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		forge_build_known(&s, _i);
		forge_put32(&s, forge_pool_at(&s, 0, 0) + lies[i].offset,
			    lies[i].value);
		expect_pool_left_out(&s);
	}
}
END_TEST

/* The thread with the GIL may have been stopped in pymalloc. */
START_TEST(one_pool_may_be_amid_a_change)
{
	struct forged_pymalloc s;

	forge_build_known(&s, _i);
	forge_put32(&s, forge_pool_at(&s, 0, 0), 6);
	forge_walk(&s);
	forge_expect_all(&s);
	forge_release(&s);

	forge_build_known(&s, _i);
	forge_put32(&s, forge_pool_at(&s, 0, 0), 4);
	forge_put32(&s, forge_pool_at(&s, 1, 0), 2);
	forge_walk(&s);
	ck_assert_uint_eq(s.p.ledger.nr_damaged, 1);
	forge_expect_block(&s, 0, 0, 32, 1);
	forge_release(&s);
}
END_TEST

/* Another entry claims the second half of arena 0, and a third one arena 1. */
START_TEST(arenas_overlap)
{
	struct forged_pymalloc s;
	raddr entry = FORGE_ARRAY + 7 * FORGE_ENTRY, half;
	uint32_t nr;

	forge_build_known(&s, _i);
	forge_put_entry(&s, FORGE_ARRAY, 6, 1, 1, 0);
	half = forge_arena_at(&s, 0) + s.v->arena / 2;
	nr = (uint32_t)((s.v->arena - 1) / s.v->pool);
	fake_process_put(&s.p, entry, half);
	fake_process_put(&s.p, entry + 8,
			 ((half + s.v->pool - 1) & ~(s.v->pool - 1)) +
			 s.v->pool);
	forge_put32(&s, entry + 16, nr);
	forge_put32(&s, entry + 20, nr + !(half & (s.v->pool - 1)));
	forge_put32(&s, ((half + s.v->pool - 1) & ~(s.v->pool - 1)) + 32, 7);
	forge_walk(&s);
	ck_assert_uint_eq(s.p.ledger.arenas.nr, 2);
	forge_expect_block(&s, 0, 0, 32, 1);
	forge_expect_block(&s, 1, 0, 64, 0);
	ck_assert_uint_le(s.p.ledger.nr_damaged, 2);
	forge_release(&s);
}
END_TEST

START_TEST(an_entry_lies)
{
	static const struct { uint32_t offset; uint64_t value; } lies[] = {
		{ 0, 0x7f0000000800 }, { 0, UINT64_MAX - 0xfff },
		{ 0, 0x7f5500000000 }, { 8, 0 }, { 8, UINT64_MAX },
		{ 16, UINT64_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		struct forged_pymalloc s;

		forge_build_known(&s, _i);
		fake_process_put(&s.p, FORGE_ARRAY + 3 * FORGE_ENTRY +
				 lies[i].offset, lies[i].value);
		forge_walk(&s);
		ck_assert_uint_eq(s.p.ledger.arenas.nr, 1);
		forge_expect_block(&s, 1, 0, 64, 0);
		ck_assert_uint_eq(s.p.ledger.nr_damaged, 1);
		forge_release(&s);
	}
}
END_TEST

START_TEST(an_array_has_more_entries_than_memory)
{
	struct forged_pymalloc s;

	forge_build(&s, _i);
	forge_put_state(&s, FORGE_ARRAY, UINT32_MAX);
	forge_walk(&s);
	/* It is searched for then. */
	forge_expect_all(&s);
	forge_release(&s);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	const int nr = forge_nr_versions;

	tcase_add_loop_test(tc, a_list_of_free_blocks_is_a_circle, 0, nr);
	tcase_add_loop_test(tc, a_free_block_is_elsewhere, 0, nr);
	tcase_add_loop_test(tc, a_header_lies, 0, nr);
	tcase_add_loop_test(tc, one_pool_may_be_amid_a_change, 0, nr);
	tcase_add_loop_test(tc, arenas_overlap, 0, nr);
	tcase_add_loop_test(tc, an_entry_lies, 0, nr);
	tcase_add_loop_test(tc, an_array_has_more_entries_than_memory, 0, nr);
}
