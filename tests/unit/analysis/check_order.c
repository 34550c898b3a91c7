/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <string.h>

#include "analysis/compare/order.h"
#include "base/alloc.h"
#include "base/str.h"
#include "suite.h"

/* A letter for the process, then when it was taken: "a5". */
static void read_target(const char *word, struct heap_info *ret)
{
	static char host[] = "host";

	*ret = (struct heap_info){ .pid = word[0], .start_time = 1000,
				   .host = host,
				   .taken_at = (uint64_t)(word[1] - '0') };
}

/* Build the order of such words, and write it: "a1 a5 | b3", "!" behind it if
 * it is not as given. */
static void expect_order(const char *targets, bool newest_first,
			 const char *expected)
{
	CLEANUP(order_release) struct order o;
	CLEANUP(str_release) struct str s = STR_INIT;
	struct heap_info info[8];
	const struct heap_info *infos[8];
	size_t nr = (strlen(targets) + 1) / 3;

	for (size_t i = 0; i < nr; i++) {
		read_target(targets + 3 * i, &info[i]);
		infos[i] = &info[i];
	}
	order_build(infos, nr, newest_first, &o);
	ck_assert_uint_eq(o.nr, nr);
	for (size_t p = 0; p < o.nr_processes; p++) {
		str_add(&s, p ? " |" : "");
		for (size_t i = 0; i < order_nr_of(&o, p); i++)
			str_addf(&s, "%s%.2s", p || i ? " " : "",
				 targets + 3 * o.target[o.first[p] + i]);
	}
	str_add(&s, o.reordered ? " !" : "");
	ck_assert_str_eq(s.s, expected);
}

START_TEST(order_is_by_time)
{
	expect_order("a1", false, "a1");
	expect_order("a1 a2 a3", false, "a1 a2 a3");
	expect_order("a3 a1 a2", false, "a1 a2 a3 !");
	expect_order("a3 a1 a2", true, "a1 a2 a3");
	expect_order("a1 a2 a3", true, "a1 a2 a3 !");
	expect_order("a3 a2 a1", true, "a1 a2 a3 !");
}
END_TEST

/* Times are whole seconds: equal ones say nothing. */
START_TEST(order_of_equal_times_stays)
{
	CLEANUP(order_release) struct order o;
	struct heap_info info[3];
	const struct heap_info *infos[] = { &info[0], &info[1], &info[2] };

	for (size_t i = 0; i < 3; i++)
		read_target("a5", &info[i]);
	order_build(infos, 3, true, &o);
	ck_assert(!o.reordered);
	ck_assert_uint_eq(o.target[0], 1);
	ck_assert_uint_eq(o.target[1], 2);
	ck_assert_uint_eq(o.target[2], 0);
}
END_TEST

START_TEST(order_needs_all_times)
{
	expect_order("a3 a0 a1", false, "a3 a0 a1");
	expect_order("a1 a0 a3", true, "a0 a3 a1");
}
END_TEST

START_TEST(order_keeps_processes_apart)
{
	expect_order("a1 b1 c1", true, "a1 | b1 | c1");
	expect_order("b4 a2 b1 a9", false, "b1 b4 | a2 a9 !");
	expect_order("b4 a9 b1 a2", true, "b1 b4 | a2 a9");
}
END_TEST

const char suite_name[] = "order";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, order_is_by_time);
	tcase_add_test(tc, order_of_equal_times_stays);
	tcase_add_test(tc, order_needs_all_times);
	tcase_add_test(tc, order_keeps_processes_apart);
}
