/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "base/compiler.h"
#include "heap/sites/allocation.h"
#include "suite.h"
#include "traced.h"

/* --- order --- */

START_TEST(blocks_are_sorted_by_domain_then_address)
{
	static const struct heap_allocation unsorted[] = {
		{ .address = 0x30, .size = 1, .domain = 1 },
		{ .address = UINT64_MAX, .size = 2 },
		{ .address = 0x30, .size = 3 },
		{ .address = 0x10, .size = 4, .domain = UINT32_MAX },
		{ .address = 0x20, .size = 5 },
		{ .address = 0x10, .size = 6, .domain = 1 },
		{ .address = 0, .size = 7 },
	};
	static const uint64_t sorted[] = { 7, 5, 3, 2, 6, 1, 4 };
	struct heap_allocations a = { .known = true };

	for (size_t i = 0; i < ARRAY_SIZE(unsorted); i++)
		heap_allocation_vec_push(&a.v, unsorted[i]);
	ck_assert_uint_eq(heap_allocations_sort(&a), 0);
	ck_assert_uint_eq(a.v.nr, ARRAY_SIZE(sorted));
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
		ck_assert_uint_eq(a.v.v[i].size, sorted[i]);
	heap_allocations_release(&a);
	ck_assert(!a.known);
	ck_assert_uint_eq(a.v.nr, 0);
	ck_assert_ptr_null(a.v.v);
}
END_TEST

/* A table that changed while it was read may have a block more than once. */
START_TEST(one_of_each_block_is_kept)
{
	struct heap_allocations a = { .known = true };

	ck_assert_uint_eq(heap_allocations_sort(&a), 0);
	for (uint32_t i = 0; i < 12; i++)
		heap_allocation_vec_push(&a.v, (struct heap_allocation){
			.address = 0x10 * (i % 3), .size = i,
			.domain = i % 2 });
	ck_assert_uint_eq(heap_allocations_sort(&a), 6);
	ck_assert_uint_eq(a.v.nr, 6);
	for (uint32_t i = 0; i < 6; i++) {
		ck_assert_uint_eq(a.v.v[i].domain, i / 3);
		ck_assert_uint_eq(a.v.v[i].address, 0x10 * (i % 3));
		/* It is one of those of this block, not a mixture. */
		ck_assert_uint_eq(a.v.v[i].size % 3, i % 3);
		ck_assert_uint_eq(a.v.v[i].size % 2, i / 3);
	}
	ck_assert_uint_eq(heap_allocations_sort(&a), 0);
	heap_allocations_release(&a);
}
END_TEST

/* --- indices --- */

/* 2 files, 3 sites, 2 tracebacks, 3 blocks. */
static void build(struct heap_allocations *a)
{
	*a = (struct heap_allocations){ .known = false };
	traced_add(a, 0x1000, 64, "a.py:1 m.py:2");
	traced_add(a, 0x2000, 64, "a.py:3");
	traced_add(a, 0x3000, 64, "a.py:1 m.py:2");
	ck_assert_uint_eq(a->files.nr, 2);
	ck_assert_uint_eq(a->sites.nr, 3);
	ck_assert_uint_eq(a->tracebacks.nr, 2);
}

START_TEST(what_is_whole_fits)
{
	struct heap_allocations a = { .known = false };

	ck_assert(heap_allocations_fit(&a));
	build(&a);
	ck_assert(heap_allocations_fit(&a));
	ck_assert_uint_eq(heap_allocations_site(&a, 1).line, 3);
	ck_assert_uint_eq(heap_allocations_site(&a, 0).line, 1);
	/* The same address in another domain is another block. */
	a.v.v[2] = (struct heap_allocation){ .address = 0x1000, .domain = 1 };
	ck_assert(heap_allocations_fit(&a));
	heap_allocations_release(&a);
	/* Files alone, or without a block, are no harm. */
	build(&a);
	heap_allocation_vec_resize(&a.v, 0);
	ck_assert(heap_allocations_fit(&a));
	heap_traceback_vec_resize(&a.tracebacks, 0);
	heap_site_vec_resize(&a.sites, 0);
	ck_assert(heap_allocations_fit(&a));
	heap_allocations_release(&a);
}
END_TEST

START_TEST(hostile_sites_do_not_fit)
{
	static const uint32_t files[] = { 2, 3, 0x80000000, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct heap_allocations a;

		build(&a);
		a.sites.v[2].file = files[i];
		ck_assert(!heap_allocations_fit(&a));
		heap_allocations_release(&a);
	}
}
END_TEST

START_TEST(hostile_tracebacks_do_not_fit)
{
	static const struct heap_traceback tracebacks[] = {
		{ .first = 0, .nr = 0 },
		{ .first = 3, .nr = 0 },
		{ .first = 0, .nr = 4 },
		{ .first = 2, .nr = 2 },
		{ .first = 3, .nr = 1 },
		{ .first = 4, .nr = 1 },
		{ .first = 4, .nr = UINT32_MAX },
		{ .first = 1, .nr = UINT32_MAX },
		/* The sum wraps round. */
		{ .first = UINT64_MAX, .nr = 1 },
		{ .first = UINT64_MAX, .nr = 3 },
		{ .first = UINT64_C(1) << 63, .nr = 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(tracebacks); i++) {
		struct heap_allocations a;

		build(&a);
		a.tracebacks.v[1] = tracebacks[i];
		a.tracebacks.v[1].total = UINT32_MAX;
		ck_assert_msg(!heap_allocations_fit(&a), "case %zu", i);
		heap_allocations_release(&a);
	}
}
END_TEST

/* There were at least as many calls as are in it. */
START_TEST(totals_are_no_less_than_what_is_there)
{
	struct heap_allocations a;

	build(&a);
	a.tracebacks.v[0].total = a.tracebacks.v[0].nr - 1;
	ck_assert(!heap_allocations_fit(&a));
	a.tracebacks.v[0].total++;
	ck_assert(heap_allocations_fit(&a));
	heap_allocations_release(&a);
}
END_TEST

START_TEST(hostile_blocks_do_not_fit)
{
	static const struct heap_allocation last[] = {
		{ .address = 0x3000, .traceback = 2 },
		{ .address = 0x3000, .traceback = UINT32_MAX },
		{ .address = 0x2000 },	/* twice the same */
		{ .address = 0x1fff },	/* not in order */
		{ .address = 0 },
		/* The sum of the sizes is too large, or wraps round. */
		{ .address = 0x3000, .size = INT64_MAX },
		{ .address = 0x3000, .size = UINT64_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(last); i++) {
		struct heap_allocations a;

		build(&a);
		a.v.v[2] = last[i];
		ck_assert_msg(!heap_allocations_fit(&a), "case %zu", i);
		/* Domains must ascend, too. */
		a.v.v[2] = (struct heap_allocation){ .address = 0x3000 };
		ck_assert(heap_allocations_fit(&a));
		a.v.v[1].domain = 1;
		ck_assert(!heap_allocations_fit(&a));
		heap_allocations_release(&a);
	}
}
END_TEST

/* --- objects --- */

static void find(const struct heap_allocations *a, uint64_t address,
		 int expected)
{
	const struct heap_allocation *found;

	found = heap_allocations_find(a, address);
	if (expected < 0)
		ck_assert_msg(!found, "0x%lx", (unsigned long)address);
	else
		ck_assert_ptr_eq(found, &a->v.v[expected]);
}

/* A PyGC_Head has 16 bytes; with a managed dict there are 32. */
START_TEST(objects_lie_up_to_32_bytes_into_their_block)
{
	struct heap_allocations a;

	build(&a);
	for (int i = 0; i < 3; i++) {
		uint64_t start = a.v.v[i].address;

		find(&a, start, i);
		find(&a, start + 16, i);
		find(&a, start + 32, i);
		find(&a, start + 33, -1);
		find(&a, start + 48, -1);
		find(&a, start - 1, -1);
	}
	find(&a, 0, -1);
	find(&a, UINT64_MAX, -1);
	heap_allocations_release(&a);
}
END_TEST

START_TEST(objects_do_not_lie_behind_their_block)
{
	struct heap_allocations a = { .known = false };

	traced_add(&a, 0x1000, 16, "a.py:1");
	traced_add(&a, 0x1010, 17, "a.py:1");
	traced_add(&a, 0x2000, 0, "a.py:1");
	traced_add(&a, UINT64_MAX - 15, UINT64_MAX, "a.py:1");
	find(&a, 0x100f, 0);
	/* The nearest block that begins before it is its own. */
	find(&a, 0x1010, 1);
	find(&a, 0x1020, 1);
	find(&a, 0x1021, -1);
	find(&a, 0x2000, -1);
	find(&a, UINT64_MAX, 3);
	heap_allocations_release(&a);
	find(&a, 0x1000, -1);
}
END_TEST

/* numpy has a domain of its own for data of arrays: they are no objects. */
START_TEST(other_domains_have_no_objects)
{
	struct heap_allocations a;

	build(&a);
	a.v.v[0].domain = 389047;
	a.v.v[1].domain = 1;
	heap_allocations_sort(&a);
	ck_assert(heap_allocations_fit(&a));
	find(&a, 0x3000, 0);
	find(&a, 0x2000, -1);
	find(&a, 0x1000, -1);
	a.v.v[0].domain = 1;
	heap_allocations_sort(&a);
	find(&a, 0x3000, -1);
	heap_allocations_release(&a);
}
END_TEST

const char suite_name[] = "allocation";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, blocks_are_sorted_by_domain_then_address);
	tcase_add_test(tc, one_of_each_block_is_kept);
	tcase_add_test(tc, what_is_whole_fits);
	tcase_add_test(tc, hostile_sites_do_not_fit);
	tcase_add_test(tc, hostile_tracebacks_do_not_fit);
	tcase_add_test(tc, totals_are_no_less_than_what_is_there);
	tcase_add_test(tc, hostile_blocks_do_not_fit);
	tcase_add_test(tc, objects_lie_up_to_32_bytes_into_their_block);
	tcase_add_test(tc, objects_do_not_lie_behind_their_block);
	tcase_add_test(tc, other_domains_have_no_objects);
}
