/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "analysis/graph/bits.h"
#include "analysis/sites/commonest.h"
#include "graph.h"
#include "suite.h"
#include "traced.h"

/* Object `i` of graph.h is at the start of a block of this site. */
static void build(struct heap *h, const char *const *sites, size_t nr)
{
	graph_build(h, "o#8");
	for (size_t i = 0; i < nr; i++)
		if (sites[i])
			traced_add(&h->allocations, h->address[i], 16,
				   sites[i]);
	heap_allocations_sort(&h->allocations);
}

/* "NR/KNOWN SITE" of the objects that `members` has a bit for. */
static void check(const struct heap *h, uint64_t members, const char *expected)
{
	CLEANUP(str_release) struct str got = STR_INIT;
	struct commonest c = commonest_find(h, &members);

	str_addf(&got, "%d/%d", (int)c.nr, (int)c.known);
	if (c.nr)
		str_addf(&got, " %s:%d", h->allocations.files.v[c.site.file],
			 (int)c.site.line);
	ck_assert_str_eq(got.s, expected);
}

START_TEST(the_site_of_most_members_is_found)
{
	static const char *const sites[] = {
		"a.py:1", "b.py:1", "b.py:1", "a.py:2", NULL, "a.py:1",
		"a.py:1",
	};
	struct heap h;

	build(&h, sites, ARRAY_SIZE(sites));
	check(&h, 0x7f, "3/6 a.py:1");
	/* Only members count, and only those with a site are known. */
	check(&h, 0x1f, "2/4 b.py:1");
	check(&h, 0x08, "1/1 a.py:2");
	check(&h, 0x90, "0/0");
	check(&h, 0, "0/0");
	heap_release(&h);
}
END_TEST

/* Tracebacks whose most recent call is the same are one site. */
START_TEST(callers_do_not_matter)
{
	static const char *const sites[] = {
		"a.py:1 m.py:1", "b.py:1", "b.py:1", "a.py:1 m.py:2", "a.py:1",
	};
	struct heap h;

	build(&h, sites, ARRAY_SIZE(sites));
	ck_assert_uint_eq(h.allocations.tracebacks.nr, 4);
	check(&h, 0x1f, "3/5 a.py:1");
	heap_release(&h);
}
END_TEST

/* "Lowest" is by the number of the file, then by the line. */
START_TEST(of_as_many_the_lowest_site_is_taken)
{
	static const char *const sites[] = {
		"z.py:9", "a.py:1", "z.py:3", "a.py:0", "z.py:10",
	};
	struct heap h;

	build(&h, sites, ARRAY_SIZE(sites));
	check(&h, 0x1f, "1/5 z.py:3");
	check(&h, 0x1b, "1/4 z.py:9");
	check(&h, 0x0a, "1/2 a.py:0");
	heap_release(&h);
}
END_TEST

/* What stands before an object in its block does not hide it. */
START_TEST(objects_behind_a_header_have_a_site)
{
	struct heap h;

	graph_build(&h, "o#8");
	traced_add(&h.allocations, h.address[7] - 32, 64, "a.py:7");
	check(&h, 0x80, "1/1 a.py:7");
	heap_release(&h);
}
END_TEST

START_TEST(without_traces_no_site_is_known)
{
	static const char *const sites[] = { "a.py:1" };
	struct heap h;

	graph_build(&h, "o#8");
	check(&h, 0xff, "0/0");
	heap_release(&h);
	build(&h, sites, ARRAY_SIZE(sites));
	h.allocations.traced = false;
	check(&h, 0xff, "0/0");
	heap_release(&h);
}
END_TEST

const char suite_name[] = "commonest";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, the_site_of_most_members_is_found);
	tcase_add_test(tc, callers_do_not_matter);
	tcase_add_test(tc, of_as_many_the_lowest_site_is_taken);
	tcase_add_test(tc, objects_behind_a_header_have_a_site);
	tcase_add_test(tc, without_traces_no_site_is_known);
}
