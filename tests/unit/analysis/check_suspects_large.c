/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "analysis/suspects/find/suspects-large.h"
#include "find-suspects.h"
#include "graph.h"
#include "suite.h"

/* Thresholds that only what is few and large reaches: 30 % of the heap. */
static const struct suspects_options high = { 10, 1000, 1000, 3000, 100, 0 };

static void check(const char *text, const char *expected)
{
	struct heap h;

	graph_build(&h, text);
	find_suspects_expect_by(&h, &high, expected);
	heap_release(&h);
}

/* A global `.g` with five entries of 1,000 bytes, and 9,000 bytes elsewhere. */
#define FIVE "m->m.d m.d->.g .g->x#5; root m:m; type module m;" \
	     " type dict/dict m.d; type app.X/heap x#5; size m=9000;"

START_TEST(suspects_large_are_a_handful)
{
	check(FIVE " type list .g; size x#5=1000", "container .g m");
	check(FIVE " type dict/dict .g; size x#5=1000", "container .g m");
	/* They can't be added to, or are attributes. */
	check(FIVE " type tuple .g; size x#5=1000", "");
	check(FIVE " type app.Y/heap .g; size x#5=1000", "");
	/* One makes up most of it. */
	check(FIVE " type list .g; size x#4=500 x4=3000", "");
	/* Too little of the heap, or in bytes. */
	check(FIVE " type list .g; size x#5=700", "");
	check("m->m.d m.d->.g .g->x#5; root m:m; type module m; type list .g;"
	      " type dict/dict m.d; type app.X/heap x#5; size x#5=599", "");
	/* Three are no handful; two types are none either. */
	check("m->m.d m.d->.g .g->x#3; root m:m; type module m; type list .g;"
	      " type dict/dict m.d; type app.X/heap x#3; size x#3=2000", "");
	check(FIVE " type list .g; type app.Y/heap x0 x1; size x#5=1000", "");
	check(FIVE " type list .g; type app.Y/heap x0; size x#5=1000",
	      "container .g m");
}
END_TEST

/* The dict of an instance, with five attributes. */
START_TEST(suspects_large_are_no_attributes)
{
	check("m->m.d m.d->.s .s->s.d s.d->x#5; root m:m; type module m;"
	      " type dict/dict m.d s.d; type app.S/heap .s;"
	      " type app.X/heap x#5; size m=9000 x#5=1000", "");
}
END_TEST

/* The attribute `.b` of the entry `s` of a global `.g`. */
#define ENTRY "m->m.d m.d->.g .g->s s->.b; root m:m; type module m;" \
	      " type dict/dict m.d; type app.S/heap s;"

START_TEST(suspects_large_are_one)
{
	check(ENTRY " type list .g; type bytearray .b; size .b=9000",
	      "large object .b -");
	check(ENTRY " type list .g; type bytearray .b; size .b=2999", "");
	check(ENTRY " type list .g; type bytearray .b; size m=9000 .b=3000",
	      "");
	/* An array is data, unless a container leads to it. */
	check(ENTRY " type list .g; type numpy.ndarray .b; size .b=9000",
	      "large object .b -");
	check(ENTRY " type app.T/heap .g; type numpy.ndarray .b; size .b=9000",
	      "");
	check(ENTRY " type app.T/heap .g; type bytearray .b; size .b=9000",
	      "large object .b -");
}
END_TEST

/* A Pickler has its memo in itself: a table, but of no kind that is known. */
START_TEST(suspects_large_have_no_entries)
{
	static const struct suspects_options few = { 10, 20, 20, 3000, 100, 0 };
	static const char text[] =
		"m->m.d m.d->.g .g->s s->.b .b->x#30; root m:m; type module m;"
		" type dict/dict m.d; type list .g; type app.S/heap s;"
		" type bytearray .b; type app.X/heap x#30; size .b=9000 ";
	const char *const sizes[] = { "x#30=1000", "x#30=100" };
	const char *const expected[] = { "attribute .b s",
					 "large object .b -" };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		CLEANUP(str_release) struct str graph = STR_INIT;
		struct heap h;

		str_addf(&graph, "%s%s", text, sizes[i]);
		graph_build(&h, graph.s);
		find_suspects_expect_by(&h, &few, expected[i]);
		heap_release(&h);
	}
}
END_TEST

START_TEST(suspects_large_leave_arrays_of_objects)
{
	static const char text[] =
		"m->m.d m.d->.g .g->s s->.b .b->x#30; root m:m; type module m;"
		" type dict/dict m.d; type app.S/heap s; type app.X/heap x#30;"
		" size x#30=1000;";
	const char *const fixed[] = { "numpy.ndarray", "tuple" };

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		CLEANUP(str_release) struct str graph = STR_INIT;

		str_addf(&graph, "%s type %s .b; type app.T/heap .g", text,
			 fixed[i]);
		check(graph.s, "");
		str_cut(&graph, 0);
		str_addf(&graph, "%s type %s .b; type list .g", text, fixed[i]);
		check(graph.s, "attribute .b s");
	}
}
END_TEST

/* Low in bytes, high in entries: 20 entries of run time are enough. */
static const struct suspects_options runtime = { 50, 200, 200, 3000, 10,
						  10 };

/* A global `.g` of the module `module`, whose file is `file`, with 30 entries
 * of 100 bytes, and ten times as much elsewhere. */
static void check_runtime(const char *module, const char *file,
			  const char *types, const char *expected,
			  const char *large)
{
	CLEANUP(freep) char *text = xasprintf(
		"m->m.d m.d->.g m.d->['__file__'] .g->x#30; root m:%s;"
		" type dict/dict m.d; type str ['__file__']; size x#30=100"
		" .g=16 m=30000; len ['__file__']=%zu; text ['__file__']='%s';"
		" %s", module, strlen(file), file, types);
	struct suspects s;
	struct heap h;

	graph_build(&h, text);
	find_suspects_expect_by(&h, &runtime, expected);
	find_suspects(&h, &runtime, &s);
	ck_assert_uint_eq(s.large.nr, *large ? 1 : 0);
	if (s.large.nr)
		ck_assert_str_eq(graph_name(&h, s.large.v[0].object), large);
	suspects_release(&s);
	heap_release(&h);
}

#define OWN "m", "/srv/app/m.py"
#define LIBRARY "m", "/usr/lib/python3/dist-packages/m.py"
#define ROWS " type module m; type list .g; type m.X/heap x#30"

START_TEST(suspects_large_are_made_at_run_time)
{
	check_runtime(OWN, ROWS, "container .g m", "");
	/* The class or the module is a library's, or nobody knows. */
	check_runtime(LIBRARY, ROWS, "", "");
	check_runtime(OWN, " type module m; type list .g; type n.X/heap x#30",
		      "", ".g");
	check_runtime("m", "/srv/a-folder-with-a-name-that-is-so-long-that-the-"
		      "heap-has-not-all-of-it/m.py", ROWS, "", "");
	/* Plain data may be what was read at start. */
	check_runtime(OWN, " type module m; type list .g; type dict x#30", "",
		      ".g");
	check_runtime(LIBRARY, " type module m; type list .g; type dict x#30",
		      "", "");
	/* Who stores that many bytes, or in a deque? */
	check_runtime(LIBRARY, " type module m; type list .g; type bytes x#30",
		      "container .g m", "");
	check_runtime(LIBRARY, " type module m; type collections.deque .g;"
		      " deque .g=-1:30; type dict x#30", "queue .g m", "");
	/* Nothing can be added to it. */
	check_runtime(OWN, " type module m; type tuple .g; type m.X/heap x#30",
		      "", "");
	/* One is larger than the others together; or they are too few bytes. */
	check_runtime(OWN, ROWS "; size x1=9000", "", "x1");
	check_runtime(OWN, ROWS "; size m=90000", "", "");
}
END_TEST

START_TEST(suspects_large_are_not_what_a_function_works_on)
{
	struct heap h;
	struct suspects s;
	struct work_case {
		const char *root;
		bool in_work;
	} cases[] = {
		{ "root m:a", false }, { "root t:a", false },
		{ "root f:a", true }, { "root i:a", true },
		{ "root m:a; type coroutine b", true },
		{ "root m:a; type generator b", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(freep) char *text = xasprintf("a->b b->c; %s",
						      cases[i].root);

		graph_build(&h, text);
		find_suspects(&h, &runtime, &s);
		ck_assert_int_eq(suspects_large_is_in_work(
					 &s, graph_oid(&h, "c")),
				 cases[i].in_work);
		suspects_release(&s);
		heap_release(&h);
	}
}
END_TEST

const char suite_name[] = "suspects-large";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, suspects_large_are_a_handful);
	tcase_add_test(tc, suspects_large_are_no_attributes);
	tcase_add_test(tc, suspects_large_are_one);
	tcase_add_test(tc, suspects_large_have_no_entries);
	tcase_add_test(tc, suspects_large_leave_arrays_of_objects);
	tcase_add_test(tc, suspects_large_are_made_at_run_time);
	tcase_add_test(tc, suspects_large_are_not_what_a_function_works_on);
}
