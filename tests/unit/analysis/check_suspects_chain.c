/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "find-suspects.h"
#include "graph.h"
#include "suite.h"

static void check(const char *text, const char *expected)
{
	struct heap h;

	graph_build(&h, text);
	find_suspects_expect(&h, expected);
	heap_release(&h);
}

/* `nr` linked nodes below a module, each with a dict between. */
static void build_linked(struct heap *h, unsigned int nr)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "m->n0; root m:m; type module m;"
		 " type app.Node/heap n#%u; type dict n#%u.d;", nr, nr);
	for (unsigned int i = 0; i + 1 < nr; i++)
		str_addf(&text, "n%u->n%u.d n%u.d->n%u;", i, i, i, i + 1);
	graph_build(h, text.s);
}

START_TEST(suspects_have_chains)
{
	struct suspects s;
	struct heap h;

	build_linked(&h, 100);
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_CHAIN);
	ck_assert_uint_eq(s.v.v[0].object, graph_oid(&h, "n0"));
	ck_assert_uint_eq(s.v.v[0].entries, 100);
	ck_assert_uint_eq(s.v.v[0].nr_alike, 0);
	/* The last one has no dict. */
	ck_assert_uint_eq(s.v.v[0].objects, 199);
	suspects_release(&s);
	heap_release(&h);

	build_linked(&h, 99);
	find_suspects_expect(&h, "");
	heap_release(&h);
}
END_TEST

/* "a0->a1; ... a98->a99;", and back if it is doubly linked; `type` may be
 * NULL. */
static void add_links(struct str *text, const char *name, const char *type,
		      bool doubly)
{
	if (type)
		str_addf(text, "type %s %s#100; ", type, name);
	for (unsigned int i = 0; i < 99; i++) {
		str_addf(text, "%s%u->%s%u; ", name, i, name, i + 1);
		if (doubly)
			str_addf(text, "%s%u->%s%u; ", name, i + 1, name, i);
	}
}

START_TEST(suspects_have_chains_of_any_type)
{
	static const char *const types[] = { "app.Node/heap", "list",
					     "itertools._tee_dataobject" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		CLEANUP(str_release) struct str text = STR_INIT;

		str_add(&text, "m->n0; root m:m; type module m; ");
		add_links(&text, "n", types[i], false);
		check(text.s, "chain n0 -");
	}
}
END_TEST

START_TEST(suspects_have_each_chain)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	/* Two that have nothing in common but their holder's holder. */
	str_add(&text, "m->x m->y x->a0 y->b0; root m:m; type module m;"
		       " type app.X/heap x; type app.Y/heap y; ");
	add_links(&text, "a", "app.A/heap", false);
	add_links(&text, "b", "app.B/heap", false);
	str_add(&text, "size a#100=100 b#100=50;");
	check(text.s, "chain a0 -, chain b0 -");
}
END_TEST

/* A list with a head and a tail is half as deep from each of them, and no link
 * retains the next. */
START_TEST(suspects_have_both_ends_of_a_chain)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct suspects s;
	struct heap h;

	str_add(&text, "m->q q->a0 q->b99 a99->b0 b0->a99; root m:m;"
		       " type module m; type app.Queue/heap q;"
		       " type app.Node/heap a#100 b#100; ");
	add_links(&text, "a", NULL, true);
	add_links(&text, "b", NULL, true);
	graph_build(&h, text.s);
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_CHAIN);
	ck_assert_uint_eq(s.v.v[0].entries, 200);
	ck_assert_uint_eq(s.v.v[0].objects, 200);
	ck_assert_uint_eq(s.v.v[0].nr_alike, 1);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(suspects_have_no_chain_of_which_one_link_has_most)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_add(&text, "m->n0; root m:m; type module m; ");
	add_links(&text, "n", "app.Node/heap", false);
	str_add(&text, "n70->x; size x=100000;");
	check(text.s, "");
}
END_TEST

START_TEST(suspects_have_the_exception_of_a_long_traceback)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_add(&text, "m->e e->.__traceback__ .__traceback__->t0; root m:m;"
		       " type module m; type builtins.ValueError e;"
		       " type traceback .__traceback__ t#100; ");
	add_links(&text, "t", NULL, false);
	check(text.s, "exception .__traceback__ e");
	/* sys.last_traceback has no exception. */
	str_cut(&text, 0);
	str_add(&text, "m->t0; root m:m; type module m; ");
	add_links(&text, "t", "traceback", false);
	check(text.s, "exception t0 -");
}
END_TEST

START_TEST(suspects_have_exceptions_and_their_causes)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_add(&text, "m->.__cause__@0 .__cause__@#100->t#100; root m:m;"
		       " type module m; type traceback t#100; ");
	add_links(&text, ".__cause__@", "app.Error/heap", false);
	check(text.s, "exception .__cause__@0 -");
	/* Any other attribute is the program's own list of errors. */
	str_cut(&text, 0);
	str_add(&text, "m->.next@0 .next@#100->t#100; root m:m; type module m;"
		       " type traceback t#100; ");
	add_links(&text, ".next@", "app.Error/heap", false);
	check(text.s, "chain .next@0 -");
}
END_TEST

const char suite_name[] = "suspects-chain";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, suspects_have_chains);
	tcase_add_test(tc, suspects_have_chains_of_any_type);
	tcase_add_test(tc, suspects_have_each_chain);
	tcase_add_test(tc, suspects_have_both_ends_of_a_chain);
	tcase_add_test(tc, suspects_have_no_chain_of_which_one_link_has_most);
	tcase_add_test(tc, suspects_have_the_exception_of_a_long_traceback);
	tcase_add_test(tc, suspects_have_exceptions_and_their_causes);
}
