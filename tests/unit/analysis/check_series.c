/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What grew in more than two heaps. */
#include <check.h>

#include "analysis/compare/series.h"
#include "same-process.h"
#include "suite.h"

START_TEST(series_tells_a_leak_from_a_peak)
{
	static const char a[] = "m->l m->k l->1 k->2 k->3; root m:m;"
				" type list l k; type X 1 2 3";
	static const char b[] = "m->l m->k l->1 k->2 k->3 l->4; root m:m;"
				" type list l k; type X 1 2 3 4";
	static const char c[] = "m->l m->k l->1 k->2 k->3 l->4 l->5 k->6;"
				" root m:m; type list l k; type X 1 2 3 4 5 6";
	const struct growth_options options = { .limit = 100 };
	struct heap old, middle, new;
	struct series s;
	struct match m;
	struct diff d;
	struct grow g;

	same_process_build(&old, a);
	same_process_build(&middle, b);
	same_process_build(&new, c);
	match_build(&old, &new, &m);
	diff_build(&old, &new, &m, NULL, NULL, DIFF_BY_BYTES, &d);
	grow_build(&old, &new, &m, &options, &g);
	series_init(&s, 3, &new, &d, &g);
	series_add(&s, 1, &middle);
	ck_assert_str_eq(d.rows.v[0].name, "X");
	ck_assert_uint_eq(s.types[1].nr, 4);
	ck_assert(series_type_grew(&s, 0));
	ck_assert(!series_type_grew(&s, 1));
	ck_assert_uint_eq(s.all[1].nr, middle.nr_objects);
	ck_assert_uint_eq(g.v.nr, 2);
	ck_assert_str_eq(graph_name(&new, g.v.v[0].object), "l");
	ck_assert_int_eq(s.entries[0], 1);
	ck_assert_int_eq(s.entries[1], 2);
	ck_assert_int_eq(s.entries[2], 3);
	ck_assert(series_holder_grew(&s, 0));
	/* k has 2, 2, 3: not in every step. */
	ck_assert(!series_holder_grew(&s, 1));
	series_release(&s);
	grow_release(&g);
	diff_release(&d);
	match_release(&m);
	heap_release(&old);
	heap_release(&middle);
	heap_release(&new);
}
END_TEST

/* Three heaps of one process, or of three. */
struct three {
	struct heap h[3];
	struct match m;
	struct diff d;
	struct grow g;
	struct series s;
};

static void three_build(struct three *t, const char *a, const char *b,
			const char *c, bool same_process)
{
	const struct growth_options options = { .limit = 100 };
	const char *const texts[] = { a, b, c };

	for (int i = 0; i < 3; i++) {
		same_process_build(&t->h[i], texts[i]);
		t->h[i].info.pid += same_process ? 0 : i;
	}
	match_build(&t->h[0], &t->h[2], &t->m);
	diff_build(&t->h[0], &t->h[2], &t->m, NULL, NULL, DIFF_BY_NAME, &t->d);
	grow_build(&t->h[0], &t->h[2], &t->m, &options, &t->g);
	series_init(&t->s, 3, &t->h[2], &t->d, &t->g);
	series_add(&t->s, 1, &t->h[1]);
}

static void three_release(struct three *t)
{
	series_release(&t->s);
	grow_release(&t->g);
	diff_release(&t->d);
	match_release(&t->m);
	for (int i = 0; i < 3; i++)
		heap_release(&t->h[i]);
}

START_TEST(series_has_types_and_sums_of_all_heaps)
{
	struct three t;

	three_build(&t, "m->a; root m:m; type X a; size a=100",
		    "m->a m->b; root m:m; type X a b; size a=100 b=200",
		    "m->a m->b m->c; root m:m; type X a b c;"
		    " size a=100 b=200 c=300", true);
	ck_assert_str_eq(t.d.rows.v[0].name, "X");
	for (uint64_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(t.s.types[i].nr, i + 1);
		ck_assert_uint_eq(t.s.all[i].nr, i + 2);
	}
	ck_assert_uint_eq(t.s.types[0].bytes, 100);
	ck_assert_uint_eq(t.s.types[1].bytes, 300);
	ck_assert_uint_eq(t.s.types[2].bytes, 600);
	ck_assert_uint_eq(t.s.all[1].bytes, 316);
	/* The row of "object" has 1, 1, 1. */
	ck_assert_uint_eq(t.s.types[3 + 1].nr, 1);
	ck_assert(series_type_grew(&t.s, 0));
	ck_assert(!series_type_grew(&t.s, 1));
	three_release(&t);
}
END_TEST

#define LISTS(l) "m->l " l "; root m:m; type list l"

static void check_steps(const char *a, const char *b, const char *c,
			bool grew)
{
	for (int same = 0; same < 2; same++) {
		struct three t;

		three_build(&t, a, b, c, same);
		ck_assert_uint_eq(t.g.v.nr, 1);
		ck_assert_int_eq(series_holder_grew(&t.s, 0), grew);
		three_release(&t);
	}
}

START_TEST(series_has_grown_in_each_step)
{
	check_steps(LISTS("l->x0"), LISTS("l->x0 l->x1 l->x2 l->x3"),
		    LISTS("l->x0 l->x1 l->x2 l->x3 l->y"), true);
	/* Not from the first to the second, or from the second to the last. */
	check_steps(LISTS("l->x0 l->x1 l->x2 l->x3"),
		    LISTS("l->x0 l->x1 l->x2 l->x3"),
		    LISTS("l->x0 l->x1 l->x2 l->x3 l->y"), false);
	check_steps(LISTS("l->x0 l->x1 l->x2"),
		    LISTS("l->x0 l->x1 l->x2 l->x3"),
		    LISTS("l->x0 l->x1 l->x2 l->x3"), false);
}
END_TEST

START_TEST(series_has_types_that_grew_in_each_step)
{
	struct three t;

	three_build(&t, "m->a m->b; root m:m; type X a b",
		    "m->a m->b; root m:m; type X a b",
		    "m->a m->b m->c; root m:m; type X a b c", true);
	ck_assert_str_eq(t.d.rows.v[0].name, "X");
	ck_assert(!series_type_grew(&t.s, 0));
	three_release(&t);
	three_build(&t, "m->a; root m:m; type X a",
		    "m->a m->b; root m:m; type X a b",
		    "m->a m->b; root m:m; type X a b", true);
	ck_assert(!series_type_grew(&t.s, 0));
	three_release(&t);
}
END_TEST

START_TEST(series_looks_for_a_holder_by_its_address)
{
	struct three t;

	/* Something else holds it meanwhile. */
	three_build(&t, "m->l l->x0; root m:m; type list l",
		    "q->l l->x0 l->x1; root m:q; type list l",
		    "m->l l->x0 l->x1 l->x2; root m:m; type list l", true);
	ck_assert_uint_eq(t.g.v.nr, 1);
	ck_assert_int_eq(t.s.entries[1], 2);
	three_release(&t);
	/* An address says nothing in another process ... */
	three_build(&t, "m->l l->x0; root m:m; type list l",
		    "m->k k->a k->b k->c m->l l->x0 l->x1; root m:m;"
		    " type list k l",
		    "m->l l->x0 l->x1 l->x2 l->x3; root m:m; type list l",
		    false);
	ck_assert_uint_eq(t.g.v.nr, 1);
	ck_assert_int_eq(t.s.entries[1], 2);
	three_release(&t);
	/* ... nor of what was made since. */
	three_build(&t, "m->o; root m:m; type list",
		    "m->o m->z z->1 z->2 z->3 o->ax ax->p; root m:m;"
		    " type list z ax",
		    "m->o o->ax ax->p ax->p2; root m:m; type list ax", true);
	ck_assert_uint_eq(t.g.v.nr, 1);
	ck_assert(t.g.v.v[0].is_place);
	ck_assert_int_eq(t.s.entries[1], 1);
	three_release(&t);
}
END_TEST

START_TEST(series_looks_for_a_holder_by_its_place)
{
	struct three t;

	/* In the second heap an object of another type is at its address. */
	three_build(&t, "m->l l->x0; root m:m; type list l",
		    "m->i m->l l->x0 l->x1; root m:m; type list l; type T i",
		    "m->l l->x0 l->x1 l->x2; root m:m; type list l; type T",
		    true);
	ck_assert_str_eq(graph_name(&t.h[2], t.g.v.v[0].object), "l");
	ck_assert_int_eq(t.s.entries[0], 1);
	ck_assert_int_eq(t.s.entries[1], 2);
	ck_assert_int_eq(t.s.entries[2], 3);
	three_release(&t);
}
END_TEST

const char suite_name[] = "series";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, series_tells_a_leak_from_a_peak);
	tcase_add_test(tc, series_has_types_and_sums_of_all_heaps);
	tcase_add_test(tc, series_has_grown_in_each_step);
	tcase_add_test(tc, series_has_types_that_grew_in_each_step);
	tcase_add_test(tc, series_looks_for_a_holder_by_its_address);
	tcase_add_test(tc, series_looks_for_a_holder_by_its_place);
}
