/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "analysis/audit.h"
#include "graph.h"
#include "suite.h"

static void look(struct heap *h, struct audit *a, const char *text)
{
	graph_build(h, text);
	audit_build(h, NULL, a);
}

static void done(struct heap *h, struct audit *a)
{
	audit_release(a);
	heap_release(h);
}

START_TEST(audit_explains_by_edges_and_roots)
{
	struct audit a;
	struct heap h;

	look(&h, &a, "a->b a->b b->c; root m:a m~:c");
	ck_assert_uint_eq(a.nr, 3);
	ck_assert_uint_eq(a.counted, 4);
	ck_assert_uint_eq(a.explained, 4);
	ck_assert_uint_eq(a.nr_unexplained, 0);
	ck_assert_uint_eq(a.nr_over, 0);
	done(&h, &a);
}
END_TEST

START_TEST(audit_sorts_what_is_unexplained)
{
	struct audit a;
	struct heap h;

	look(&h, &a, "a b c d; type app.A a b; type app.B c d;"
		     " refs a=1 b=3 c=5 d=immortal");
	ck_assert_uint_eq(a.immortal, 1);
	ck_assert_uint_eq(a.unexplained, 9);
	ck_assert_uint_eq(a.types.nr, 2);
	ck_assert_str_eq(h.types.v[a.types.v[0].type].name, "app.B");
	ck_assert_uint_eq(a.types.v[0].references, 5);
	ck_assert_uint_eq(a.types.v[1].nr, 2);
	ck_assert_uint_eq(
		a.unexplained_objects.v[a.types.v[1].first].object,
		graph_oid(&h, "b"));
	done(&h, &a);
}
END_TEST

/* "app.A 2 5 b" of each type: objects, references and its first object. */
static void check_types(const char *text, const char *expected)
{
	CLEANUP(str_release) struct str got = STR_INIT;
	struct audit a;
	struct heap h;

	look(&h, &a, text);
	for (size_t i = 0; i < a.types.nr; i++) {
		const struct audit_type *t = &a.types.v[i];
		oid first = a.unexplained_objects.v[t->first].object;

		str_addf(&got, "%s%s %d %d %s", i ? ", " : "",
			 h.types.v[t->type].name, (int)t->nr,
			 (int)t->references, graph_name(&h, first));
	}
	ck_assert_str_eq(got.s, expected);
	done(&h, &a);
}

START_TEST(audit_sorts_types)
{
	/* By references, of whatever order in the heap. */
	check_types("a b c d; type t.A a; type t.B b c; type t.C d;"
		    " refs a=3 b=2 c=5 d=9",
		    "t.C 1 9 d, t.B 2 7 c, t.A 1 3 a");
	/* Then by name, then in the heap's order. */
	check_types("a b c; type t.Z a; type t.M b; type t.A c;"
		    " refs a=1 b=1 c=1", "t.A 1 1 c, t.M 1 1 b, t.Z 1 1 a");
	check_types("a b c; type t.M c; type t.M a; type t.M b;"
		    " refs a=1 b=1 c=1", "t.M 1 1 c, t.M 1 1 a, t.M 1 1 b");
	/* Of one type: by references, then address. */
	check_types("a b c; type t.A c b a; refs a=1 b=2 c=2",
		    "t.A 3 5 b");
}
END_TEST

START_TEST(audit_sorts_objects_by_type)
{
	static const char *const names[] = { "c", "a", "d", "b" };
	struct audit a;
	struct heap h;

	look(&h, &a, "a b c d; type t.A c a; type t.B b d;"
		     " refs a=1 b=1 c=2 d=3");
	ck_assert_uint_eq(a.unexplained_objects.nr, ARRAY_SIZE(names));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert_str_eq(graph_name(&h,
					    a.unexplained_objects.v[i].object),
				 names[i]);
	done(&h, &a);
}
END_TEST

START_TEST(audit_says_what_is_over_explained)
{
	struct audit a;
	struct heap h;

	look(&h, &a, "a->b a->b; refs a=0 b=1");
	ck_assert_uint_eq(a.nr_over, 1);
	ck_assert_uint_eq(a.over, 1);
	ck_assert_uint_eq(a.over_objects.v[0].found, 2);
	done(&h, &a);
}
END_TEST

START_TEST(audit_takes_guesses_for_what_they_are)
{
	struct audit a;
	struct heap h;

	/* They explain, and are never too many. */
	look(&h, &a, "a->b a->b a->c; refs a=0 b=1 c=2; flags a=4");
	ck_assert_uint_eq(a.nr_over, 0);
	ck_assert_uint_eq(a.unexplained, 1);
	done(&h, &a);
}
END_TEST

START_TEST(audit_lets_static_classes_give_their_count_away)
{
	struct audit a;
	struct heap h;

	look(&h, &a, "m->c; root m:m t:c; type type/class c; refs c=1");
	ck_assert_uint_eq(a.nr_over, 0);
	ck_assert_uint_eq(a.nr_unexplained, 0);
	done(&h, &a);
	look(&h, &a, "m->c; root m:m t:c; type type/class c; refs c=2");
	ck_assert_uint_eq(a.nr_unexplained, 0);
	done(&h, &a);
}
END_TEST

START_TEST(audit_does_not_count_what_is_borrowed)
{
	struct audit a;
	struct heap h;

	graph_build(&h, "a->b a->b a->c; refs a=0 b=1 c=1; flags a=32");
	heap_borrowed_vec_push(&h.borrowed, (struct heap_borrowed){
				       graph_oid(&h, "a"), 1, 1 });
	ck_assert(heap_owns(&h, graph_oid(&h, "a"), 0));
	ck_assert(!heap_owns(&h, graph_oid(&h, "a"), 1));
	ck_assert(heap_owns(&h, graph_oid(&h, "a"), 2));
	audit_build(&h, NULL, &a);
	ck_assert_uint_eq(a.nr_over, 0);
	ck_assert_uint_eq(a.nr_unexplained, 0);
	done(&h, &a);
}
END_TEST

START_TEST(audit_leaves_out_what_an_older_capture_lacks)
{
	CLEANUP(freep) uint32_t *unvisited = NULL;
	struct audit a;
	struct heap h;

	graph_build(&h, "a->b; refs a=2 b=2");
	unvisited = h.unvisited;
	h.unvisited = NULL;
	audit_build(&h, NULL, &a);
	ck_assert_uint_eq(a.atoms, 2);
	ck_assert_uint_eq(a.unexplained, 0);
	done(&h, &a);
}
END_TEST

START_TEST(audit_believes_what_is_not_visited)
{
	struct audit a;
	struct heap h;

	/* The first edge is a guess, the second is sure. */
	look(&h, &a, "a->b a->c; refs a=0 b=0 c=0; flags a=4; unvisited a=1");
	ck_assert_uint_eq(a.nr_over, 1);
	ck_assert_uint_eq(a.over_objects.v[0].object, graph_oid(&h, "c"));
	done(&h, &a);
}
END_TEST

const char suite_name[] = "audit";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, audit_explains_by_edges_and_roots);
	tcase_add_test(tc, audit_sorts_what_is_unexplained);
	tcase_add_test(tc, audit_sorts_types);
	tcase_add_test(tc, audit_sorts_objects_by_type);
	tcase_add_test(tc, audit_says_what_is_over_explained);
	tcase_add_test(tc, audit_takes_guesses_for_what_they_are);
	tcase_add_test(tc,
		       audit_lets_static_classes_give_their_count_away);
	tcase_add_test(tc, audit_does_not_count_what_is_borrowed);
	tcase_add_test(tc, audit_leaves_out_what_an_older_capture_lacks);
	tcase_add_test(tc, audit_believes_what_is_not_visited);
}
