/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/memory.h: the parts of the ledger and their sums.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "heap/memory.h"
#include "suite.h"

const char suite_name[] = "memory";

static void add(struct heap_memory *m, enum memory_part part, uint64_t bytes)
{
	struct heap_memory_line line = { .part = part, .type = OID_NONE,
					 .name = xstrdup(""), .bytes = bytes };

	heap_memory_line_vec_push(&m->lines, line);
}

START_TEST(each_kind_has_its_sum)
{
	struct heap_memory m = { .basis = MEMORY_PAGEMAP };
	struct heap_memory_arena arena = { .address = 1 };
	struct heap_memory_malloc arena2 = { .address = 1 };
	struct heap_memory_unowned unowned = { .size = 1 };

	add(&m, PART_RAW, 1);
	add(&m, PART_RAW_LIBRARY, 2);
	add(&m, PART_OBJECTS, 4);
	add(&m, PART_FREE_TOP, 8);
	add(&m, PART_FREE_CHUNKS, 16);
	add(&m, PART_STACKS, 32);
	heap_memory_arena_vec_push(&m.arenas, arena);
	heap_memory_malloc_vec_push(&m.mallocs, arena2);
	heap_memory_unowned_vec_push(&m.unowned, unowned);
	ck_assert_uint_eq(heap_memory_sum(&m, MEMORY_RAW), 3);
	ck_assert_uint_eq(heap_memory_sum(&m, MEMORY_OBJECTS), 4);
	ck_assert_uint_eq(heap_memory_sum(&m, MEMORY_FREE), 24);
	ck_assert_uint_eq(heap_memory_sum(&m, MEMORY_STACK), 32);
	ck_assert_uint_eq(heap_memory_sum(&m, MEMORY_SHARED), 0);
	heap_memory_release(&m);
	ck_assert_int_eq(m.basis, MEMORY_UNKNOWN);
	ck_assert_uint_eq(m.lines.nr + m.arenas.nr + m.mallocs.nr +
			  m.unowned.nr, 0);
}
END_TEST

START_TEST(each_part_has_a_kind_with_a_name)
{
	for (int i = 0; i < NR_MEMORY_PARTS; i++) {
		enum memory_kind kind = memory_part_kind((enum memory_part)i);

		ck_assert_int_lt(kind, NR_MEMORY_KINDS);
		ck_assert_ptr_nonnull(memory_kind_names[kind]);
	}
	for (int i = 0; i < NR_MEMORY_ALLOCATORS; i++)
		ck_assert_ptr_nonnull(memory_allocator_names[i]);
	/* Captures store the numbers. */
	ck_assert_int_eq(PART_OBJECTS, 0);
	ck_assert_int_eq(PART_UNOWNED, 7);
	ck_assert_int_eq(PART_STACKS, 19);
	ck_assert_int_eq(PART_JIT, 27);
	ck_assert_int_eq(PART_TRACEMALLOC, 28);
	ck_assert_int_eq(memory_part_has(PART_OBJECTS), LINE_HAS_TYPE);
	ck_assert_int_eq(memory_part_has(PART_CODE), LINE_HAS_NAME);
	ck_assert_int_eq(memory_part_has(PART_JIT), LINE_HAS_NOTHING);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, each_kind_has_its_sum);
	tcase_add_test(tc, each_part_has_a_kind_with_a_name);
}
