/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target/residency.h: which pages are in memory, of ranges and of cores. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forge.h"
#include "suite.h"
#include "target/residency.h"
#include "target/target.h"

#define PAGE MEMORY_PAGE

const char suite_name[] = "residency";

/* --- ranges --- */

#define NR_PAGES 200

START_TEST(bytes_of_any_range_are_counted)
{
	struct residency r = { .basis = RESIDENCY_PAGEMAP };
	bool there[NR_PAGES] = { false };

	srandom((unsigned int)_i);
	for (int i = 0; i < 30; i++) {
		long first = random() % NR_PAGES, nr = random() % 6;

		residency_add(&r, (raddr)first * PAGE,
			      (raddr)MIN(first + nr, NR_PAGES) * PAGE);
		for (long j = first; j < MIN(first + nr, NR_PAGES); j++)
			there[j] = true;
	}
	residency_sort(&r);
	for (size_t i = 1; i < r.present.nr; i++)
		ck_assert_uint_gt(r.present.v[i].start, r.present.v[i - 1].end);
	for (int i = 0; i < 500; i++) {
		raddr start = (raddr)random() % (NR_PAGES * PAGE);
		raddr end = (raddr)random() % (NR_PAGES * PAGE + 999);
		uint64_t bytes = 0;

		/* As most callers do: near the one before. */
		if (i % 2)
			end = start + end % 300;
		for (raddr at = start; at < MIN(end, NR_PAGES * PAGE); at++)
			bytes += there[at / PAGE];
		ck_assert_uint_eq(residency_bytes(&r, start, end), bytes);
	}
	ck_assert_uint_eq(residency_bytes(&r, 0, UINT64_MAX), r.bytes);
	residency_release(&r);
	ck_assert_uint_eq(residency_bytes(&r, 0, UINT64_MAX), 0);
}
END_TEST

static void expect_parts(const struct residency *r, struct range all,
			 const struct range *expected, size_t nr)
{
	struct range part = all;
	size_t i = 0;

	for (; residency_narrow(r, &part);
	     part = (struct range){ part.end, all.end }) {
		ck_assert_uint_lt(i, nr);
		ck_assert_uint_eq(part.start, expected[i].start);
		ck_assert_uint_eq(part.end, expected[i].end);
		i++;
	}
	ck_assert_uint_eq(i, nr);
}

START_TEST(only_what_was_never_written_is_left_out)
{
	static const struct range all = { PAGE + 100, 9 * PAGE };
	static const struct range parts[] = {
		{ PAGE + 100, 2 * PAGE }, { 4 * PAGE, 5 * PAGE },
		{ 8 * PAGE, 9 * PAGE },
	};
	struct residency r = { .basis = RESIDENCY_PAGEMAP };

	residency_add(&r, 0, 2 * PAGE);
	residency_add(&r, 4 * PAGE, 5 * PAGE);
	residency_add(&r, 8 * PAGE, 20 * PAGE);
	residency_sort(&r);
	expect_parts(&r, all, parts, ARRAY_SIZE(parts));
	r.basis = RESIDENCY_CORE;
	expect_parts(&r, all, parts, ARRAY_SIZE(parts));
	expect_parts(&r, (struct range){ 2 * PAGE, 4 * PAGE }, NULL, 0);
	expect_parts(&r, (struct range){ 20 * PAGE, 30 * PAGE }, NULL, 0);
	/* Sums of mappings do not say where their pages are. */
	r.basis = RESIDENCY_SMAPS;
	expect_parts(&r, all, &all, 1);
	/* What is swapped out is not resident, but it was written. */
	r.basis = RESIDENCY_PAGEMAP;
	r.swapped = PAGE;
	expect_parts(&r, all, &all, 1);
	residency_release(&r);
	expect_parts(&r, all, &all, 1);
}
END_TEST

/* --- cores --- */

static struct target *open_core(struct forge *f)
{
	struct target *t = NULL;
	struct error *err;
	char path[32];
	int fd;

	forge_finish(f);
	fd = forge_open(f->file.v, f->file.nr);
	forge_path(fd, path);
	err = target_open_core(path, NULL, &t);
	ck_assert_msg(!err, "%s", err ? err->message : "");
	close(fd);
	return t;
}

START_TEST(pages_of_a_core_are_in_use_if_they_are_not_zero)
{
	struct forge f = FORGE_INIT;
	uint8_t bytes[8 * PAGE] = { 0 };
	struct target *t;
	struct residency *r;

	bytes[0] = 1;
	bytes[4 * PAGE - 1] = 1;
	bytes[7 * PAGE] = 1;
	forge_load(&f, 0x10000, 12 * PAGE, PF_R | PF_W, bytes, sizeof(bytes));
	/* Its last page is not whole. */
	forge_load(&f, 0x40000, 4 * PAGE, PF_R | PF_W, bytes, PAGE + 100);
	t = open_core(&f);
	ck_assert_int_eq(t->residency.basis, RESIDENCY_UNKNOWN);
	r = target_residency(t);
	ck_assert_int_eq(r->basis, RESIDENCY_CORE);
	ck_assert_uint_eq(r->bytes, 4 * PAGE);
	ck_assert_uint_eq(residency_bytes(r, 0x10000, 0x10000 + 3 * PAGE),
			  PAGE);
	ck_assert_uint_eq(residency_bytes(r, 0x10000 + 3 * PAGE,
					  0x10000 + 4 * PAGE), PAGE);
	ck_assert_uint_eq(residency_bytes(r, 0x40000, 0x41000), PAGE);
	ck_assert_ptr_eq(target_residency(t), r);
	target_close(t);
	forge_release(&f);
}
END_TEST

/* As the kernel writes it: what is not there is a hole, and zeros are data. */
START_TEST(pages_of_a_core_are_in_use_if_they_are_in_no_hole)
{
	struct forge f = FORGE_INIT;
	uint8_t bytes[8 * PAGE] = { 0 };
	struct residency *r;
	struct error *err;
	struct target *t;
	uint64_t offset;
	char path[32];
	int fd;

	bytes[7 * PAGE] = 1;
	forge_load(&f, 0x10000, 8 * PAGE, PF_R | PF_W, bytes, sizeof(bytes));
	forge_load(&f, 0x20000, 8 * PAGE, PF_R | PF_W, bytes, 2 * PAGE);
	forge_finish(&f);
	offset = forge_phdr(&f, 1)->p_offset;
	fd = forge_open(f.file.v, f.file.nr);
	/* Pages 0, 3 and 4 of the first one, all of the second. */
	ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE |
					       FALLOC_FL_KEEP_SIZE,
				   (off_t)offset, PAGE), 0);
	ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE |
					       FALLOC_FL_KEEP_SIZE,
				   (off_t)(offset + 3 * PAGE), 2 * PAGE), 0);
	ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE |
					       FALLOC_FL_KEEP_SIZE,
				   (off_t)(offset + 8 * PAGE), 2 * PAGE), 0);
	forge_path(fd, path);
	err = target_open_core(path, NULL, &t);
	ck_assert_msg(!err, "%s", err ? err->message : "");
	close(fd);
	r = target_residency(t);
	ck_assert_uint_eq(r->bytes, 5 * PAGE);
	ck_assert_uint_eq(r->present.nr, 2);
	ck_assert_uint_eq(r->present.v[0].start, 0x10000 + PAGE);
	ck_assert_uint_eq(r->present.v[0].end, 0x10000 + 3 * PAGE);
	ck_assert_uint_eq(r->present.v[1].end, 0x10000 + 8 * PAGE);
	target_close(t);
	forge_release(&f);
}
END_TEST

START_TEST(data_of_a_core_s_files_counts_as_changed)
{
	struct forge f = FORGE_INIT;
	uint8_t bytes[2 * PAGE];
	const struct range_vec *changed;
	struct target *t;

	memset(bytes, 1, sizeof(bytes));
	forge_load(&f, 0x10000, 2 * PAGE, PF_R | PF_X, bytes, 2 * PAGE);
	/* What was relocated and is read-only, and what is not. */
	forge_load(&f, 0x12000, 2 * PAGE, PF_R, bytes, 2 * PAGE);
	forge_load(&f, 0x14000, 2 * PAGE, PF_R | PF_W, bytes, 2 * PAGE);
	forge_file(&f, 0x10000, 0x12000, 0, "/nowhere/x.so");
	forge_file(&f, 0x12000, 0x14000, 5, "/nowhere/x.so");
	forge_file(&f, 0x14000, 0x16000, 7, "/nowhere/x.so");
	t = open_core(&f);
	changed = &target_residency(t)->changed;
	ck_assert_uint_eq(changed->nr, 1);
	ck_assert_uint_eq(changed->v[0].start, 0x12000);
	ck_assert_uint_eq(changed->v[0].end, 0x16000);
	target_close(t);
	forge_release(&f);
}
END_TEST

/* Two thousand segments that are all the same bytes of the file, zeros: they
 * are not read two thousand times. */
START_TEST(segments_that_share_bytes_are_read_once)
{
	struct forge f = FORGE_INIT;
	struct target *t;
	uint64_t offset, len = 4 << 20;
	struct residency *r;

	forge_load(&f, 0x10000000, len, PF_R | PF_W, NULL, len);
	for (uint64_t i = 1; i < 2000; i++)
		forge_load(&f, 0x10000000 + i * len, len, PF_R | PF_W, NULL, 0);
	forge_finish(&f);
	offset = forge_phdr(&f, 1)->p_offset;
	for (size_t i = 2; i <= 2000; i++) {
		forge_phdr(&f, i)->p_offset = offset;
		forge_phdr(&f, i)->p_filesz = len;
	}
	f.file.nr = offset + len;
	{
		struct error *err;
		char path[32];
		int fd = forge_open(f.file.v, f.file.nr);

		forge_path(fd, path);
		err = target_open_core(path, NULL, &t);
		ck_assert_msg(!err, "%s", err ? err->message : "");
		close(fd);
	}
	r = target_residency(t);
	ck_assert_uint_eq(r->bytes, 1999 * len);
	target_close(t);
	forge_release(&f);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, bytes_of_any_range_are_counted, 0, 10);
	tcase_add_test(tc, only_what_was_never_written_is_left_out);
	tcase_add_test(tc, pages_of_a_core_are_in_use_if_they_are_not_zero);
	tcase_add_test(tc, pages_of_a_core_are_in_use_if_they_are_in_no_hole);
	tcase_add_test(tc, data_of_a_core_s_files_counts_as_changed);
	tcase_add_test(tc, segments_that_share_bytes_are_read_once);
}
