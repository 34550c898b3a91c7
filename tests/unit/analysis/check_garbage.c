/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/garbage.h"
#include "brute.h"
#include "graph.h"
#include "suite.h"

/* The names of the garbage in `text`, each after a space. */
static void check(const char *text, const char *expected)
{
	CLEANUP(str_release) struct str names = STR_INIT;
	struct garbage g;
	struct heap h;

	graph_build(&h, text);
	garbage_build(&h, &g);
	for (size_t i = 0; i < g.objects.nr; i++)
		str_addf(&names, " %s", graph_name(&h, g.objects.v[i]));
	ck_assert_str_eq(names.s, expected);
	ck_assert_uint_eq(g.bytes, 16 * g.objects.nr);
	garbage_release(&g);
	heap_release(&h);
}

START_TEST(garbage_is_what_only_refers_to_itself)
{
	check("a->b b->a", " a b");
	check("a->a", " a");
	check("a->b b->a a->c", " a b c");
	check("a->b b->a; root f:a", "");
	check("x->a a->b b->a; root m:x", "");
	check("a->b b->a; refs a=2", "");
	check("", "");
}
END_TEST

START_TEST(garbage_knows_what_the_collector_skips)
{
	/* The collector can't see who refers from outside its lists. */
	check("a->b b->a; gen a=255", "");
	check("a->b b->a; gen a=3", "");
	check("a->b b->a; gen a=0 b=1", " a b");
	/* Untracked atoms are not its business. */
	check("a->b b->a a->s; gen s=255", " a b");
	check("a->b b->a; refs a=immortal", "");
	/* More references than the count has: no less garbage. */
	check("a->b b->a a->b; refs b=1", " a b");
	/* What the collector does not visit, it does not subtract. */
	check("a->b b->a; unvisited b=1", "");
	check("a->b b->a a->a; unvisited a=1", "");
	check("a->b b->a a->s; gen s=255; unvisited a=1", " a b");
	/* A guess proves nothing. */
	check("a->b b->a; flags a=4", "");
}
END_TEST

START_TEST(garbage_agrees_with_brute_force)
{
	for (unsigned int seed = 0; seed < 2000; seed++) {
		uint32_t nr = 2 + seed % 30;
		bool expected[BRUTE_MAX];
		struct garbage g;
		struct heap h;

		graph_random(&h, seed, nr, nr * (1 + seed % 3));
		garbage_build(&h, &g);
		brute_garbage(&h, expected);
		for (oid o = 0; o < nr; o++)
			ck_assert_msg(bits_get(g.bits, o) == expected[o],
				      "seed %u, object %u", seed, o);
		garbage_release(&g);
		heap_release(&h);
	}
}
END_TEST

const char suite_name[] = "garbage";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, garbage_is_what_only_refers_to_itself);
	tcase_add_test(tc, garbage_knows_what_the_collector_skips);
	tcase_add_test(tc, garbage_agrees_with_brute_force);
}
