/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conditions of `pyheld watch`, amounts, and what grew most.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/limits/condition.h"
#include "analysis/trend.h"
#include "base/quantity.h"
#include "suite.h"

static bool holds(const char *text, const struct sample *v, size_t nr)
{
	struct condition_vec conditions = VEC_INIT;
	struct sample_vec samples = VEC_INIT;
	struct condition c;
	bool ret;

	ck_assert_ptr_null(condition_parse(text, &c));
	condition_vec_push(&conditions, c);
	for (size_t i = 0; i < nr; i++)
		sample_vec_push(&samples, v[i]);
	ret = condition_holds(&conditions, 0, &samples);
	conditions_release(&conditions);
	/* The tests own the lines. */
	sample_vec_release(&samples);
	return ret;
}

START_TEST(amounts)
{
	const char *end;
	double n;

	ck_assert(quantity_parse("1.5G", &n, &end) && !*end);
	ck_assert(n == 1.5 * 1024 * 1024 * 1024);
	ck_assert(quantity_parse("20%", &n, &end) && *end == '%');
	ck_assert(quantity_parse("7K", &n, &end) && n == 7168);
	ck_assert(!quantity_parse("", &n, &end));
	ck_assert(!quantity_parse("-1", &n, &end));
	ck_assert(!quantity_parse("0x10", &n, &end));
	ck_assert(!quantity_parse("inf", &n, &end));
	ck_assert(!quantity_parse("1e999", &n, &end));
}
END_TEST

START_TEST(durations)
{
	uint64_t ms;

	ck_assert(quantity_parse_duration("10", &ms) && ms == 10000);
	ck_assert(quantity_parse_duration("500ms", &ms) && ms == 500);
	ck_assert(quantity_parse_duration("1.5m", &ms) && ms == 90000);
	ck_assert(quantity_parse_duration("2h", &ms) && ms == 7200000);
	ck_assert(!quantity_parse_duration("0", &ms));
	ck_assert(!quantity_parse_duration("5 m", &ms));
	ck_assert(!quantity_parse_duration("5x", &ms));
	ck_assert(!quantity_parse_duration("1e30d", &ms));
}
END_TEST

START_TEST(bad_conditions)
{
	static const char *const bad[] = {
		"", "rss", "rss>", "rss<2G", "rss>2Gx", "rs>1", "rss>-1",
		"growth>20%", "growth>20%/", "growth>20%/x", "growth>%/1m",
		"rss>20%", "memory>1", "rss>+1", "free", "free>", "free>x",
		"free>1M/1h", "free>50%/1h", "free>+1M/", "free>+1M/x",
		"free>1%%", "free>+", "raw:>1", "growth>1M", "unowned",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct condition c;
		struct error *err = condition_parse(bad[i], &c);

		ck_assert_msg(err, "'%s' was taken", bad[i]);
		ck_assert_int_eq(err->code, ERR_USAGE);
		error_free(err);
	}
}
END_TEST

START_TEST(limits_hold_above)
{
	struct sample s[] = { { 0, 2048, 10, 500, 0, 0, NULL } };

	ck_assert(holds("rss>1k", s, 1));
	ck_assert(!holds("rss>2k", s, 1));
	ck_assert(holds("objects>9", s, 1));
	ck_assert(!holds("objects>10", s, 1));
	ck_assert(holds("bytes>499", s, 1));
	ck_assert(!holds("bytes>500", s, 1));
}
END_TEST

START_TEST(growth_is_within_the_window)
{
	struct sample s[] = {
		{ 0, 1000, 0, 0, 0, 0, NULL },
		{ 60000, 1100, 0, 0, 0, 0, NULL },
		{ 120000, 1300, 0, 0, 0, 0, NULL },
	};

	/* From 1100 to 1300 in the last minute. */
	ck_assert(holds("growth>18%/1m", s, 3));
	ck_assert(!holds("growth>19%/1m", s, 3));
	ck_assert(holds("growth>199/1m", s, 3));
	ck_assert(!holds("growth>200/1m", s, 3));
	/* All that is known, where the window is longer. */
	ck_assert(holds("growth>29%/1h", s, 3));
	ck_assert(!holds("growth>30%/1h", s, 3));
	ck_assert(!holds("growth>0%/1m", s, 1));
	/* From nothing that is known it is no percentage. */
	s[0].resident = 0;
	ck_assert(!holds("growth>0%/1h", s, 3));
	ck_assert(holds("growth>5/1h", s, 3));
}
END_TEST

START_TEST(lines_hold_above_or_grow)
{
	uint64_t lines[] = { 100, 400, 500 };
	struct sample s[] = {
		{ 0, 1000, 0, 0, 0, 0, &lines[0] },
		{ 60000, 1000, 0, 0, 0, 0, &lines[1] },
		{ 120000, 1000, 0, 0, 0, 0, &lines[2] },
	};

	ck_assert(holds("free>499", s, 3));
	ck_assert(!holds("free>500", s, 3));
	ck_assert(holds("raw:numpy.ndarray>49%", s, 3));
	ck_assert(!holds("raw:numpy.ndarray>50%", s, 3));
	/* Since the first sample, and in the last minute. */
	ck_assert(holds("unowned>+399", s, 3));
	ck_assert(!holds("unowned>+400", s, 3));
	ck_assert(holds("unowned>+99/1m", s, 3));
	ck_assert(!holds("unowned>+100/1m", s, 3));
	ck_assert(holds("objects:C>x>+24%/1m", s, 3));
	ck_assert(!holds("objects:C>x>+25%/1m", s, 3));
	ck_assert(holds("swapped>+399%", s, 3));
	ck_assert(!holds("swapped>+400%", s, 3));
}
END_TEST

static void sample_types(struct trend *t, const char *const *names,
			 const uint32_t *counts, size_t nr)
{
	struct heap h;

	heap_init(&h);
	for (size_t i = 0; i < nr; i++)
		heap_type_vec_push(&h.types, (struct heap_type){
			.name = xstrdup(names[i]), .nr_objects = counts[i] });
	trend_add(t, &h);
	heap_release(&h);
}

START_TEST(what_grew_most)
{
	static const char *const first[] = { "b", "a", "a", "shrinks" };
	static const char *const second[] = { "new", "a", "b", "shrinks" };
	static const uint32_t counts[] = { 10, 1, 2, 50 };
	static const uint32_t later[] = { 7, 100, 15, 5 };
	const struct trend_type *top[2];
	struct trend t = { 0 };

	sample_types(&t, first, counts, 4);
	ck_assert_uint_eq(trend_top(&t, 2, top), 0);
	sample_types(&t, second, later, 4);
	ck_assert_uint_eq(trend_top(&t, 2, top), 2);
	ck_assert_str_eq(top[0]->name, "a");
	ck_assert_uint_eq(top[0]->first, 3);
	ck_assert_uint_eq(top[0]->last, 100);
	ck_assert_str_eq(top[1]->name, "new");
	trend_release(&t);
}
END_TEST

START_TEST(trends_are_sorted)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	static const uint32_t first[] = { 1, 1, 1, 9 };
	static const uint32_t later[] = { 6, 11, 8 };
	const struct trend_type *top[4];
	struct trend t = { 0 };

	sample_types(&t, names, first, 4);
	sample_types(&t, names, later, 3);
	ck_assert_uint_eq(trend_top(&t, 4, top), 3);
	ck_assert_str_eq(top[0]->name, "b");
	ck_assert_str_eq(top[1]->name, "c");
	ck_assert_str_eq(top[2]->name, "a");
	/* `d` has none any more; it may come again. */
	ck_assert_uint_eq(t.types.v[3].first, 9);
	ck_assert_uint_eq(t.types.v[3].last, 0);
	trend_release(&t);
}
END_TEST

const char suite_name[] = "condition";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, amounts);
	tcase_add_test(tc, durations);
	tcase_add_test(tc, bad_conditions);
	tcase_add_test(tc, limits_hold_above);
	tcase_add_test(tc, growth_is_within_the_window);
	tcase_add_test(tc, lines_hold_above_or_grow);
	tcase_add_test(tc, what_grew_most);
	tcase_add_test(tc, trends_are_sorted);
}
