/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands that report on a target: what their options choose of it, and
 * the exit status.  The reports as such are tested in tests/unit/output and
 * tests/unit/analysis.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "graph-file.h"
#include "run.h"
#include "suite.h"

/* a and b are held by a module; c and d are garbage, and so is l. */
#define GRAPH \
	"m->m.d m.d->a a->b b->a c->d d->c; root m:m;" \
	" type app.Node/heap,del a b c d; type list l; size l=1000"

/* How many lines have `word` in them. */
static unsigned int count_lines(const char *text, const char *word)
{
	unsigned int nr = 0;

	while ((text = strstr(text, word))) {
		nr++;
		text = strchr(text, '\n');
		if (!text++)
			break;
	}
	return nr;
}

static void expect_lines(const struct run *r, const char *word,
			 unsigned int nr)
{
	ck_assert_msg(count_lines(r->out, word) == nr,
		      "not %u lines with '%s' in: %s", nr, word, r->out);
}

/* Run it on the file "g"; it succeeds without a word on stderr. */
static void report(struct run *r, const char *command, const char *option,
		   const char *second)
{
	run(r, (const char *const[]){ command, "g", option, second, NULL });
	run_expect(r, STATUS_OK);
	ck_assert_str_eq(r->err, "");
}

/* --- summary --- */

START_TEST(summary_sorts_and_limits)
{
	struct run r;

	graph_file("g", GRAPH);
	report(&r, "summary", "--json", NULL);
	run_expect_int(&r, "objects", 7);
	run_expect_int(&r, "target.pid", 4242);
	run_expect_size(&r, "types", 3);
	run_expect_text(&r, "types.0.type", "list");
	run_expect_size(&r, "limits", 0);
	run_release(&r);
	report(&r, "summary", "--json", "--sort=count");
	run_expect_text(&r, "types.0.type", "app.Node");
	run_expect_int(&r, "types.0.count", 4);
	run_release(&r);
	report(&r, "summary", "--json", "--sort=name");
	run_expect_text(&r, "types.2.type", "object");
	run_release(&r);
	report(&r, "summary", "--json", "--limit=1");
	run_expect_size(&r, "types", 1);
	run_release(&r);
	report(&r, "summary", "--json", "--type=Node");
	run_expect_size(&r, "types", 1);
	run_expect_text(&r, "types.0.type", "app.Node");
	run_release(&r);
}
END_TEST

START_TEST(summary_without_header_is_only_rows)
{
	struct run r;

	graph_file("g", GRAPH);
	report(&r, "summary", NULL, NULL);
	expect_lines(&r, "COUNT", 1);
	expect_lines(&r, "4242", 1);
	run_release(&r);
	report(&r, "summary", "--no-header", "--sort=name");
	expect_lines(&r, "COUNT", 0);
	expect_lines(&r, "4242", 0);
	expect_lines(&r, "\n", 3);
	expect_lines(&r, "app.Node\n", 1);
	run_release(&r);
}
END_TEST

START_TEST(summary_shows_30_types_of_many)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	struct run r;

	for (unsigned int i = 0; i < 40; i++)
		str_addf(&s, "type app.T%u o%u;", i, i);
	graph_file("g", s.s);
	report(&r, "summary", "--no-header", NULL);
	expect_lines(&r, "app.T", 30);
	run_release(&r);
	report(&r, "summary", "--no-header", "--limit=0");
	expect_lines(&r, "app.T", 40);
	run_release(&r);
	report(&r, "summary", "--json", NULL);
	run_expect_size(&r, "types", 40);
	run_release(&r);
}
END_TEST

START_TEST(summary_fails_where_a_limit_is_crossed)
{
	struct run r;

	graph_file("g", GRAPH);
	RUN(&r, "summary", "g", "--fail-if=objects>6",
	    "--fail-if=type:app.* count>3", "--fail-if=objects>7", "--json");
	run_expect(&r, STATUS_LIMIT);
	run_expect_size(&r, "limits", 3);
	run_expect_true(&r, "limits.0.crossed");
	run_expect_true(&r, "limits.1.crossed");
	expect_lines(&r, "\"crossed\": false", 1);
	ck_assert_uint_eq(count_lines(r.err, "pyheld: "), 2);
	ck_assert_ptr_nonnull(strstr(r.err, "'objects>6'"));
	ck_assert_ptr_nonnull(strstr(r.err, "'type:app.* count>3'"));
	run_release(&r);
	RUN(&r, "summary", "g", "--fail-if=objects>7");
	run_expect(&r, STATUS_OK);
	ck_assert_str_eq(r.err, "");
	run_release(&r);
	/* A type that is not there can't be counted. */
	RUN(&r, "summary", "g", "--fail-if=type:lib.Gone count>1");
	ck_assert(r.status == STATUS_OK || r.status == STATUS_FAILED);
	run_release(&r);
}
END_TEST

/* --- chain --- */

START_TEST(chain_of_a_type_and_of_an_address)
{
	struct run r;

	graph_file("g", GRAPH);
	report(&r, "chain", "--type=app.Node", "--json");
	run_expect_int(&r, "objects", 4);
	run_expect_size(&r, "chains", 1);
	run_expect_text(&r, "chains.0.root.name", "m");
	run_expect_text(&r, "chains.0.steps.2.address", "0x1020");
	run_release(&r);
	report(&r, "chain", "--address=1030", "--json");
	run_expect_int(&r, "objects", 1);
	run_expect_text(&r, "chains.0.steps.3.name", ".b");
	run_release(&r);
	report(&r, "chain", "--address=0x1030", NULL);
	run_expect_out(&r, "m.__dict__.a.b\n");
	run_release(&r);
}
END_TEST

START_TEST(chain_finds_as_many_as_count)
{
	struct run r;

	graph_file("g", "m->x n->x o->x p->x; root m:m m:n m:o m:p;"
		   " type app.X x");
	report(&r, "chain", "--type=X", "--json");
	run_expect_size(&r, "chains", 3);
	run_release(&r);
	RUN(&r, "chain", "g", "--type=X", "--json", "--count=1");
	run_expect_size(&r, "chains", 1);
	run_release(&r);
	RUN(&r, "chain", "g", "--type=X", "--json", "--count=9");
	run_expect_size(&r, "chains", 4);
	run_release(&r);
}
END_TEST

/* --- cycles, garbage --- */

START_TEST(cycles_of_types_and_of_garbage)
{
	struct run r;

	graph_file("g", GRAPH);
	report(&r, "cycles", "--json", NULL);
	run_expect_int(&r, "nr_cycles", 2);
	run_expect_size(&r, "cycles", 2);
	run_release(&r);
	report(&r, "cycles", "--json", "--limit=1");
	run_expect_size(&r, "cycles", 1);
	run_release(&r);
	report(&r, "cycles", "--json", "--garbage");
	run_expect_size(&r, "cycles", 1);
	run_expect_text(&r, "cycles.0.state", "garbage");
	run_expect_text(&r, "cycles.0.members.0", "0x1040");
	run_release(&r);
	report(&r, "cycles", "--json", "--type=list");
	run_expect_size(&r, "cycles", 0);
	run_release(&r);
	report(&r, "cycles", NULL, NULL);
	run_expect_out(&r, "2 cycles\n");
	run_expect_out(&r, "m.__dict__.a\n");
	run_release(&r);
}
END_TEST

/* What every Python has is shown with --all, and in JSON. */
START_TEST(cycles_of_classes_are_shown_with_all)
{
	struct run r;

	graph_file("g", "t->u u->t; root t:t; type type/class t u");
	report(&r, "cycles", NULL, NULL);
	expect_lines(&r, "0x1000", 0);
	run_release(&r);
	report(&r, "cycles", "--all", NULL);
	ck_assert_ptr_nonnull(strstr(r.out, "0x1000"));
	run_release(&r);
	report(&r, "cycles", "--json", NULL);
	run_expect_size(&r, "cycles", 1);
	run_release(&r);
}
END_TEST

/* In text ten types are enough. */
START_TEST(garbage_of_many_types)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	struct run r;

	for (unsigned int i = 0; i < 20; i++)
		str_addf(&s, "o%u->o%u;type app.T%u o%u;", i, (i + 1) % 20, i,
			 i);
	graph_file("g", s.s);
	report(&r, "garbage", NULL, NULL);
	expect_lines(&r, "1     16  app.T", 10);
	run_release(&r);
	report(&r, "garbage", "--limit=0", NULL);
	expect_lines(&r, "1     16  app.T", 20);
	run_release(&r);
}
END_TEST

START_TEST(garbage_by_type_and_component)
{
	struct run r;

	graph_file("g", GRAPH);
	report(&r, "garbage", "--json", NULL);
	run_expect_int(&r, "objects", 3);
	run_expect_int(&r, "bytes", 1032);
	run_expect_int(&r, "finalizers", 2);
	run_expect_size(&r, "types", 2);
	run_expect_size(&r, "components", 2);
	run_release(&r);
	report(&r, "garbage", "--json", "--limit=1");
	run_expect_size(&r, "components", 1);
	run_release(&r);
	report(&r, "garbage", NULL, NULL);
	run_expect_out(&r, "3 objects, 1.0 KiB");
	expect_lines(&r, "app.Node", 5);
	run_release(&r);
}
END_TEST

/* --- retained, leaks, refs --- */

START_TEST(retained_by_the_largest_a_type_or_one)
{
	struct run r;

	graph_file("g", GRAPH);
	report(&r, "retained", "--json", "--limit=1");
	run_expect_size(&r, "lines", 1);
	run_expect_text(&r, "lines.0.address", "0x1060");
	run_expect_int(&r, "lines.0.retained.bytes", 1000);
	run_release(&r);
	report(&r, "retained", "--json", "--type=Node");
	run_expect_int(&r, "of_type.count", 4);
	run_expect_int(&r, "of_type.retained.objects", 4);
	run_expect_size(&r, "lines", 2);
	run_release(&r);
	RUN(&r, "retained", "g", "--json", "--type=Node", "--limit=0");
	run_expect_size(&r, "lines", 2);
	run_release(&r);
	RUN(&r, "retained", "g", "--json", "--type=Node", "--limit=1");
	run_expect_size(&r, "lines", 1);
	run_release(&r);
	report(&r, "retained", "--json", "--depth=1");
	run_expect_size(&r, "lines", 5);
	run_expect_int(&r, "lines.2.depth", 1);
	run_release(&r);
	report(&r, "retained", NULL, NULL);
	run_expect_out(&r, "m.__dict__.a ");
	run_release(&r);
}
END_TEST

/* One object is shown with three levels of what it retains. */
START_TEST(retained_by_an_address_goes_deeper)
{
	struct run r;

	graph_file("g", "m->a a->b b->c c->d d->e; root m:m");
	report(&r, "retained", "--json", "--address=1010");
	run_expect_size(&r, "lines", 4);
	run_expect_int(&r, "lines.3.depth", 3);
	run_release(&r);
	report(&r, "retained", "--json", "1010");
	run_expect_size(&r, "lines", 4);
	run_release(&r);
	/* What each of the three says of one object is the same. */
	report(&r, "object", "--json", "--address=1010");
	run_expect_text(&r, "readable", "m.a");
	run_expect_int(&r, "retained.objects", 5);
	run_release(&r);
	report(&r, "chain", "--json", "1010");
	run_expect_text(&r, "chains.0.readable", "m.a");
	run_expect_int(&r, "chains.0.retained.objects", 5);
	run_release(&r);
	RUN(&r, "retained", "g", "--json", "--address=1010", "--depth=0");
	run_expect_size(&r, "lines", 1);
	run_release(&r);
}
END_TEST

START_TEST(refs_of_all_and_of_a_type)
{
	struct run r;

	graph_file("g", "m->a; root m:m; refs a=5; type app.Node/heap a");
	report(&r, "refs", "--json", NULL);
	run_expect_int(&r, "left_out", 0);
	run_expect_int(&r, "references", 6);
	run_expect_int(&r, "unexplained", 4);
	run_release(&r);
	report(&r, "refs", "--json", "--type=app.Node");
	run_expect_int(&r, "references", 5);
	run_release(&r);
	report(&r, "refs", NULL, NULL);
	ck_assert_str_ne(r.out, "");
	run_release(&r);
}
END_TEST

/* --- object, doctor --- */

START_TEST(object_shows_what_it_refers_to)
{
	struct run r;

	graph_file("g", GRAPH);
	report(&r, "object", "0x1020", "--json");
	run_expect_text(&r, "address", "0x1020");
	run_expect_text(&r, "repr", "<a>");
	run_expect_int(&r, "nr_referrers", 2);
	run_expect_text(&r, "references.0.name", ".b");
	run_release(&r);
	RUN(&r, "object", "g", "0x1020", "--json", "--limit=1");
	run_expect_size(&r, "referrers", 1);
	run_release(&r);
	report(&r, "object", "1020", NULL);
	run_expect_out(&r, "app.Node at 0x1020\n");
	run_release(&r);
}
END_TEST

START_TEST(doctor_of_a_capture)
{
	struct run r;

	graph_file("g", GRAPH);
	report(&r, "doctor", "--json", NULL);
	run_expect_text(&r, "pyheld", PACKAGE_VERSION);
	run_expect_true(&r, "well");
	run_release(&r);
	report(&r, "doctor", NULL, NULL);
	run_expect_out(&r, "CPython 3.13.0");
	run_release(&r);
}
END_TEST

/* --- diff --- */

static void build_two(void)
{
	struct heap h;
	const struct capture_options plain = { .plain = true };

	graph_file("old", "m->a; root m:m; type app.Node/heap a");
	graph_build_process(&h, "m->a m->b m->c; root m:m;"
			    " type app.Node/heap a b c; size c=1000");
	h.info.taken_at += 60;
	graph_write(&h, "new", &plain);
	heap_release(&h);
}

START_TEST(diff_of_two)
{
	struct run r;

	build_two();
	RUN(&r, "diff", "old", "new", "--json");
	run_expect(&r, STATUS_OK);
	ck_assert_str_eq(r.err, "");
	run_expect_true(&r, "same_process");
	run_expect_int(&r, "came.count", 2);
	run_expect_int(&r, "came.bytes", 1016);
	run_expect_text(&r, "types.0.type", "app.Node");
	run_expect_text(&r, "targets.1.name", "new");
	run_release(&r);
	RUN(&r, "diff", "old", "new");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "+1,016");
	run_expect_out(&r, "\nmost grew in m.c: +1,000 bytes\n");
	expect_lines(&r, "TYPE", 1);
	run_release(&r);
	RUN(&r, "diff", "old", "new", "--no-header", "--sort=name",
	    "--limit=1");
	run_expect(&r, STATUS_OK);
	expect_lines(&r, "TYPE", 0);
	expect_lines(&r, "app.Node\n", 1);
	run_release(&r);
}
END_TEST

START_TEST(diff_of_three_and_of_a_wrong_order)
{
	struct run r;

	build_two();
	RUN(&r, "diff", "old", "old", "new", "--json", "--sort=came");
	run_expect(&r, STATUS_OK);
	ck_assert_str_eq(r.err, "");
	run_expect_size(&r, "targets", 3);
	run_expect_size(&r, "types.0.counts", 3);
	run_expect_int(&r, "types.0.counts.1", 1);
	run_expect_int(&r, "types.0.counts.2", 3);
	run_release(&r);
	RUN(&r, "diff", "new", "old");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "the targets were not given in this order");
	run_release(&r);
	RUN(&r, "diff", "new", "old", "--json");
	run_expect(&r, STATUS_OK);
	run_expect_text(&r, "targets.0.name", "old");
	run_release(&r);
	RUN(&r, "diff", "old", "missing", "new");
	run_expect_error(&r, STATUS_FAILED, "'missing'");
	run_release(&r);
	RUN(&r, "diff", "old", "new", "missing");
	run_expect_error(&r, STATUS_FAILED, "'missing'");
	run_release(&r);
	RUN(&r, "diff", "missing", "new");
	run_expect_error(&r, STATUS_FAILED, "'missing'");
	run_release(&r);
}
END_TEST

START_TEST(diff_of_types_and_with_limits)
{
	struct run r;

	build_two();
	RUN(&r, "diff", "old", "new", "--json", "--type=app.*");
	run_expect(&r, STATUS_OK);
	run_expect_size(&r, "types", 1);
	run_release(&r);
	/* In the old one alone. */
	graph_file("other", "m; root m:m");
	RUN(&r, "diff", "old", "other", "--json", "--type=app.*");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	RUN(&r, "diff", "other", "new", "--json", "--type=app.*");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	RUN(&r, "diff", "old", "new", "--type=lib.*");
	run_expect_error(&r, STATUS_FAILED, "'lib.*'");
	run_release(&r);
	RUN(&r, "diff", "old", "new", "--json", "--fail-if=bytes>10%",
	    "--fail-if=objects>+100");
	run_expect(&r, STATUS_LIMIT);
	run_expect_size(&r, "limits", 2);
	run_expect_true(&r, "limits.0.crossed");
	ck_assert_uint_eq(count_lines(r.err, "pyheld: "), 1);
	run_release(&r);
}
END_TEST

/* Reports of two targets name the one that is partial. */
START_TEST(diff_says_which_target_is_partial)
{
	const struct capture_options plain = { .plain = true };
	struct heap h;
	struct run r;

	build_two();
	graph_build_process(&h, "m->a; root m:m");
	heap_warn_partial(&h, "a page was not there");
	graph_write(&h, "partial", &plain);
	heap_release(&h);
	RUN(&r, "diff", "old", "partial", "new");
	run_expect(&r, STATUS_PARTIAL);
	ck_assert_ptr_nonnull(strstr(r.err, "a page was not there"));
	run_release(&r);
	RUN(&r, "diff", "partial", "new");
	run_expect(&r, STATUS_PARTIAL);
	run_expect_out(&r, "partial");
	run_release(&r);
}
END_TEST

const char suite_name[] = "reports";

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_test(tc, summary_sorts_and_limits);
	tcase_add_test(tc, summary_without_header_is_only_rows);
	tcase_add_test(tc, summary_shows_30_types_of_many);
	tcase_add_test(tc, summary_fails_where_a_limit_is_crossed);
	tcase_add_test(tc, chain_of_a_type_and_of_an_address);
	tcase_add_test(tc, chain_finds_as_many_as_count);
	tcase_add_test(tc, cycles_of_types_and_of_garbage);
	tcase_add_test(tc, cycles_of_classes_are_shown_with_all);
	tcase_add_test(tc, garbage_by_type_and_component);
	tcase_add_test(tc, garbage_of_many_types);
	tcase_add_test(tc, retained_by_the_largest_a_type_or_one);
	tcase_add_test(tc, retained_by_an_address_goes_deeper);
	tcase_add_test(tc, refs_of_all_and_of_a_type);
	tcase_add_test(tc, object_shows_what_it_refers_to);
	tcase_add_test(tc, doctor_of_a_capture);
	tcase_add_test(tc, diff_of_two);
	tcase_add_test(tc, diff_of_three_and_of_a_wrong_order);
	tcase_add_test(tc, diff_of_types_and_with_limits);
	tcase_add_test(tc, diff_says_which_target_is_partial);
}
