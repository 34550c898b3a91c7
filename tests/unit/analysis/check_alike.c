/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "analysis/attribute.h"
#include "analysis/compare/alike.h"
#include "graph.h"
#include "suite.h"

/* Have `a` and `b` one key?  -1: one of them is like no other. */
static int are_alike(const char *text, const char *a, const char *b)
{
	uint64_t key_a, key_b;
	struct reach reach;
	struct heap h;

	graph_build(&h, text);
	reach_build(&h, NULL, &reach);
	{
		struct alike alike = ALIKE_INIT(&h, &reach);

		key_a = alike_key(&alike, graph_oid(&h, a));
		key_b = alike_key(&alike, graph_oid(&h, b));
	}
	reach_release(&reach);
	heap_release(&h);
	return key_a && key_b ? key_a == key_b : -1;
}

/* Sessions in a list that a module has. */
#define SESSIONS "m->.all .all->s#2; root m:m; type module m;" \
		 " type list .all; type app.Session/heap s#2; "

START_TEST(alike_are_the_same_attribute_of_one_class)
{
	ck_assert_int_eq(are_alike(SESSIONS "s0->l0 s1->l1; type list l#2",
				   "l0", "l1"), 1);
	/* Another attribute, another type, another class. */
	ck_assert_int_eq(are_alike(SESSIONS "s0->l0 s0->l1; type list l#2",
				   "l0", "l1"), 0);
	ck_assert_int_eq(are_alike(SESSIONS "s0->l0 s1->l1; type list l0;"
				   " type set l1", "l0", "l1"), 0);
	ck_assert_int_eq(are_alike(SESSIONS "s0->l0 s1->l1; type list l#2;"
				   " type app.Other/heap s1", "l0", "l1"), 0);
}
END_TEST

START_TEST(alike_are_attributes_in_a_dict)
{
	/* An attribute in a __dict__ is not the reference of that number that
	 * the instance has itself. */
	ck_assert_int_eq(are_alike(SESSIONS "s0->s0.d s0.d->l0 s1->s1.d"
				   " s1.d->l1; type list l#2;"
				   " type dict/dict s0.d s1.d", "l0", "l1"),
			 1);
	ck_assert_int_eq(are_alike(SESSIONS "s0->s0.d s0.d->l0 s1->l1;"
				   " type list l#2; type dict/dict s0.d",
				   "l0", "l1"), 0);
	/* A dict that is no __dict__ has entries. */
	ck_assert_int_eq(are_alike(SESSIONS "s0->d0 s1->d1 d0->x d0->l0"
				   " d1->l1; type list l#2;"
				   " type dict/dict d#2", "l0", "l1"), 1);
	ck_assert_int_eq(are_alike(SESSIONS "s0->s0.d s1->s1.d s0.d->x"
				   " s0.d->l0 s1.d->l1; type list l#2;"
				   " type dict/dict s0.d s1.d", "l0", "l1"),
			 0);
}
END_TEST

START_TEST(alike_are_entries_of_one_container)
{
	/* Whatever their place in it. */
	ck_assert_int_eq(are_alike("m->.all .all->l#2; root m:m;"
				   " type module m; type list .all l#2",
				   "l0", "l1"), 1);
	ck_assert_int_eq(are_alike("m->.a m->.b .a->l0 .b->l1; root m:m;"
				   " type module m; type list .a .b l#2",
				   "l0", "l1"), 0);
}
END_TEST

START_TEST(alike_are_not_what_a_module_or_a_root_holds)
{
	ck_assert_int_eq(are_alike("m->l#2; root m:m; type module m;"
				   " type list l#2", "l0", "l1"), -1);
	ck_assert_int_eq(are_alike("l#2; root f:l#2; type list l#2", "l0",
				   "l1"), -1);
	ck_assert_int_eq(are_alike("C->l#2; root i:C; type type/class C;"
				   " type list l#2", "l0", "l1"), -1);
	ck_assert_int_eq(are_alike("a.d->l#2; root f:a.d; type dict/dict a.d;"
				   " type list l#2", "l0", "l1"), -1);
}
END_TEST

START_TEST(alike_looks_back_some_steps_only)
{
	/* Seven lists within each other: where it begins does not count. */
	ck_assert_int_eq(are_alike("m->.a .a->a1 a1->a2 a2->a3 a3->a4 a4->a5"
				   " a5->a6 a6->l0 m->.b .b->b1 b1->b2 b2->b3"
				   " b3->b4 b4->b5 b5->b6 b6->l1; root m:m;"
				   " type module m; type list .a a1 a2 a3 a4"
				   " a5 a6 .b b1 b2 b3 b4 b5 b6 l#2", "l0",
				   "l1"), 1);
	ck_assert_int_eq(are_alike("m->.a .a->a1 a1->a2 a2->a3 a3->a4 a4->l0"
				   " m->.b .b->b1 b1->b2 b2->b3 b3->b4"
				   " b4->l1; root m:m; type module m;"
				   " type list .a a1 a2 a3 a4 .b b1 b2 b3 b4"
				   " l#2", "l0", "l1"), 0);
}
END_TEST

/* --- attribute.h --- */

static bool is_hidden(const char *text, const char *name)
{
	struct heap h;
	bool ret;

	graph_build(&h, text);
	ret = attribute_is_hidden(&h, graph_oid(&h, "o"), name);
	heap_release(&h);
	return ret;
}

/* An instance `o` of C, which derives from B. */
#define CLASSES "o->C C->.__mro__ .__mro__->C .__mro__->B C->C.d B->B.d;" \
		" type app.C/heap o; type type/class C B; class app.C=C; "

START_TEST(attributes_may_be_hidden_by_data_descriptors)
{
	ck_assert(is_hidden(CLASSES "C.d->['x'];"
			    " type property/descriptor ['x']", "x"));
	ck_assert(is_hidden(CLASSES "B.d->['x'];"
			    " type property/descriptor ['x']", "x"));
	ck_assert(!is_hidden(CLASSES "C.d->['y'];"
			     " type property/descriptor ['y']", "x"));
	ck_assert(!is_hidden(CLASSES "C.d->['x']", "x"));
	/* The first class that has it decides. */
	ck_assert(!is_hidden(CLASSES "C.d->['x'] B.d->['x']@1;"
			     " type property/descriptor ['x']@1", "x"));
	ck_assert(is_hidden(CLASSES "C.d->['x']@1 B.d->['x'];"
			    " type property/descriptor ['x']@1", "x"));
}
END_TEST

START_TEST(attributes_are_not_hidden_where_nobody_knows)
{
	ck_assert(!is_hidden("o; type app.C/heap o", "x"));
	ck_assert(!is_hidden("o->C; type app.C/heap o; type type/class C;"
			     " class app.C=C", "x"));
	ck_assert(!is_hidden("o->C C->.__mro__ .__mro__->C; type app.C/heap o;"
			     " type type/class C; class app.C=C", "x"));
}
END_TEST

const char suite_name[] = "alike";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, alike_are_the_same_attribute_of_one_class);
	tcase_add_test(tc, alike_are_attributes_in_a_dict);
	tcase_add_test(tc, alike_are_entries_of_one_container);
	tcase_add_test(tc, alike_are_not_what_a_module_or_a_root_holds);
	tcase_add_test(tc, alike_looks_back_some_steps_only);
	tcase_add_test(tc, attributes_may_be_hidden_by_data_descriptors);
	tcase_add_test(tc, attributes_are_not_hidden_where_nobody_knows);
}
