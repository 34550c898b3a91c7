/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The graph itself: objects, edges, what is borrowed, warnings. */
#include <string.h>

#include "graph.h"
#include "heap/heap.h"
#include "suite.h"

const char suite_name[] = "heap";

/* --- objects --- */

START_TEST(objects_begin_with_nothing)
{
	CLEANUP(heap_release) struct heap h;

	heap_init(&h);
	heap_type_vec_push(&h.types, (struct heap_type){
		.name = xstrdup("str"), .kind = TYPE_KIND_STR });
	/* More than there is room for at first. */
	for (oid o = 0; o < 5000; o++)
		ck_assert_uint_eq(heap_add_object(&h, 0x1000 + o, 0), o);
	ck_assert_uint_eq(h.nr_objects, 5000);
	for (oid o = 0; o < 5000; o++) {
		ck_assert_uint_eq(h.address[o], 0x1000 + o);
		ck_assert_uint_eq(h.size[o], 0);
		ck_assert_uint_eq(h.refcount[o], 0);
		ck_assert_uint_eq(h.generation[o], GENERATION_UNTRACKED);
		ck_assert_uint_eq(h.flags[o], 0);
		ck_assert_uint_eq(heap_edges(&h, o).nr, 0);
	}
	ck_assert_int_eq(heap_kind_of(&h, 7), TYPE_KIND_STR);
	ck_assert_str_eq(heap_type_of(&h, 7)->name, "str");
}
END_TEST

START_TEST(nobody_holds_one_reference_of_a_deferred_object)
{
	CLEANUP(heap_release) struct heap h;

	heap_init(&h);
	heap_add_object(&h, 0x1000, 0);
	ck_assert_uint_eq(heap_nobodys(&h, 0), 0);
	h.flags[0] = OBJECT_DEFERRED | OBJECT_SCANNED;
	ck_assert_uint_eq(heap_nobodys(&h, 0), 1);
}
END_TEST

START_TEST(facts_are_found_by_object)
{
	CLEANUP(heap_release) struct heap h;

	heap_init(&h);
	ck_assert_ptr_null(heap_fact_of(&h, 0));
	for (oid o = 1; o < 10; o += 2)
		heap_fact_vec_push(&h.facts, (struct heap_fact){
			.object = o, .bound = 10 * o });
	for (oid o = 0; o < 12; o++) {
		const struct heap_fact *fact = heap_fact_of(&h, o);

		if (o % 2 == 0 || o > 9)
			ck_assert_ptr_null(fact);
		else
			ck_assert_int_eq(fact->bound, 10 * o);
	}
}
END_TEST

/* --- edges --- */

START_TEST(edges_are_in_their_order)
{
	CLEANUP(heap_release) struct heap h;
	struct heap_edges edges;

	graph_build(&h, "a->b a->c a->b c->a");
	edges = heap_edges(&h, graph_oid(&h, "a"));
	ck_assert_uint_eq(edges.nr, 3);
	ck_assert_uint_eq(edges.to[0], graph_oid(&h, "b"));
	ck_assert_uint_eq(edges.to[1], graph_oid(&h, "c"));
	ck_assert_uint_eq(edges.to[2], graph_oid(&h, "b"));
	ck_assert_uint_eq(heap_edges(&h, graph_oid(&h, "b")).nr, 0);
}
END_TEST

START_TEST(visited_edges_are_the_first_ones)
{
	CLEANUP(heap_release) struct heap h;
	CLEANUP(freep) uint32_t *unvisited = NULL;
	struct heap_edges edges;
	oid a;

	graph_build(&h, "a->b a->c a->b c->a; unvisited a=1");
	a = graph_oid(&h, "a");
	edges = heap_visited(&h, a);
	ck_assert_uint_eq(edges.nr, 2);
	ck_assert_ptr_eq(edges.to, heap_edges(&h, a).to);
	ck_assert_uint_eq(heap_edges(&h, a).nr, 3);
	ck_assert_uint_eq(heap_visited(&h, graph_oid(&h, "c")).nr, 1);
	/* Of an older capture. */
	unvisited = h.unvisited;
	h.unvisited = NULL;
	ck_assert_uint_eq(heap_visited(&h, a).nr, 3);
}
END_TEST

START_TEST(inbound_edges_are_the_edges_turned_around)
{
	CLEANUP(heap_inbound_release) struct heap_inbound in = { 0 };
	CLEANUP(heap_release) struct heap h;
	oid a, b, c;

	graph_build(&h, "a->b a->c a->b c->b b->b");
	a = graph_oid(&h, "a");
	b = graph_oid(&h, "b");
	c = graph_oid(&h, "c");
	heap_inbound_build(&h, &in);
	ck_assert_uint_eq(in.start[a + 1] - in.start[a], 0);
	ck_assert_uint_eq(in.start[c + 1] - in.start[c], 1);
	ck_assert_uint_eq(in.from[in.start[c]], a);
	ck_assert_uint_eq(in.start[b + 1] - in.start[b], 4);
	ck_assert_uint_eq(in.from[in.start[b]], a);
	ck_assert_uint_eq(in.from[in.start[b] + 1], a);
	ck_assert_uint_eq(in.from[in.start[b] + 2], b);
	ck_assert_uint_eq(in.from[in.start[b] + 3], c);
}
END_TEST

/* Not sorted, and of two objects; edges 1 to 2 and 5 of `a` are borrowed. */
START_TEST(borrowed_edges_are_not_owned)
{
	CLEANUP(heap_release) struct heap h;
	oid a, b;

	graph_build(&h, "a->x0 a->x1 a->x2 a->x3 a->x4 a->x5 b->x0 b->x1");
	a = graph_oid(&h, "a");
	b = graph_oid(&h, "b");
	heap_borrowed_vec_push(&h.borrowed, (struct heap_borrowed){ b, 0, 1 });
	heap_borrowed_vec_push(&h.borrowed, (struct heap_borrowed){ a, 5, 1 });
	heap_borrowed_vec_push(&h.borrowed, (struct heap_borrowed){ a, 1, 2 });
	heap_sort(&h);
	ck_assert_msg(heap_owns(&h, a, 1), "the flag says so");
	h.flags[a] |= OBJECT_BORROWS;
	h.flags[b] |= OBJECT_BORROWS;
	for (uint32_t i = 0; i < 6; i++)
		ck_assert_int_eq(heap_owns(&h, a, i),
				 i != 1 && i != 2 && i != 5);
	ck_assert(!heap_owns(&h, b, 0));
	ck_assert(heap_owns(&h, b, 1));
}
END_TEST

/* --- names of edges --- */

START_TEST(names_are_compared_by_all_that_they_say)
{
	char x[] = "x", y[] = "y";
	struct edge_name attribute = { .kind = EDGE_ATTRIBUTE, .name = x };
	struct edge_name value = { .kind = EDGE_NAMED_VALUE, .name = x };
	struct edge_name other = { .kind = EDGE_ATTRIBUTE, .name = y };
	struct edge_name third = { .kind = EDGE_INDEX, .number = 3 };
	struct edge_name fourth = { .kind = EDGE_INDEX, .number = 4 };
	struct edge_name dict = { .kind = EDGE_DICT };

	ck_assert(edge_is(&attribute, EDGE_ATTRIBUTE, "x"));
	ck_assert(!edge_is(&attribute, EDGE_ATTRIBUTE, "y"));
	ck_assert(!edge_is(&attribute, EDGE_NAMED_VALUE, "x"));
	ck_assert(!edge_is(&dict, EDGE_DICT, "x"));
	ck_assert(edge_is_same(&attribute, &attribute));
	ck_assert(!edge_is_same(&attribute, &value));
	ck_assert(!edge_is_same(&attribute, &other));
	ck_assert(edge_is_same(&third, &third));
	ck_assert(!edge_is_same(&third, &fourth));
	ck_assert(edge_is_same(&dict, &dict));
	ck_assert(edge_is_attribute(&attribute) && !edge_is_item(&attribute));
	ck_assert(edge_is_item(&value) && !edge_is_attribute(&value));
	ck_assert(edge_is_item(&third) && !edge_is_attribute(&dict));
}
END_TEST

/* --- what could not be read --- */

START_TEST(warnings_are_lines_that_can_be_shown)
{
	CLEANUP(heap_release) struct heap h;

	heap_init(&h);
	heap_warn(&h, "%s is odd", "a\x1b[1m\nb");
	ck_assert_uint_eq(h.info.warnings.nr, 1);
	ck_assert_str_eq(h.info.warnings.v[0], "a\\x1b[1m\\nb is odd");
	ck_assert(!heap_is_partial(&h));
	heap_warn_partial(&h, "%d lists", 3);
	ck_assert_str_eq(h.info.warnings.v[1], "3 lists");
	ck_assert(heap_is_partial(&h));
}
END_TEST

START_TEST(a_heap_is_partial_when_something_is_missing)
{
	struct heap h;

	heap_init(&h);
	ck_assert(!heap_is_partial(&h));
	h.info.nr_unread = 1;
	ck_assert(heap_is_partial(&h));
	heap_init(&h);
	h.info.nr_lost_bytes = 1;
	ck_assert(heap_is_partial(&h));
}
END_TEST

START_TEST(checks_have_their_details)
{
	CLEANUP(heap_release) struct heap h;

	heap_init(&h);
	heap_note(&h, true, "type(type) is type", "%d of %d", 2, 3);
	heap_note(&h, false, "links agree", "\x07");
	ck_assert_uint_eq(h.info.checks.nr, 2);
	ck_assert_str_eq(h.info.checks.v[0].name, "type(type) is type");
	ck_assert_str_eq(h.info.checks.v[0].detail, "2 of 3");
	ck_assert(h.info.checks.v[0].passed);
	ck_assert_str_eq(h.info.checks.v[1].detail, "\\x07");
	ck_assert(!h.info.checks.v[1].passed);
}
END_TEST

START_TEST(the_first_failure_stays)
{
	CLEANUP(heap_release) struct heap h;

	heap_init(&h);
	heap_fail(&h, error_new(ERR_CORRUPT, "first"));
	heap_fail(&h, error_new(ERR_SYSTEM, "second"));
	ck_assert_int_eq(h.failed->code, ERR_CORRUPT);
	error_free(h.failed);
	h.failed = NULL;
}
END_TEST

/* --- operations --- */

START_TEST(operations_are_those_of_who_fills_it)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	CLEANUP(edge_name_release) struct edge_name name = { 0 };
	CLEANUP(heap_release) struct heap h;
	oid a;

	graph_build(&h, "a->.b");
	a = graph_oid(&h, "a");
	ck_assert_uint_eq(heap_find(&h, h.address[a]), a);
	ck_assert_uint_eq(heap_find(&h, 1), OID_NONE);
	ck_assert_int_eq(heap_length(&h, a), -1);
	heap_preview(&h, a, 60, &s);
	ck_assert_str_eq(s.s, "a");
	heap_name_edges(&h, a, 0, 1, &name);
	ck_assert(edge_is(&name, EDGE_ATTRIBUTE, "b"));
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, objects_begin_with_nothing);
	tcase_add_test(tc, nobody_holds_one_reference_of_a_deferred_object);
	tcase_add_test(tc, facts_are_found_by_object);
	tcase_add_test(tc, edges_are_in_their_order);
	tcase_add_test(tc, visited_edges_are_the_first_ones);
	tcase_add_test(tc, inbound_edges_are_the_edges_turned_around);
	tcase_add_test(tc, borrowed_edges_are_not_owned);
	tcase_add_test(tc, names_are_compared_by_all_that_they_say);
	tcase_add_test(tc, warnings_are_lines_that_can_be_shown);
	tcase_add_test(tc, a_heap_is_partial_when_something_is_missing);
	tcase_add_test(tc, checks_have_their_details);
	tcase_add_test(tc, the_first_failure_stays);
	tcase_add_test(tc, operations_are_those_of_who_fills_it);
}
