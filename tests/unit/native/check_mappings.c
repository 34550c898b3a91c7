/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/mappings.h and native/pointed.h: what each mapping is.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fake-process.h"
#include "native/mappings.h"
#include "native/pointed.h"
#include "suite.h"

#define PAGE MEMORY_PAGE
#define LIB UINT64_C(0x7f0000000000)
#define HEAP UINT64_C(0x550000000000)
#define FAR UINT64_C(0x7f1000000000)

const char suite_name[] = "mappings";

static void account(struct fake_process *p)
{
	fake_process_ready(p);
	mappings_claim(&p->native);
	mappings_account(&p->native);
	native_finish(&p->native);
}

/* The lines add up, and this is what they leave. */
static void expect_rest(const struct fake_process *p, int64_t unexplained)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->ledger.lines.nr; i++)
		sum += p->ledger.lines.v[i].bytes;
	ck_assert_int_eq(p->ledger.unexplained, unexplained);
	ck_assert_uint_eq(p->ledger.resident, sum + (uint64_t)unexplained);
}

/* Text, data and bss of a library, from `start` on: 10 pages. */
static void map_library(struct fake_process *p, raddr start, const char *path)
{
	fake_process_map(p, start, 4, "r-xp", path);
	fake_process_map(p, start + 4 * PAGE, 2, "rw-p", path);
	fake_process_map(p, start + 6 * PAGE, 4, "rw-p", "");
}

START_TEST(file_pages_are_code_until_they_are_changed)
{
	struct fake_process p;

	fake_process_init(&p);
	map_library(&p, LIB, "/lib/x.so");
	fake_process_touch(&p, LIB, 3);
	fake_process_change(&p, LIB + PAGE, 1);
	fake_process_touch(&p, LIB + 4 * PAGE, 2);
	fake_process_change(&p, LIB + 5 * PAGE, 1);
	account(&p);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_CODE, "/lib/x.so"),
			  3 * PAGE);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_DATA, "/lib/x.so"),
			  2 * PAGE);
	expect_rest(&p, 0);
	fake_process_release(&p);
}
END_TEST

/* gcc puts the constants and the data of a small library into one page of its
 * file, which is mapped twice. */
START_TEST(a_page_of_a_small_library_is_mapped_twice)
{
	static const uint64_t offsets[] = { 0, PAGE, 2 * PAGE, 2 * PAGE,
					    3 * PAGE };
	struct fake_process p;

	fake_process_init(&p);
	fake_process_map(&p, LIB, 1, "r--p", "/lib/x.so");
	fake_process_map(&p, LIB + PAGE, 1, "r-xp", "/lib/x.so");
	fake_process_map(&p, LIB + 2 * PAGE, 1, "r--p", "/lib/x.so");
	fake_process_map(&p, LIB + 3 * PAGE, 1, "r--p", "/lib/x.so");
	fake_process_map(&p, LIB + 4 * PAGE, 1, "rw-p", "/lib/x.so");
	fake_process_map(&p, LIB + 5 * PAGE, 9, "rw-p", "");
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
		p.target.mappings.v[i].offset = offsets[i];
	fake_process_touch(&p, LIB + 5 * PAGE, 9);
	account(&p);
	ck_assert_uint_eq(p.target.modules.nr, 1);
	ck_assert_uint_eq(p.target.modules.v[0].end, LIB + 5 * PAGE);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_DATA, "/lib/x.so"),
			  9 * PAGE);
	expect_rest(&p, 0);
	fake_process_release(&p);
}
END_TEST

START_TEST(what_lies_behind_data_is_bss)
{
	struct fake_process p;

	fake_process_init(&p);
	map_library(&p, LIB, "/lib/x.so");
	fake_process_touch(&p, LIB + 6 * PAGE, 3);
	account(&p);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_DATA, "/lib/x.so"),
			  3 * PAGE);
	expect_rest(&p, 0);
	fake_process_release(&p);
}
END_TEST

START_TEST(what_lies_behind_data_is_no_bss_if_it_has_blocks)
{
	struct fake_process p;

	fake_process_init(&p);
	map_library(&p, LIB, "/lib/x.so");
	fake_process_touch(&p, LIB + 6 * PAGE, 4);
	fake_process_ready(&p);
	mappings_claim(&p.native);
	ck_assert(native_claim(&p.native, LIB + 7 * PAGE, LIB + 8 * PAGE,
			       REGION_PYMALLOC, 0));
	mappings_account(&p.native);
	native_finish(&p.native);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_DATA, NULL), 0);
	expect_rest(&p, 4 * PAGE);
	fake_process_release(&p);
}
END_TEST

START_TEST(every_other_mapping_has_its_part)
{
	struct fake_process p;

	fake_process_init(&p);
	fake_process_map(&p, FAR, 2, "rw-s", "/dev/shm/x");
	fake_process_map(&p, FAR + 2 * PAGE, 2, "rw-s", "/dev/zero");
	fake_process_map(&p, FAR + 4 * PAGE, 2, "rwxp", "");
	fake_process_map(&p, FAR + 6 * PAGE, 2, "r--p", "[vvar]");
	fake_process_map(&p, FAR + 8 * PAGE, 2, "r-xp", "[vdso]");
	fake_process_map(&p, FAR + 10 * PAGE, 2, "r--p", "/data.bin");
	fake_process_map(&p, FAR + 12 * PAGE, 2, "rw-p", "");
	fake_process_map(&p, FAR + 14 * PAGE, 2, "r-xp", "");
	fake_process_put(&p, FAR + 14 * PAGE, 0x10102464c457f);
	fake_process_touch(&p, FAR, 16);
	account(&p);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_SHARED, "/dev/shm/x"),
			  2 * PAGE);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_SHARED, "[anonymous]"),
			  2 * PAGE);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_JIT, NULL), 2 * PAGE);
	/* The second one is as in a core, which names no mapping. */
	ck_assert_uint_eq(fake_process_bytes(&p, PART_KERNEL, "[vdso]"),
			  4 * PAGE);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_KERNEL, "[vvar]"),
			  2 * PAGE);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_CODE, "/data.bin"),
			  2 * PAGE);
	expect_rest(&p, 2 * PAGE);
	fake_process_release(&p);
}
END_TEST

START_TEST(a_malloc_that_is_not_known_has_what_is_left)
{
	struct fake_process p;

	fake_process_init(&p);
	map_library(&p, LIB, "/usr/lib/libjemalloc.so.2");
	fake_process_map(&p, FAR, 4, "rw-p", "");
	fake_process_touch(&p, FAR, 3);
	account(&p);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_ALLOCATOR,
					     "/usr/lib/libjemalloc.so.2"),
			  3 * PAGE);
	expect_rest(&p, 0);
	fake_process_release(&p);
}
END_TEST

START_TEST(claimed_ranges_are_left_out)
{
	struct fake_process p;

	fake_process_init(&p);
	fake_process_map(&p, FAR, 8, "rw-s", "/dev/shm/x");
	fake_process_touch(&p, FAR, 8);
	fake_process_ready(&p);
	/* One from before the mapping into it, one in it. */
	ck_assert(native_claim(&p.native, FAR - PAGE, FAR + PAGE, REGION_OTHER,
			       0));
	ck_assert(native_claim(&p.native, FAR + 3 * PAGE, FAR + 4 * PAGE,
			       REGION_OTHER, 0));
	mappings_account(&p.native);
	native_finish(&p.native);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_SHARED, NULL), 6 * PAGE);
	expect_rest(&p, 2 * PAGE);
	fake_process_release(&p);
}
END_TEST

START_TEST(free_mappings_can_be_claimed)
{
	CLEANUP(range_vec_release) struct range_vec free_ones = VEC_INIT;
	struct fake_process p;

	fake_process_init(&p);
	map_library(&p, LIB, "/lib/x.so");
	fake_process_map(&p, FAR, 4, "rw-s", "/dev/zero");
	fake_process_map(&p, FAR + 4 * PAGE, 4, "rw-p", "");
	fake_process_map(&p, FAR + 8 * PAGE, 4, "rw-p", "");
	fake_process_touch(&p, LIB, 6);
	fake_process_touch(&p, FAR, 8);
	fake_process_ready(&p);
	mappings_claim(&p.native);
	native_claim(&p.native, FAR + 5 * PAGE, FAR + 6 * PAGE, REGION_MALLOC,
		     0);
	mappings_free(&p.native, &free_ones);
	/* Not the library's, and not what has no page in memory. */
	ck_assert_uint_eq(free_ones.nr, 3);
	ck_assert_uint_eq(free_ones.v[0].start, FAR);
	ck_assert_uint_eq(free_ones.v[0].end, FAR + 4 * PAGE);
	ck_assert_uint_eq(free_ones.v[1].end, FAR + 5 * PAGE);
	ck_assert_uint_eq(free_ones.v[2].start, FAR + 6 * PAGE);
	ck_assert_uint_eq(free_ones.v[2].end, FAR + 8 * PAGE);
	fake_process_release(&p);
}
END_TEST

/* --- pointed.h --- */

/* Two libraries, malloc's heap, and three anonymous mappings at FAR, FAR + 16
 * pages and FAR + 4096 pages. */
static void map_pointed(struct fake_process *p)
{
	fake_process_init(p);
	fake_process_map(p, HEAP, 2, "rw-p", "[heap]");
	map_library(p, LIB, "/lib/a.so");
	map_library(p, LIB + 32 * PAGE, "/lib/b.so");
	fake_process_map(p, FAR, 4, "rw-p", "");
	fake_process_map(p, FAR + 16 * PAGE, 4, "rw-p", "");
	fake_process_map(p, FAR + 4096 * PAGE, 512, "rw-p", "");
	fake_process_touch(p, FAR, 4);
	fake_process_touch(p, FAR + 16 * PAGE, 4);
	fake_process_touch(p, FAR + 4096 * PAGE, 5);
}

static void account_pointed(struct fake_process *p)
{
	fake_process_ready(p);
	mappings_claim(&p->native);
	ck_assert(native_claim(&p->native, HEAP, HEAP + 2 * PAGE,
			       REGION_MALLOC, 0));
	mappings_account(&p->native);
	native_finish(&p->native);
}

START_TEST(most_pointers_decide_whose_memory_it_is)
{
	struct fake_process p;

	map_pointed(&p);
	fake_process_put(&p, LIB + 4 * PAGE, FAR + 8);
	fake_process_put(&p, LIB + 37 * PAGE, FAR);
	fake_process_put(&p, LIB + 37 * PAGE + 8, FAR + 2 * PAGE);
	account_pointed(&p);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_DATA, "/lib/b.so"),
			  4 * PAGE);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_DATA, "/lib/a.so"), 0);
	expect_rest(&p, 9 * PAGE);
	fake_process_release(&p);
}
END_TEST

START_TEST(memory_leads_to_more_memory)
{
	struct fake_process p;

	map_pointed(&p);
	fake_process_put(&p, LIB + 4 * PAGE, FAR + 16 * PAGE);
	fake_process_put(&p, FAR + 17 * PAGE, FAR + PAGE);
	fake_process_put(&p, FAR + 2 * PAGE, FAR + 16 * PAGE);
	account_pointed(&p);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_DATA, "/lib/a.so"),
			  8 * PAGE);
	expect_rest(&p, 5 * PAGE);
	fake_process_release(&p);
}
END_TEST

START_TEST(large_memory_is_pointed_to_at_its_start)
{
	static const raddr offsets[] = { 0, 8 };
	struct fake_process p;

	map_pointed(&p);
	fake_process_put(&p, LIB + 4 * PAGE,
			 FAR + 4096 * PAGE + offsets[_i]);
	account_pointed(&p);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_DATA, "/lib/a.so"),
			  _i ? 0 : 5 * PAGE);
	fake_process_release(&p);
}
END_TEST

START_TEST(thread_local_storage_is_the_dynamic_linker_s)
{
	struct fake_process p;

	map_pointed(&p);
	map_library(&p, FAR + 8192 * PAGE, "/lib64/ld-linux-x86-64.so.2");
	fake_process_put(&p, LIB + 4 * PAGE, FAR + 2 * PAGE);
	fake_process_thread(&p, FAR + 2 * PAGE, 0);
	account_pointed(&p);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_DATA,
					     "/lib64/ld-linux-x86-64.so.2"),
			  4 * PAGE);
	fake_process_release(&p);
}
END_TEST

START_TEST(without_malloc_s_heap_no_pointer_tells_anything)
{
	struct fake_process p;

	map_pointed(&p);
	fake_process_put(&p, LIB + 4 * PAGE, FAR);
	account(&p);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_DATA, NULL), 0);
	expect_rest(&p, 13 * PAGE);
	fake_process_release(&p);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, file_pages_are_code_until_they_are_changed);
	tcase_add_test(tc, a_page_of_a_small_library_is_mapped_twice);
	tcase_add_test(tc, what_lies_behind_data_is_bss);
	tcase_add_test(tc, what_lies_behind_data_is_no_bss_if_it_has_blocks);
	tcase_add_test(tc, every_other_mapping_has_its_part);
	tcase_add_test(tc, a_malloc_that_is_not_known_has_what_is_left);
	tcase_add_test(tc, claimed_ranges_are_left_out);
	tcase_add_test(tc, free_mappings_can_be_claimed);
	tcase_add_test(tc, most_pointers_decide_whose_memory_it_is);
	tcase_add_test(tc, memory_leads_to_more_memory);
	tcase_add_loop_test(tc, large_memory_is_pointed_to_at_its_start, 0, 2);
	tcase_add_test(tc, thread_local_storage_is_the_dynamic_linker_s);
	tcase_add_test(tc, without_malloc_s_heap_no_pointer_tells_anything);
}
