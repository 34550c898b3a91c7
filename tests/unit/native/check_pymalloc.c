/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/pymalloc.h over forged arenas of each version: they are
 * found, whoever says where they are.
 */
#include <check.h>

#include "forge-pymalloc.h"
#include "python/allocators/pymalloc-tree.h"
#include "suite.h"

#define PAGE MEMORY_PAGE

const char suite_name[] = "pymalloc";

/* --- where the array is ------------------------------------------------- */

START_TEST(the_interpreter_says_where)
{
	struct forged_pymalloc s;

	forge_build(&s, _i);
	forge_put_state(&s, FORGE_ARRAY, FORGE_ENTRIES);
	forge_walk(&s);
	/* 3.8 to 3.11 search all memory here. */
	forge_expect_all(&s);
	forge_release(&s);
}
END_TEST

START_TEST(nobody_says_where)
{
	struct forged_pymalloc s;

	forge_build(&s, _i);
	/* Not the state of an interpreter. */
	forge_put_state(&s, 0x123, 7);
	forge_walk(&s);
	forge_expect_all(&s);
	forge_release(&s);
}
END_TEST

START_TEST(malloc_has_it_among_its_blocks)
{
	struct forged_pymalloc s;

	forge_build(&s, _i);
	forge_put_state(&s, 0, 0);
	forge_ready(&s);
	blocks_add(&s.p.native.blocks, FORGE_ARRAY - 3 * PAGE, 100,
		   ALLOCATOR_MALLOC);
	blocks_add(&s.p.native.blocks, FORGE_ARRAY, FORGE_BLOCK,
		   ALLOCATOR_MALLOC);
	pymalloc_walk(&s.py, &s.p.native, &s.own);
	blocks_sort(&s.p.native.blocks);
	forge_expect_all(&s);
	forge_release(&s);
}
END_TEST

START_TEST(debug_hooks_put_words_before_it)
{
	struct forged_pymalloc s;

	forge_build(&s, _i);
	forge_put_state(&s, 0, 0);
	forge_ready(&s);
	blocks_add(&s.p.native.blocks, FORGE_ARRAY - 16,
		   FORGE_ENTRIES * FORGE_ENTRY + 16 + 24, ALLOCATOR_MALLOC);
	pymalloc_walk(&s.py, &s.p.native, &s.own);
	blocks_sort(&s.p.native.blocks);
	forge_expect_all(&s);
	forge_release(&s);
}
END_TEST

/* 4,096 entries have a mapping of their own. */
START_TEST(a_large_array_has_a_mapping)
{
	const uint32_t nr = 2048;
	const raddr chunk = FORGE_ARRAY + 110 * PAGE;
	struct forged_pymalloc s;
	uint64_t size;

	forge_build(&s, _i);
	forge_put_state(&s, 0, 0);
	fake_process_put(&s.p, FORGE_ARRAY + 3 * FORGE_ENTRY, 0);
	fake_process_put(&s.p, FORGE_ARRAY + 3 * FORGE_ENTRY + 32, 0);
	fake_process_put(&s.p, FORGE_ARRAY + 5 * FORGE_ENTRY, 0);
	fake_process_put(&s.p, FORGE_ARRAY + 5 * FORGE_ENTRY + 32, 0);
	forge_put_entry(&s, chunk + 16, 3, 0, 3, 1);
	forge_put_entry(&s, chunk + 16, 5, 1, 1, 0);
	/* What malloc rounds up to a page. */
	size = (nr * FORGE_ENTRY + 16 + PAGE - 1) & ~(PAGE - 1);
	fake_process_put(&s.p, chunk + 8, size | 2);
	forge_walk(&s);
	ck_assert_uint_eq(s.own.nr, 1);
	ck_assert_uint_eq(s.own.v[0], chunk + 16);
	s.own.v[0] = FORGE_ARRAY;
	forge_expect_all(&s);
	forge_release(&s);
}
END_TEST

/* Arenas of an interpreter that has ended are found by malloc's block. */
START_TEST(two_arrays_are_two)
{
	const raddr other = FORGE_ARRAY + 20 * PAGE;
	struct forged_pymalloc s;

	forge_build(&s, _i);
	forge_put_state(&s, FORGE_ARRAY, FORGE_ENTRIES);
	fake_process_put(&s.p, FORGE_ARRAY + 5 * FORGE_ENTRY, 0);
	fake_process_put(&s.p, FORGE_ARRAY + 5 * FORGE_ENTRY + 32, 0);
	forge_put_entry(&s, other, 5, 1, 1, 0);
	forge_ready(&s);
	blocks_add(&s.p.native.blocks, FORGE_ARRAY, FORGE_BLOCK,
		   ALLOCATOR_MALLOC);
	blocks_add(&s.p.native.blocks, other, FORGE_BLOCK,
		   ALLOCATOR_MALLOC);
	pymalloc_walk(&s.py, &s.p.native, &s.own);
	blocks_sort(&s.p.native.blocks);
	ck_assert_uint_eq(s.own.nr, 2);
	s.own.nr = 1;
	s.own.v[0] = FORGE_ARRAY;
	forge_expect_all(&s);
	forge_release(&s);
}
END_TEST

/* realloc() has moved the array, and left the old one behind. */
START_TEST(an_old_copy_is_passed_over)
{
	const raddr old = FORGE_ARRAY + 20 * PAGE;
	struct forged_pymalloc s;

	forge_build(&s, _i);
	forge_put_state(&s, 0, 0);
	forge_put_entry(&s, old, 3, 0, 3, 1);
	forge_put_entry(&s, old, 5, 1, 1, 0);
	/* And somebody has written into it. */
	fake_process_put(&s.p, old + 7 * FORGE_ENTRY, 1);
	forge_ready(&s);
	blocks_add(&s.p.native.blocks, old, FORGE_BLOCK,
		   ALLOCATOR_MALLOC);
	blocks_add(&s.p.native.blocks, FORGE_ARRAY, FORGE_BLOCK,
		   ALLOCATOR_MALLOC);
	pymalloc_walk(&s.py, &s.p.native, &s.own);
	blocks_sort(&s.p.native.blocks);
	forge_expect_all(&s);
	forge_release(&s);
}
END_TEST

START_TEST(without_pymalloc_there_is_nothing)
{
	struct forged_pymalloc s;

	forge_build(&s, _i);
	forge_put_state(&s, 0, 0);
	fake_process_put(&s.p, FORGE_ARRAY + 3 * FORGE_ENTRY, 0);
	fake_process_put(&s.p, FORGE_ARRAY + 5 * FORGE_ENTRY, 0);
	forge_walk(&s);
	ck_assert_uint_eq(s.p.native.blocks.words.nr, 0);
	ck_assert_uint_eq(s.p.ledger.arenas.nr, 0);
	ck_assert_uint_eq(s.p.ledger.nr_damaged, 0);
	ck_assert_uint_eq(s.own.nr, 0);
	forge_release(&s);
}
END_TEST

/* --- what others ask ---------------------------------------------------- */

static oid number_of(void *context, uint32_t block)
{
	unsigned int *nr_asked = context;

	++*nr_asked;
	return block;
}

START_TEST(arenas_with_few_blocks_have_a_name)
{
	struct forged_pymalloc s;
	unsigned int nr_asked = 0;
	raddr block;

	forge_build_known(&s, _i);
	forge_walk(&s);
	pymalloc_name_arenas(&s.p.native, number_of, &nr_asked);
	ck_assert_uint_eq(nr_asked, 1);
	block = forge_block_at(forge_pool_at(&s, 1, 0), 64, 0);
	ck_assert_uint_eq(s.p.ledger.arenas.v[1].object,
			  blocks_find(&s.p.native.blocks, block));
	ck_assert(s.p.ledger.arenas.v[0].object == OID_NONE);
	forge_release(&s);
}
END_TEST

/* Nodes of the radix tree: where a middle and a bottom node are, and what they
 * say of an arena. */
static void put_nodes(struct forged_pymalloc *s, raddr middle, raddr bottom,
		      unsigned int arena)
{
	unsigned int arena_bits =
		(unsigned int)__builtin_ctzll(s->v->arena);
	unsigned int bits = s->v->minor == 10 ? 48 : 64;
	unsigned int interior = (bits - arena_bits + 2) / 3;
	unsigned int low = bits - 2 * interior; /* of an address */
	raddr a = forge_arena_at(s, arena);
	uint64_t i = a >> low & ((1u << interior) - 1);
	uint64_t k = (a & ((1ull << low) - 1)) >> arena_bits;
	uint64_t tail = a & (s->v->arena - 1);

	fake_process_put(&s->p, middle + i * 8, bottom);
	forge_put32(s, bottom + k * 8, tail ? (uint32_t)tail : UINT32_MAX);
}

START_TEST(the_tree_is_the_interpreters)
{
	const raddr tree = UINT64_C(0x7e0000000000), other = tree + 1024 * PAGE;
	struct forged_pymalloc s;
	uint64_t middle_size, bottom_size;

	forge_build_known(&s, _i);
	middle_size = s.v->minor == 10 ? 8192 : 8 << 15;
	bottom_size = s.v->minor == 10 ? 2048 : s.v->arena > MIB ? 8 << 13 :
								   8 << 14;
	fake_process_map(&s.p, tree, 2048, "rw-p", "");
	put_nodes(&s, tree, tree + 512 * PAGE, 0);
	put_nodes(&s, tree, tree + 512 * PAGE, 1);
	forge_ready(&s);
	pymalloc_walk(&s.py, &s.p.native, &s.own);
	/* A block like a middle node, which knows no arena. */
	blocks_add(&s.p.native.blocks, other, middle_size + 8,
		   ALLOCATOR_MALLOC);
	blocks_add(&s.p.native.blocks, tree, middle_size + 8,
		   ALLOCATOR_MALLOC);
	blocks_add(&s.p.native.blocks, tree + 512 * PAGE, bottom_size + 8,
		   ALLOCATOR_MALLOC);
	blocks_sort(&s.p.native.blocks);
	s.own.nr = 0;
	pymalloc_tree(&s.py, &s.p.native, &s.own);
	if (s.v->minor < 10) {
		ck_assert_uint_eq(s.own.nr, 0);
	} else {
		ck_assert_uint_eq(s.own.nr, 2);
		ck_assert(raddr_vec_has(&s.own, tree));
		ck_assert(raddr_vec_has(&s.own, tree + 512 * PAGE));
	}
	forge_release(&s);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	const int nr = forge_nr_versions;

	tcase_add_loop_test(tc, the_interpreter_says_where, 0, nr);
	tcase_add_loop_test(tc, nobody_says_where, 0, nr);
	tcase_add_loop_test(tc, malloc_has_it_among_its_blocks, 0, nr);
	tcase_add_loop_test(tc, debug_hooks_put_words_before_it, 0, nr);
	tcase_add_loop_test(tc, a_large_array_has_a_mapping, 0, nr);
	tcase_add_loop_test(tc, two_arrays_are_two, 0, nr);
	tcase_add_loop_test(tc, an_old_copy_is_passed_over, 0, nr);
	tcase_add_loop_test(tc, without_pymalloc_there_is_nothing, 0, nr);
	tcase_add_loop_test(tc, arenas_with_few_blocks_have_a_name, 0, nr);
	tcase_add_loop_test(tc, the_tree_is_the_interpreters, 0, nr);
}
