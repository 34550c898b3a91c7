/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is copied of a process, and what it costs.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "child.h"
#include "target/live/copy.h"
#include "target/live/live-data.h"
#include "target/live/pages.h"

#define PAGE MEMORY_PAGE
#include "suite.h"

static uint8_t *area; /* a mapping of the test's */

#define SPARSE (64ULL << 30)

START_TEST(sparse_memory_costs_what_is_there)
{
	struct target *t;
	pid_t pid;

	area = mmap(NULL, SPARSE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ck_assert_ptr_ne(area, MAP_FAILED);
	area[0] = 1;
	area[SPARSE / 2] = 2;
	area[SPARSE - 1] = 3;
	pid = child_start(child_waiting);
	t = child_open(pid);
	child_snapshot(t, NULL);
	ck_assert_uint_lt(t->memory.bytes_copied, 64 << 20);
	ck_assert_ptr_nonnull(
		memory_at(&t->memory, child_address(area), SPARSE));
	ck_assert_uint_eq(*memory_at(&t->memory, child_address(area), 1), 1);
	ck_assert_uint_eq(child_copied(t, area + SPARSE / 2), 2);
	ck_assert_uint_eq(child_copied(t, area + SPARSE / 4), 0);
	ck_assert_uint_eq(
		*memory_at(&t->memory, child_address(area) + SPARSE - 1, 1), 3);
	target_close(t);
	child_finish(pid);
}
END_TEST

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

START_TEST(what_nobody_can_read_is_not_lost)
{
	struct target *t;
	pid_t pid;

	area = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(area, 1, 8 * PAGE);
	mprotect(area + 2 * PAGE, PAGE, PROT_NONE);
	/* Since Linux 6.13; a new glibc makes such pages below stacks.
	 */
	madvise(area + 5 * PAGE, PAGE, MADV_GUARD_INSTALL);
	pid = child_start(child_waiting);
	t = child_open(pid);
	child_snapshot(t, NULL);
	ck_assert_uint_eq(t->lost, 0);
	ck_assert_ptr_nonnull(
		memory_at(&t->memory, child_address(area), 2 * PAGE));
	ck_assert_ptr_null(
		memory_at(&t->memory, child_address(area) + 2 * PAGE, 1));
	ck_assert_uint_eq(
		*memory_at(&t->memory, child_address(area) + 6 * PAGE, 1), 1);
	target_close(t);
	child_finish(pid);
}
END_TEST

static void growing(void)
{
	child_ready();
	for (;;) {
		/* Touched at once, so that what was planned is outrun. */
		void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
			       0);

		if (p == MAP_FAILED || child_pairs[1].first > 100)
			pause();
		memset(p, 7, 1 << 20);
		area = p;
		child_pairs[1].first++;
	}
}

START_TEST(memory_that_grows_is_copied)
{
	pid_t pid = child_start(growing);
	struct target *t = child_open(pid);

	for (int i = 0; i < 8; i++) {
		const uint8_t *p;
		raddr newest;

		child_snapshot(t, NULL);
		newest = child_copied(t, &area);
		if (!newest)
			continue;
		p = memory_at(&t->memory, newest, 1 << 20);
		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq(p[0], 7);
		ck_assert_uint_eq(p[(1 << 20) - 1], 7);
	}
	target_close(t);
	child_finish(pid);
}
END_TEST

/* Map a file of `len` bytes in which each byte tells its page. */
static int map_file(size_t len, int prot)
{
	char name[] = "/tmp/pyheld-live-XXXXXX";
	int fd = mkstemp(name);
	uint8_t page[PAGE];

	ck_assert_int_ge(fd, 0);
	unlink(name);
	for (size_t i = 0; i < len / PAGE; i++) {
		memset(page, i % 251, PAGE);
		ck_assert_int_eq(write(fd, page, PAGE), PAGE);
	}
	area = mmap(NULL, len, prot, MAP_PRIVATE, fd, 0);
	ck_assert_ptr_ne(area, MAP_FAILED);
	return fd;
}

static void expect_pages(struct target *t, size_t len, size_t changed)
{
	for (size_t i = 0; i < len / PAGE; i++) {
		const uint8_t *p = memory_at(
			&t->memory, child_address(area) + i * PAGE, PAGE);

		ck_assert_msg(p, "page %zu", i);
		ck_assert_uint_eq(p[PAGE - 1], i == changed ? 252 : i % 251);
	}
}

static const size_t file_sizes[] = { 16 * PAGE, 3000 * PAGE };
static const int file_prots[] = { PROT_READ, PROT_READ | PROT_WRITE };

START_TEST(file_pages_are_the_process_s_own)
{
	size_t len = file_sizes[_i % 2];
	int fd = map_file(len, PROT_READ | PROT_WRITE);
	struct target *t;
	pid_t pid;

	memset(area + 7 * PAGE, 252, PAGE);
	mprotect(area, len, file_prots[_i / 2]);
	pid = child_start(child_waiting);
	t = child_open(pid);
	child_snapshot(t, NULL);
	expect_pages(t, len, 7);
	/* Across the border of two kinds. */
	ck_assert_ptr_nonnull(memory_at(&t->memory, child_address(area), len));
	target_close(t);
	child_finish(pid);
	close(fd);
}
END_TEST

START_TEST(file_that_is_cut_short_is_unmapped)
{
	size_t len = 64 * PAGE;
	int fd = map_file(len, PROT_READ);
	pid_t pid = child_start(child_waiting);
	struct target *t = child_open(pid);

	child_snapshot(t, NULL);
	ck_assert_uint_eq(*memory_at(&t->memory, child_address(area) + PAGE, 1),
			  1);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_uint_eq(*memory_at(&t->memory, child_address(area) + PAGE, 1),
			  1);
	ck_assert_ptr_null(
		memory_at(&t->memory, child_address(area) + len - 1, 1));
	target_close(t);
	child_finish(pid);
	close(fd);
}
END_TEST

#define MANY 300

/* The page of the file that page `i` of the mappings is: no neighbours. */
static size_t scattered(size_t i)
{
	return i * 7 % MANY;
}

/* As many mappings of a file as pages, which touch one another.  Every tenth
 * page is changed. */
static int map_scattered(void)
{
	int fd = map_file(MANY * PAGE, PROT_READ);

	for (size_t i = 0; i < MANY; i++) {
		void *p = mmap(area + i * PAGE, PAGE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_FIXED, fd,
			       (off_t)(scattered(i) * PAGE));

		ck_assert_ptr_ne(p, MAP_FAILED);
		if (i % 10 == 5)
			memset(p, 252, PAGE);
	}
	return fd;
}

static void expect_scattered(struct target *t)
{
	for (size_t i = 0; i < MANY; i++)
		ck_assert_uint_eq(
			*memory_at(&t->memory,
				   child_address(area) + (i + 1) * PAGE - 1, 1),
			i % 10 == 5 ? 252 : scattered(i) % 251);
}

START_TEST(many_mappings_of_a_file_are_one_segment)
{
	int fd = map_scattered();
	pid_t pid = child_start(child_waiting);
	struct target *t = child_open(pid);

	child_snapshot(t, NULL);
	ck_assert_ptr_nonnull(
		memory_at(&t->memory, child_address(area), MANY * PAGE));
	expect_scattered(t);
	target_close(t);
	child_finish(pid);
	close(fd);
}
END_TEST

/* What is left of them in the copy, where the file has become shorter. */
START_TEST(many_mappings_of_a_file_that_is_cut_short)
{
	int fd = map_scattered();
	pid_t pid = child_start(child_waiting);
	struct target *t = child_open(pid);
	raddr at = child_address(area);

	child_snapshot(t, NULL);
	ck_assert_int_eq(ftruncate(fd, 10 * PAGE), 0);
	ck_assert_uint_eq(*memory_at(&t->memory, at + PAGE, 1), 7);
	ck_assert_uint_eq(*memory_at(&t->memory, at + 5 * PAGE, 1), 252);
	/* Its process can't read this one. */
	ck_assert_uint_eq(*memory_at(&t->memory, at + 2 * PAGE, 1), 0);
	target_close(t);
	child_finish(pid);
	close(fd);
}
END_TEST

START_TEST(many_mappings_of_a_file_that_cannot_be_had)
{
	int fd = map_scattered();
	pid_t pid = child_start(child_waiting);
	struct target *t = child_open(pid);
	const struct mapping *m = maps_find(&t->mappings, child_address(area));

	ck_assert_ptr_nonnull(m);
	file_vec_push(&t->live->files,
		      (struct mapped_file){ m->device, m->inode, -1 });
	child_snapshot(t, NULL);
	child_finish(pid);
	expect_scattered(t);
	target_close(t);
	close(fd);
}
END_TEST

static uint8_t *separate_page(size_t i)
{
	return area + 2 * i * PAGE;
}

START_TEST(what_touches_is_copied_as_one)
{
	struct stretch_at at = { 0, 0 };
	struct target *t;
	struct error *err;
	struct stretch s;
	size_t nr = 0;
	struct copy c;
	pid_t pid;

	area = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(area, 64 * PAGE, MADV_NOHUGEPAGE);
	memset(area, 3, 32 * PAGE);
	memset(area + 40 * PAGE, 4, PAGE);
	for (size_t i = 0; i < 16; i++)
		mprotect(separate_page(i), PAGE, PROT_READ);
	pid = child_start(child_waiting);
	t = child_open(pid);
	copy_init(&c, t->live);
	err = copy_prepare(&c);
	ck_assert_ptr_null(err);
	err = copy_take(&c);
	ck_assert_ptr_null(err);
	while (copy_stretch(&c, &at, &s)) {
		uint64_t len = s.range.end - s.range.start;

		if (s.range.end <= child_address(area) ||
		    s.range.start >= child_address(area) + 64 * PAGE)
			continue;
		ck_assert_uint_ge(s.bytes[len - 1], 3);
		nr++;
	}
	/* 32 mappings, and the page apart. */
	ck_assert_uint_eq(nr, 2);
	copy_release(&c);
	target_close(t);
	child_finish(pid);
}
END_TEST

#define WIDE (96UL << 20)

/* How many bytes of the test's area are copied, and how many of them are in its
 * last quarter. */
static void count_copied(const struct copy *c, uint64_t *sum, uint64_t *late)
{
	raddr begin = child_address(area), end = begin + WIDE;
	struct stretch_at at = { 0, 0 };
	struct stretch s;

	*sum = *late = 0;
	while (copy_stretch(c, &at, &s)) {
		raddr stop = MIN(end, s.range.end);

		for (raddr a = MAX(begin, s.range.start); a < stop; a++) {
			if (!s.bytes[a - s.range.start])
				continue;
			++*sum;
			*late += a >= end - WIDE / 4;
		}
	}
}

START_TEST(sample_is_spread_over_all)
{
	struct target *t;
	struct copy c;
	uint64_t copied, all, sum, late;
	pid_t pid;

	area = mmap(NULL, WIDE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(area, 1, WIDE);
	pid = child_start(child_waiting);
	t = child_open(pid);
	copy_init(&c, t->live);
	ck_assert_ptr_null(copy_prepare(&c));
	ck_assert_ptr_null(copy_sample(&c, 8 << 20, &copied, &all));
	ck_assert_uint_ge(all, WIDE);
	ck_assert_uint_ge(copied, 7 << 20);
	ck_assert_uint_le(copied, 9 << 20);
	count_copied(&c, &sum, &late);
	/* All but what is beside the area, which is little. */
	ck_assert_uint_ge(sum, 6 << 20);
	ck_assert_uint_le(sum, copied);
	ck_assert_uint_ge(late, 1 << 20);
	ck_assert_uint_eq(c.bytes, 0);
	/* Less than the sample may be. */
	ck_assert_ptr_null(copy_sample(&c, all * 2, &copied, &all));
	ck_assert_uint_eq(copied, all);
	count_copied(&c, &sum, &late);
	ck_assert_uint_eq(sum, WIDE);
	copy_release(&c);
	target_close(t);
	child_finish(pid);
}
END_TEST

START_TEST(file_that_cannot_be_had_is_read_from_the_process)
{
	size_t len = 64 * PAGE;
	int fd = map_file(len, PROT_READ);
	pid_t pid = child_start(child_waiting);
	struct target *t = child_open(pid);

	/* As where map_files is forbidden and the file is deleted. */
	for (size_t i = 0; i < t->mappings.nr; i++)
		if (t->mappings.v[i].start == child_address(area))
			file_vec_push(&t->live->files,
				      (struct mapped_file){
					      t->mappings.v[i].device,
					      t->mappings.v[i].inode, -1 });
	child_snapshot(t, NULL);
	child_finish(pid);
	expect_pages(t, len, SIZE_MAX);
	target_close(t);
	close(fd);
}
END_TEST

START_TEST(memory_file_serves_where_the_call_is_refused)
{
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);
	struct error *err;
	char c;

	t->live->use_mem = true;
	child_snapshot(t, NULL);
	ck_assert_uint_ge(child_copied(t, &child_pairs[0].first) + 1,
			  child_copied(t, &child_pairs[0].second));
	child_expect_running(t);
	err = target_peek(t, 8, &c, 1);
	ck_assert_ptr_eq(err, &error_fault);
	child_finish(pid);
	expect_error(target_peek(t, child_address(&child_pairs), &c, 1),
		     ERR_GONE, "exited");
	target_close(t);
}
END_TEST

START_TEST(pages_are_told_alike_in_two_ways)
{
	static const uint8_t present[] = { 0, 1, 2, 5, 9, 10, 63 };
	CLEANUP(range_vec_release)
	struct range_vec a = VEC_INIT, b = VEC_INIT;
	struct pages pages;
	raddr end;
	int dir = open("/proc/self", O_RDONLY | O_DIRECTORY);

	area = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(area, 64 * PAGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < sizeof(present); i++)
		area[present[i] * PAGE] = 1;
	end = child_address(area) + 64 * PAGE;
	pages_open(&pages, dir);
	ck_assert(pages_find(&pages, child_address(area), end, PAGES_PRESENT,
			     &a));
	pages.can_scan = false;
	ck_assert(pages_find(&pages, child_address(area), end, PAGES_PRESENT,
			     &b));
	ck_assert_uint_eq(a.nr, 4);
	ck_assert_uint_eq(b.nr, 4);
	ck_assert_mem_eq(a.v, b.v, 4 * sizeof(*a.v));
	ck_assert_uint_eq(a.v[0].end, child_address(area) + 3 * PAGE);
	ck_assert_uint_eq(a.v[3].end, end);
	pages_close(&pages);
	close(dir);
}
END_TEST

#define HUGE_PAGE (2UL << 20)
#define HUGE_AREA (32 * HUGE_PAGE)

/* Bytes of files in memory that this process has mapped as huge pages. */
static uint64_t huge_bytes(void)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	uint64_t kb, sum = 0;
	char line[512];

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "ShmemPmdMapped: %" SCNu64, &kb) == 1)
			sum += kb << 10;
	fclose(f);
	return sum;
}

/* MADV_COLLAPSE, and a kernel with huge pages at all. */
static bool has_collapse(void)
{
	struct utsname u;

	return !uname(&u) && strverscmp(u.release, "6.1") >= 0 &&
	       !access("/sys/kernel/mm/transparent_hugepage", F_OK);
}

START_TEST(shared_copy_lies_in_huge_pages)
{
	struct target *t;
	struct error *err;
	uint8_t *other;
	struct copy c;
	pid_t pid;
	size_t i;

	area = mmap(NULL, HUGE_AREA, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(area, MAP_FAILED);
	for (i = 0; i < HUGE_AREA; i++)
		area[i] = (uint8_t)(i / PAGE % 251);
	pid = child_start(child_waiting);
	t = child_open(pid);
	copy_init(&c, t->live);
	err = copy_share(&c);
	ck_assert_ptr_null(err);
	/* Twice, as a snapshot that is tried again does. */
	for (int n = 0; n < 2; n++) {
		err = copy_prepare(&c);
		ck_assert_ptr_null(err);
		err = copy_take(&c);
		ck_assert_ptr_null(err);
	}
	for (i = 0; i < c.areas.nr; i++)
		if (c.areas.v[i].start <= child_address(area) &&
		    c.areas.v[i].end >= child_address(area) + HUGE_AREA)
			break;
	ck_assert_uint_lt(i, c.areas.nr);
	if (has_collapse())
		ck_assert_uint_ge(huge_bytes(), HUGE_AREA - 2 * HUGE_PAGE);
	/* As another process maps it. */
	other = copy_map(c.file, c.areas.v[i].offset,
			 c.areas.v[i].end - c.areas.v[i].start);
	ck_assert_ptr_ne(other, MAP_FAILED);
	ck_assert_uint_eq(((uintptr_t)other - c.areas.v[i].offset) % HUGE_PAGE,
			  0);
	ck_assert_mem_eq(other + (child_address(area) - c.areas.v[i].start),
			 area, HUGE_AREA);
	if (has_collapse())
		ck_assert_uint_ge(huge_bytes(),
				  2 * (HUGE_AREA - 2 * HUGE_PAGE));
	munmap(other, c.areas.v[i].end - c.areas.v[i].start);
	copy_release(&c);
	target_close(t);
	child_finish(pid);
}
END_TEST

START_TEST(maps_of_a_copy_leave_no_addresses_behind)
{
	int fd = memfd_create("copy", MFD_CLOEXEC);
	size_t len = 3 * PAGE, offset = HUGE_PAGE + PAGE;
	uint8_t *p;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)(offset + len)), 0);
	p = copy_map(fd, offset, len);
	ck_assert_ptr_ne(p, MAP_FAILED);
	ck_assert_uint_eq((uintptr_t)p % HUGE_PAGE, PAGE);
	p[0] = 1;
	p[len - 1] = 2;
	/* What was reserved around it is free again. */
	ck_assert_int_eq(msync(p - PAGE, PAGE, MS_ASYNC), -1);
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_int_eq(msync(p + len, PAGE, MS_ASYNC), -1);
	ck_assert_int_eq(errno, ENOMEM);
	munmap(p, len);
	close(fd);
	ck_assert_ptr_eq(copy_map(fd, 0, PAGE), MAP_FAILED);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

const char suite_name[] = "copy";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, sparse_memory_costs_what_is_there);
	tcase_add_test(tc, what_nobody_can_read_is_not_lost);
	tcase_add_test(tc, memory_that_grows_is_copied);
	tcase_add_loop_test(tc, file_pages_are_the_process_s_own, 0, 4);
	tcase_add_test(tc, file_that_is_cut_short_is_unmapped);
	tcase_add_test(tc, file_that_cannot_be_had_is_read_from_the_process);
	tcase_add_test(tc, many_mappings_of_a_file_are_one_segment);
	tcase_add_test(tc, many_mappings_of_a_file_that_is_cut_short);
	tcase_add_test(tc, many_mappings_of_a_file_that_cannot_be_had);
	tcase_add_test(tc, what_touches_is_copied_as_one);
	tcase_add_test(tc, sample_is_spread_over_all);
	tcase_add_test(tc, memory_file_serves_where_the_call_is_refused);
	tcase_add_test(tc, pages_are_told_alike_in_two_ways);
	tcase_add_test(tc, shared_copy_lies_in_huge_pages);
	tcase_add_test(tc, maps_of_a_copy_leave_no_addresses_behind);
}
