/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/resident.h: which pages of a process are in memory; and smaps.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "suite.h"
#include "target/live/copy.h"
#include "target/live/resident.h"
#include "target/live/smaps.h"

#define PAGE MEMORY_PAGE

const char suite_name[] = "resident";

static void read_smaps(pid_t pid, struct smap_vec *ret)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(freep) char *path = xasprintf("/proc/%d/smaps", (int)pid);
	char buf[4096];
	size_t n;
	FILE *f = fopen(path, "r");

	ck_assert_ptr_nonnull(f);
	child_settle(pid);
	while ((n = fread(buf, 1, sizeof(buf), f)))
		str_add_bytes(&text, buf, n);
	fclose(f);
	smaps_parse(&text, ret);
	ck_assert_uint_gt(ret->nr, 5);
}

/* The sums of a process's smaps, of the mappings of the process itself. */
static uint64_t smaps_sum(pid_t pid, uint64_t *swapped)
{
	CLEANUP(smap_vec_release) struct smap_vec smaps = VEC_INIT;
	uint64_t sum = 0;

	read_smaps(pid, &smaps);
	*swapped = 0;
	for (size_t i = 0; i < smaps.nr; i++) {
		sum += smaps.v[i].resident;
		*swapped += smaps.v[i].swapped;
	}
	return sum;
}

static volatile uint8_t *map(size_t pages, int prot, int flags)
{
	void *p = mmap(NULL, pages * PAGE, prot,
		       MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

	ck_assert_ptr_ne(p, MAP_FAILED);
	return p;
}

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

static uint8_t sink;

/* Private and 100 pages large.  Of three pages, map_all_kinds() writes to the
 * first and reads the second. */
static volatile uint8_t *mixed;

/* One of each kind that the sum could be wrong with. */
static void map_all_kinds(void)
{
	volatile uint8_t *p = mixed;
	volatile uint8_t *shared = map(100, PROT_READ | PROT_WRITE,
				       MAP_SHARED);
	volatile uint8_t *closed = map(10, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE);
	volatile uint8_t *guard = map(10, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	volatile uint8_t *huge = map(2048, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE);
	volatile uint8_t *exe = map(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	for (size_t i = 0; i < 100; i += 3) {
		p[i * PAGE] = 1;
		shared[i * PAGE] = 1;
	}
	/* Only read: the zero page, which is in no Rss. */
	for (size_t i = 1; i < 100; i += 3)
		sink += p[i * PAGE];
	for (size_t i = 0; i < 10; i++)
		closed[i * PAGE] = guard[i * PAGE] = 1;
	mprotect((void *)(uintptr_t)closed, 10 * PAGE, PROT_NONE);
	madvise((void *)(uintptr_t)(guard + 3 * PAGE), 2 * PAGE,
		MADV_GUARD_INSTALL);
	madvise((void *)(uintptr_t)huge, 2048 * PAGE, MADV_HUGEPAGE);
	huge[700 * PAGE] = 1;
	exe[0] = 1;
	mprotect((void *)(uintptr_t)exe, 4 * PAGE, PROT_READ | PROT_EXEC);
	/* A reservation that holds nothing. */
	map((size_t)1 << 30, PROT_NONE, MAP_PRIVATE);
	child_ready();
	for (;;)
		pause();
}

static pid_t start_all_kinds(void)
{
	/* Between two pages that keep it a mapping of its own. */
	mixed = map(102, PROT_NONE, MAP_PRIVATE) + PAGE;
	mprotect((void *)(uintptr_t)mixed, 100 * PAGE, PROT_READ | PROT_WRITE);
	return child_start(map_all_kinds);
}

/*
 * The kernel may take pages of files from a process at any time, as they can be
 * read again.  So the tests that compare sums repeat their look at the process
 * until smaps says the same before and after it.
 */

START_TEST(resident_bytes_are_those_of_smaps)
{
	pid_t pid = start_all_kinds();
	struct target *t = NULL;
	const struct residency *r;
	uint64_t swapped, again, sum;

	do {
		target_close(t);
		t = child_open(pid);
		sum = smaps_sum(pid, &swapped);
		child_snapshot(t, NULL);
		r = target_residency(t);
		/* Copying changes nothing. */
	} while (smaps_sum(pid, &again) != sum);
	ck_assert_int_eq(r->basis, RESIDENCY_PAGEMAP);
	ck_assert_uint_eq(r->bytes, sum);
	ck_assert_uint_eq(r->swapped, swapped);
	ck_assert_uint_eq(r->page_tables,
			  strtoull(child_status(pid, "VmPTE"), NULL, 10) *
				  1024);
	target_close(t);
	child_finish(pid);
}
END_TEST

static volatile uint64_t in_data = 1;

static void change_data(void)
{
	in_data = 2;
	child_waiting();
}

START_TEST(changed_pages_of_files_are_told)
{
	pid_t pid = child_start(change_data);
	struct target *t = child_open(pid);
	const struct range_vec *changed;
	raddr data = child_address(&in_data);
	bool found = false;

	child_snapshot(t, NULL);
	changed = &target_residency(t)->changed;
	for (size_t i = 0; i < changed->nr; i++) {
		found |= data >= changed->v[i].start &&
			 data < changed->v[i].end;
		if (i)
			ck_assert_uint_gt(changed->v[i].start,
					  changed->v[i - 1].end);
	}
	ck_assert(found);
	/* This function's own code is as in the file. */
	for (size_t i = 0; i < changed->nr; i++)
		ck_assert(child_address((void *)(uintptr_t)smaps_sum) <
				  changed->v[i].start ||
			  child_address((void *)(uintptr_t)smaps_sum) >=
				  changed->v[i].end);
	target_close(t);
	child_finish(pid);
}
END_TEST

static struct growing {
	volatile int step;
	volatile uint8_t *area;	/* private, of 100 pages */
} *growing;			/* shared with the child */

static void grow(void)
{
	growing->area[0] = 1;
	child_ready();
	while (growing->step != 1)
		usleep(1000);
	for (size_t i = 0; i < 100; i++)
		growing->area[i * PAGE] = 1;
	growing->step = 2;
	child_waiting();
}

START_TEST(what_was_copied_is_not_looked_at_again)
{
	CLEANUP(copy_release) struct copy c;
	struct residency r = { .basis = RESIDENCY_UNKNOWN };
	struct target *t;
	struct error *err;
	raddr area;
	pid_t pid;

	growing = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	growing->area = map(100, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	area = child_address(growing->area);
	pid = child_start(grow);
	t = child_open(pid);
	copy_init(&c, t->live);
	err = copy_prepare(&c);
	ck_assert_ptr_null(err);
	growing->step = 1;
	while (growing->step != 2)
		usleep(1000);
	resident_find(&c, &r);
	ck_assert_uint_eq(residency_bytes(&r, area, area + 100 * PAGE), PAGE);
	residency_release(&r);
	target_close(t);
	child_finish(pid);
}
END_TEST

/* What a kernel has: PAGEMAP_SCAN, the words of pagemap alone, or neither. */
enum { SCAN, WORDS, NONE };

static void find_as(pid_t pid, int mode, struct residency *ret)
{
	CLEANUP(copy_release) struct copy c;
	struct target *t = child_open(pid);
	struct error *err;

	copy_init(&c, t->live);
	err = copy_prepare(&c);
	ck_assert_ptr_null(err);
	if (mode == WORDS)
		c.pages.can_scan = false;
	if (mode == NONE)
		pages_close(&c.pages);
	/* Nothing is known of what was copied: all mappings are asked. */
	if (mode != SCAN) {
		c.pieces.nr = 0;
		c.swapped.nr = 0;
	}
	*ret = (struct residency){ .basis = RESIDENCY_UNKNOWN };
	resident_find(&c, ret);
	target_close(t);
}

START_TEST(older_kernels_count_the_zero_page)
{
	pid_t pid = start_all_kinds();
	raddr start = child_address(mixed), end = start + 100 * PAGE;
	CLEANUP(smap_vec_release) struct smap_vec smaps = VEC_INIT;
	struct residency with, without;

	find_as(pid, SCAN, &with);
	find_as(pid, WORDS, &without);
	ck_assert_int_eq(without.basis, RESIDENCY_PAGEMAP);
	/* 34, or all 67 on a kernel that gives pages to those who only read. */
	read_smaps(pid, &smaps);
	ck_assert_uint_eq(residency_bytes(&with, start, end),
			  smaps_find(&smaps, start)->resident);
	ck_assert_uint_eq(residency_bytes(&without, start, end),
			  (34 + 33) * PAGE);
	residency_release(&with);
	residency_release(&without);
	child_finish(pid);
}
END_TEST

START_TEST(without_pagemap_the_sums_of_smaps_do)
{
	pid_t pid = start_all_kinds();
	struct residency r = { 0 };
	uint64_t swapped, sum;

	do {
		residency_release(&r);
		sum = smaps_sum(pid, &swapped);
		find_as(pid, NONE, &r);
	} while (smaps_sum(pid, &swapped) != sum);
	ck_assert_int_eq(r.basis, RESIDENCY_SMAPS);
	ck_assert_uint_eq(r.bytes, sum);
	residency_release(&r);
	child_finish(pid);
}
END_TEST

/* Pages that were swapped out are not present; this pretends that
 * copy_prepare() has found some, as not every machine has swap.  `ret_range`:
 * four pages, of which the second and third are said to be swapped. */
static void find_swapped(pid_t pid, struct residency *ret,
			 struct range *ret_range)
{
	CLEANUP(copy_release) struct copy c;
	struct target *t = child_open(pid);
	struct error *err;
	struct range a;

	copy_init(&c, t->live);
	err = copy_prepare(&c);
	ck_assert_ptr_null(err);
	/* Of the first range that is long enough the second and third page, and
	 * a page that nothing maps. */
	for (size_t i = 0;; i++) {
		a = c.ranges.v[i];
		if (a.end - a.start >= 4 * PAGE)
			break;
	}
	range_vec_push(&c.swapped,
		       (struct range){ a.start + PAGE, a.start + 3 * PAGE });
	range_vec_push(&c.swapped, (struct range){ PAGE, 2 * PAGE });
	*ret = (struct residency){ .basis = RESIDENCY_UNKNOWN };
	resident_find(&c, ret);
	*ret_range = (struct range){ a.start, a.start + 4 * PAGE };
	target_close(t);
}

START_TEST(swapped_pages_are_apart)
{
	pid_t pid = start_all_kinds();
	struct residency r = { 0 };
	uint64_t swapped, sum;
	struct range a;

	do {
		residency_release(&r);
		sum = smaps_sum(pid, &swapped);
		find_swapped(pid, &r, &a);
	} while (smaps_sum(pid, &swapped) != sum);
	ck_assert_uint_eq(r.swapped, 2 * PAGE);
	ck_assert_uint_eq(r.bytes, sum - 2 * PAGE);
	ck_assert_uint_eq(residency_bytes(&r, a.start, a.end), 2 * PAGE);
	residency_release(&r);
	child_finish(pid);
}
END_TEST

/* --- smaps --- */

START_TEST(smaps_are_parsed)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(smap_vec_release) struct smap_vec v = VEC_INIT;
	const struct smap *s;

	str_add(&text, "Rss: 12 kB\n"
		"1000-3000 rw-p 00000000 00:00 0          [heap]\n"
		"Size:                  8 kB\n"
		"Rss:                   4 kB\n"
		"Swap:                  3 kB\n"
		"SwapPss:               9 kB\n"
		"VmFlags: rd wr mr \n"
		"a000-c000 rw-p 00000000 00:00 7          /Rss: 5 kB\n"
		"Rss:                   0 kB\n"
		"VmFlags: rd ht\n"
		"dead beef\n"
		"f000-e000 rw-p 00000000 00:00 0\n"
		"10000-11000 rw-p 0 00:00 0\nRss: 4 kB");
	smaps_parse(&text, &v);
	ck_assert_uint_eq(v.nr, 3);
	s = smaps_find(&v, 0x1000);
	ck_assert_uint_eq(s->end, 0x3000);
	ck_assert_uint_eq(s->resident, 4096);
	ck_assert_uint_eq(s->swapped, 3072);
	ck_assert(!s->hugetlb);
	s = smaps_find(&v, 0xa000);
	ck_assert_uint_eq(s->resident, 0);
	ck_assert(s->hugetlb);
	/* A line that was cut off counts for nothing. */
	ck_assert_uint_eq(smaps_find(&v, 0x10000)->resident, 0);
	ck_assert_ptr_null(smaps_find(&v, 0x2000));
	ck_assert_ptr_null(smaps_find(&v, 0x20000));
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, resident_bytes_are_those_of_smaps);
	tcase_add_test(tc, changed_pages_of_files_are_told);
	tcase_add_test(tc, what_was_copied_is_not_looked_at_again);
	tcase_add_test(tc, older_kernels_count_the_zero_page);
	tcase_add_test(tc, without_pagemap_the_sums_of_smaps_do);
	tcase_add_test(tc, swapped_pages_are_apart);
	tcase_add_test(tc, smaps_are_parsed);
}
