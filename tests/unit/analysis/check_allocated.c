/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is expected is what CPython's tracemalloc.Snapshot says of the same
 * traces: statistics() and compare_to().
 */
#include <check.h>
#include <string.h>

#include "analysis/sites/allocated.h"
#include "suite.h"
#include "traced.h"

/* Blocks of "SIZE SITE SITE ..., SIZE SITE ...". */
static void build(struct heap *h, const char *text)
{
	uint64_t address = 0x1000;

	heap_init(h);
	while (*text) {
		size_t len = strcspn(text, ",");
		char block[128], *sites;
		uint64_t size;

		ck_assert_uint_lt(len, sizeof(block));
		memcpy(block, text, len);
		block[len] = '\0';
		size = strtoul(block, &sites, 10);
		traced_add(&h->allocations, address, size, sites + 1);
		address += 0x1000;
		text += len;
		text += strspn(text, ", ");
	}
	ck_assert(heap_allocations_fit(&h->allocations));
}

static void print_sum(const struct allocated *a, struct allocated_sum sum,
		      struct allocated_sum old, struct str *ret)
{
	str_addf(ret, "%d/%d", (int)sum.bytes, (int)sum.nr);
	if (a->compares)
		str_addf(ret, "<%d/%d", (int)old.bytes, (int)old.nr);
}

/* "BYTES/BLOCKS SITES, ... = BYTES/BLOCKS"; each with "<" and the older ones
 * if there are some. */
static void print(const struct allocated *a, struct str *ret)
{
	for (size_t i = 0; i < a->rows.nr; i++) {
		const struct allocated_row *row = &a->rows.v[i];
		const struct heap_traceback *t;

		t = &row->from->tracebacks.v[row->traceback];
		print_sum(a, row->sum, row->old, ret);
		str_add_char(ret, ' ');
		if (a->by == ALLOCATED_BY_FILE)
			str_add(ret, row->from->files.v[
				row->from->sites.v[t->first].file]);
		else
			traced_sites(row->from, t->first,
				     a->by == ALLOCATED_BY_LINE ? 1 : t->nr,
				     ret);
		str_add(ret, i + 1 < a->rows.nr ? ", " : " ");
	}
	str_add(ret, "= ");
	print_sum(a, a->sum, a->old, ret);
}

/* `old` NULL: no older heap. */
static void check(const char *new, const char *old, enum allocated_by by,
		  const char *expected)
{
	CLEANUP(str_release) struct str got = STR_INIT;
	struct heap h, before;
	struct allocated a;

	build(&h, new);
	build(&before, old ? old : "");
	allocated_build(&h, old ? &before : NULL, by, &a);
	ck_assert_int_eq(a.by, by);
	ck_assert_int_eq(a.compares, old != NULL);
	print(&a, &got);
	ck_assert_str_eq(got.s, expected);
	allocated_release(&a);
	ck_assert_uint_eq(a.rows.nr, 0);
	heap_release(&before);
	heap_release(&h);
}

START_TEST(blocks_of_a_key_are_summed)
{
	static const char blocks[] = "100 a.py:1 m.py:9, 50 a.py:2 m.py:9,"
				     " 30 b.py:1 m.py:9, 25 a.py:1 n.py:3,"
				     " 1 a.py:1 m.py:9";

	check(blocks, NULL, ALLOCATED_BY_LINE,
	      "126/3 a.py:1, 50/1 a.py:2, 30/1 b.py:1 = 206/5");
	check(blocks, NULL, ALLOCATED_BY_FILE,
	      "176/4 a.py, 30/1 b.py = 206/5");
	check(blocks, NULL, ALLOCATED_BY_TRACEBACK,
	      "101/2 a.py:1 m.py:9, 50/1 a.py:2 m.py:9, 30/1 b.py:1 m.py:9,"
	      " 25/1 a.py:1 n.py:3 = 206/5");
}
END_TEST

/* sort(reverse=True) by size, count, traceback: the last in order is first. */
START_TEST(ties_are_in_the_order_of_tracemalloc)
{
	/* More blocks of the same size are first. */
	check("60 z.py:1, 30 a.py:1, 30 a.py:1", NULL, ALLOCATED_BY_LINE,
	      "60/2 a.py:1, 60/1 z.py:1 = 120/3");
	check("8 a.py:1, 8 a.py:10, 8 b.py:1, 8 a.py:9", NULL,
	      ALLOCATED_BY_LINE,
	      "8/1 b.py:1, 8/1 a.py:10, 8/1 a.py:9, 8/1 a.py:1 = 32/4");
	/* The order of files is that of their names, not of their numbers. */
	check("8 b.py:1, 8 a.py:1, 8 c.py:1", NULL, ALLOCATED_BY_FILE,
	      "8/1 c.py, 8/1 b.py, 8/1 a.py = 24/3");
	/* Names are compared by code points: UTF-8's bytes are unsigned. */
	check("8 z.py:1, 8 \xc3\xa9.py:1", NULL, ALLOCATED_BY_FILE,
	      "8/1 \xc3\xa9.py, 8/1 z.py = 16/2");
}
END_TEST

/* The oldest call is compared first; of equal beginnings the longer one is
 * the greater. */
START_TEST(tracebacks_are_compared_from_the_oldest_call_on)
{
	check("8 z.py:9 a.py:1, 8 a.py:1 z.py:9, 8 z.py:9, 8 b.py:1 z.py:9",
	      NULL, ALLOCATED_BY_TRACEBACK,
	      "8/1 b.py:1 z.py:9, 8/1 a.py:1 z.py:9, 8/1 z.py:9,"
	      " 8/1 z.py:9 a.py:1 = 32/4");
	check("8 a.py:5 m.py:2, 8 a.py:4 m.py:2, 8 a.py:1 m.py:3", NULL,
	      ALLOCATED_BY_TRACEBACK,
	      "8/1 a.py:1 m.py:3, 8/1 a.py:5 m.py:2, 8/1 a.py:4 m.py:2 ="
	      " 24/3");
}
END_TEST

START_TEST(of_nothing_there_are_no_rows)
{
	for (int by = 0; by <= ALLOCATED_BY_TRACEBACK; by++) {
		check("", NULL, (enum allocated_by)by, "= 0/0");
		check("", "", (enum allocated_by)by, "= 0/0<0/0");
	}
	check("0 a.py:1", NULL, ALLOCATED_BY_LINE, "0/1 a.py:1 = 0/1");
}
END_TEST

/* A key may be in either heap or in both. */
START_TEST(keys_of_two_heaps_are_matched)
{
	static const char old[] = "70 gone.py:1, 100 b.py:1 m.py:1, 8 m.py:1";
	static const char new[] = "8 m.py:1, 40 new.py:1, 80 b.py:1 m.py:1,"
				  " 30 b.py:1 n.py:1";

	check(new, old, ALLOCATED_BY_LINE,
	      "0/0<70/1 gone.py:1, 40/1<0/0 new.py:1, 110/2<100/1 b.py:1,"
	      " 8/1<8/1 m.py:1 = 158/4<178/3");
	check(new, old, ALLOCATED_BY_FILE,
	      "0/0<70/1 gone.py, 40/1<0/0 new.py, 110/2<100/1 b.py,"
	      " 8/1<8/1 m.py = 158/4<178/3");
	check(new, old, ALLOCATED_BY_TRACEBACK,
	      "0/0<70/1 gone.py:1, 40/1<0/0 new.py:1,"
	      " 30/1<0/0 b.py:1 n.py:1, 80/1<100/1 b.py:1 m.py:1,"
	      " 8/1<8/1 m.py:1 = 158/4<178/3");
	check("", "8 a.py:1, 9 b.py:1", ALLOCATED_BY_LINE,
	      "0/0<9/1 b.py:1, 0/0<8/1 a.py:1 = 0/0<17/2");
	check("8 a.py:1", "", ALLOCATED_BY_LINE, "8/1<0/0 a.py:1 = 8/1<0/0");
}
END_TEST

/* By |size difference|, size, |count difference|, count, traceback. */
START_TEST(differences_are_in_the_order_of_tracemalloc)
{
	/* What shrank is among what grew; of as much, the larger first. */
	check("10 a.py:1, 60 b.py:1, 21 c.py:1",
	      "30 a.py:1, 40 b.py:1, 42 c.py:1", ALLOCATED_BY_LINE,
	      "21/1<42/1 c.py:1, 60/1<40/1 b.py:1, 10/1<30/1 a.py:1 ="
	      " 91/3<112/3");
	/* Of the same sizes, by how the number of blocks changed... */
	check("20 a.py:1, 10 b.py:1, 10 b.py:1, 20 c.py:1",
	      "20 a.py:1, 20 b.py:1, 5 c.py:1, 5 c.py:1, 10 c.py:1",
	      ALLOCATED_BY_LINE,
	      "20/1<20/3 c.py:1, 20/2<20/1 b.py:1, 20/1<20/1 a.py:1 ="
	      " 60/4<60/5");
	/* ... then by that number: then by the traceback. */
	check("4 a.py:1, 4 a.py:1, 8 b.py:1, 8 c.py:1",
	      "4 a.py:1, 4 a.py:1, 8 b.py:1, 8 c.py:1", ALLOCATED_BY_LINE,
	      "8/2<8/2 a.py:1, 8/1<8/1 c.py:1, 8/1<8/1 b.py:1 = 24/4<24/4");
}
END_TEST

/* Its files have other numbers in the older heap. */
START_TEST(the_same_heap_has_no_difference)
{
	check("8 a.py:1 b.py:2, 8 c.py:3, 16 a.py:1",
	      "8 c.py:3, 16 a.py:1, 8 a.py:1 b.py:2", ALLOCATED_BY_TRACEBACK,
	      "16/1<16/1 a.py:1, 8/1<8/1 c.py:3, 8/1<8/1 a.py:1 b.py:2 ="
	      " 32/3<32/3");
}
END_TEST

/* Names left out of a capture are all "", and a capture of another program may
 * repeat a traceback. */
START_TEST(equal_names_are_one_file)
{
	struct allocated a;
	struct heap h;

	build(&h, "8 a.py:1, 9 b.py:1, 10 a.py:1 b.py:1");
	for (size_t i = 0; i < h.allocations.files.nr; i++)
		h.allocations.files.v[i][0] = '\0';
	/* How many frames there were is no part of the key. */
	h.allocations.tracebacks.v[0].total = 9;
	allocated_build(&h, NULL, ALLOCATED_BY_TRACEBACK, &a);
	ck_assert_uint_eq(a.rows.nr, 2);
	ck_assert_uint_eq(a.rows.v[0].sum.bytes, 17);
	ck_assert_uint_eq(a.rows.v[0].sum.nr, 2);
	ck_assert_uint_eq(a.rows.v[1].sum.bytes, 10);
	allocated_release(&a);
	heap_release(&h);
}
END_TEST

/* A traceback without a block has no row. */
START_TEST(tracebacks_without_blocks_are_left_out)
{
	struct allocated a;
	struct heap h;

	build(&h, "8 a.py:1, 9 b.py:1");
	h.allocations.v.v[0].traceback = 1;
	allocated_build(&h, &h, ALLOCATED_BY_LINE, &a);
	ck_assert_uint_eq(a.rows.nr, 1);
	ck_assert_uint_eq(a.rows.v[0].traceback, 1);
	ck_assert_uint_eq(a.rows.v[0].sum.bytes, 17);
	ck_assert_uint_eq(a.rows.v[0].old.bytes, 17);
	allocated_release(&a);
	heap_release(&h);
}
END_TEST

const char suite_name[] = "allocated";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, blocks_of_a_key_are_summed);
	tcase_add_test(tc, ties_are_in_the_order_of_tracemalloc);
	tcase_add_test(tc, tracebacks_are_compared_from_the_oldest_call_on);
	tcase_add_test(tc, of_nothing_there_are_no_rows);
	tcase_add_test(tc, keys_of_two_heaps_are_matched);
	tcase_add_test(tc, differences_are_in_the_order_of_tracemalloc);
	tcase_add_test(tc, the_same_heap_has_no_difference);
	tcase_add_test(tc, equal_names_are_one_file);
	tcase_add_test(tc, tracebacks_without_blocks_are_left_out);
}
