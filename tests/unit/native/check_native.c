/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/native.h: who has claimed what, and lines that add up.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fake-process.h"
#include "suite.h"

#define PAGE MEMORY_PAGE
#define AREA UINT64_C(0x7f1000000000)

const char suite_name[] = "native";

/* Two mappings that touch, of 8 pages each: every other page is there. */
static void map_two(struct fake_process *p)
{
	fake_process_init(p);
	fake_process_map(p, AREA, 8, "rw-p", "");
	fake_process_map(p, AREA + 8 * PAGE, 8, "rw-s", "/dev/shm/x");
	for (size_t i = 0; i < 16; i += 2)
		fake_process_touch(p, AREA + i * PAGE, 1);
	fake_process_ready(p);
}

START_TEST(what_is_claimed_stays_claimed)
{
	struct fake_process p;
	struct native *n = &p.native;

	map_two(&p);
	ck_assert(native_claim(n, 100, 200, REGION_MALLOC, 1));
	ck_assert(native_claim(n, 300, 400, REGION_STACK, 2));
	ck_assert(native_claim(n, 200, 300, REGION_FILE, 3));
	ck_assert(native_claim(n, 0, 100, REGION_OTHER, 4));
	/* Any part of it. */
	ck_assert(!native_claim(n, 399, 500, REGION_MALLOC, 0));
	ck_assert(!native_claim(n, 150, 160, REGION_MALLOC, 0));
	ck_assert(!native_claim(n, 0, 1000, REGION_MALLOC, 0));
	/* Nothing at all. */
	ck_assert(!native_claim(n, 600, 600, REGION_MALLOC, 0));
	ck_assert(!native_claim(n, 700, 600, REGION_MALLOC, 0));
	ck_assert_uint_eq(n->regions.nr, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(n->regions.v[i].start, i * 100);
	ck_assert_int_eq(native_region(n, 100)->kind, REGION_MALLOC);
	ck_assert_int_eq(native_region(n, 199)->kind, REGION_MALLOC);
	ck_assert_uint_eq(native_region(n, 200)->index, 3);
	ck_assert_ptr_null(native_region(n, 400));
	fake_process_release(&p);
}
END_TEST

START_TEST(lines_are_found_again)
{
	struct fake_process p;
	struct native *n = &p.native;
	uint32_t a;

	map_two(&p);
	a = native_line(n, PART_CODE, OID_NONE, "/lib/a");
	ck_assert_uint_eq(native_line(n, PART_CODE, OID_NONE, "/lib/a"), a);
	ck_assert_uint_ne(native_line(n, PART_CODE, OID_NONE, "/lib/b"), a);
	ck_assert_uint_ne(native_line(n, PART_DATA, OID_NONE, "/lib/a"), a);
	ck_assert_uint_ne(native_line(n, PART_RAW, 1, NULL),
			  native_line(n, PART_RAW, 2, NULL));
	/* A name is the target's, and may be of any bytes. */
	native_line(n, PART_CODE, OID_NONE, "/lib/\033[31m");
	ck_assert_ptr_null(strchr(p.ledger.lines.v[5].name, '\033'));
	fake_process_release(&p);
}
END_TEST

START_TEST(only_resident_bytes_count)
{
	struct fake_process p;
	struct native *n = &p.native;
	uint32_t line;

	map_two(&p);
	line = native_line(n, PART_RAW, 1, NULL);
	/* Over the border of the mappings. */
	ck_assert_uint_eq(native_account(n, line, AREA + 6 * PAGE + 96,
					 AREA + 10 * PAGE + 32, 3),
			  2 * PAGE - 96 + 32);
	ck_assert_uint_eq(n->accounted[0], PAGE - 96);
	ck_assert_uint_eq(n->accounted[1], PAGE + 32);
	/* Nothing there, nothing mapped, nothing at all. */
	ck_assert_uint_eq(native_account(n, line, AREA + PAGE, AREA + 2 * PAGE,
					 1), 0);
	ck_assert_uint_eq(native_account(n, line, 0, PAGE, 0), 0);
	ck_assert_uint_eq(native_account(n, line, AREA + 16 * PAGE,
					 UINT64_MAX, 0), 0);
	ck_assert_uint_eq(native_account(n, line, AREA, AREA, 0), 0);
	ck_assert_uint_eq(p.ledger.lines.v[line].bytes, 2 * PAGE - 64);
	ck_assert_uint_eq(p.ledger.lines.v[line].count, 4);
	fake_process_release(&p);
}
END_TEST

START_TEST(the_ledger_is_sorted_and_adds_up)
{
	static const enum memory_part order[] = {
		PART_RAW, PART_RAW, PART_CODE, PART_CODE, PART_SHARED,
	};
	struct fake_process p;
	struct native *n = &p.native;
	const struct heap_memory_line *v;

	map_two(&p);
	native_account(n, native_line(n, PART_SHARED, OID_NONE, "x"),
		       AREA + 8 * PAGE, AREA + 12 * PAGE, 1);
	native_account(n, native_line(n, PART_RAW, 1, NULL), AREA, AREA + 16,
		       1);
	native_account(n, native_line(n, PART_RAW, 2, NULL), AREA + 16,
		       AREA + 48, 1);
	native_account(n, native_line(n, PART_CODE, OID_NONE, "b"), AREA + 48,
		       AREA + 64, 1);
	native_account(n, native_line(n, PART_CODE, OID_NONE, "a"), AREA + 64,
		       AREA + 80, 1);
	native_line(n, PART_JIT, OID_NONE, NULL);
	p.target.residency.swapped = 5;
	p.target.residency.page_tables = 6;
	p.target.residency.shared = 7;
	p.target.residency.copied = 8;
	native_finish(n);
	v = p.ledger.lines.v;
	ck_assert_uint_eq(p.ledger.lines.nr, ARRAY_SIZE(order));
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		ck_assert_int_eq(v[i].part, order[i]);
	ck_assert_uint_eq(v[0].type, 2);	/* the larger one */
	ck_assert_str_eq(v[2].name, "a");	/* as large: by name */
	ck_assert_int_eq(p.ledger.basis, MEMORY_PAGEMAP);
	ck_assert_uint_eq(p.ledger.resident, 8 * PAGE);
	ck_assert_uint_eq(p.ledger.swapped, 5);
	ck_assert_uint_eq(p.ledger.page_tables, 6);
	ck_assert_uint_eq(p.ledger.forked_shared, 7);
	ck_assert_uint_eq(p.ledger.forked_copied, 8);
	ck_assert_int_eq(p.ledger.unexplained, 6 * PAGE - 80);
	fake_process_release(&p);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, what_is_claimed_stays_claimed);
	tcase_add_test(tc, lines_are_found_again);
	tcase_add_test(tc, only_resident_bytes_count);
	tcase_add_test(tc, the_ledger_is_sorted_and_adds_up);
}
