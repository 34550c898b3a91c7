/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types of two heaps by name, and what their objects gained.
 */
#include <check.h>
#include <stdlib.h>

#include "analysis/suspects/find/suspects-types.h"
#include "graph.h"
#include "suite.h"

static int64_t growth_of(const struct heap *h, const int64_t *growth,
			 const char *object)
{
	return growth[h->type[graph_oid(h, object)]];
}

START_TEST(types_grow_by_the_bytes_of_their_objects)
{
	struct suspects s = { .heap = NULL };
	struct heap old, new;
	int64_t *growth;

	/* Types have other numbers there. */
	graph_build(&old, "a b c; type app.Z c; type app.Y b; type app.X a;"
			  " size a=100 b=300 c=50");
	graph_build(&new, "a b x y; type app.X a x; type app.Y b;"
			  " type app.W y; size a=100 b=200 x=100 y=70");
	s.heap = &new;
	growth = suspects_types_growth(&s, &old);
	ck_assert_int_eq(growth_of(&new, growth, "a"), 100);
	ck_assert_int_eq(growth_of(&new, growth, "b"), -100);
	/* It was not there. */
	ck_assert_int_eq(growth_of(&new, growth, "y"), 70);
	free(growth);
	heap_release(&old);
	heap_release(&new);
}
END_TEST

START_TEST(types_of_one_name_are_one)
{
	struct suspects s = { .heap = NULL };
	struct heap old, new;
	int64_t *growth;

	graph_build(&old, "a b; type app.X a; type app.X b; size a=100 b=100");
	graph_build(&new, "a b; type app.X a; type app.X b; size a=10 b=250");
	ck_assert_uint_ne(new.type[graph_oid(&new, "a")],
			  new.type[graph_oid(&new, "b")]);
	s.heap = &new;
	growth = suspects_types_growth(&s, &old);
	ck_assert_int_eq(growth_of(&new, growth, "a"), 60);
	ck_assert_int_eq(growth_of(&new, growth, "b"), 60);
	free(growth);
	heap_release(&old);
	heap_release(&new);
}
END_TEST

START_TEST(types_are_found_by_name)
{
	CLEANUP(named_type_vec_release) struct named_type_vec v = VEC_INIT;
	struct heap h;

	graph_build(&h, "a b; type app.X a; type app.Y b");
	ck_assert_uint_eq(suspects_types_find(&v, "app.X"), UINT32_MAX);
	suspects_types_sort(&h, &v);
	ck_assert_uint_eq(suspects_types_find(&v, "app.X"),
			  h.type[graph_oid(&h, "a")]);
	ck_assert_uint_eq(suspects_types_find(&v, "app.Y"),
			  h.type[graph_oid(&h, "b")]);
	ck_assert_uint_eq(suspects_types_find(&v, "app.Z"), UINT32_MAX);
	ck_assert_uint_eq(suspects_types_find(&v, NULL), UINT32_MAX);
	heap_release(&h);
}
END_TEST

const char suite_name[] = "suspects-types";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, types_grow_by_the_bytes_of_their_objects);
	tcase_add_test(tc, types_of_one_name_are_one);
	tcase_add_test(tc, types_are_found_by_name);
}
