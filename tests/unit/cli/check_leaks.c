/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command leaks: its thresholds and limits, the order of its targets, and
 * several processes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "graph-file.h"
#include "run.h"
#include "suite.h"

/* Run it on the file "g"; it succeeds without a word on stderr. */
static void report(struct run *r, const char *command, const char *option,
		   const char *second)
{
	run(r, (const char *const[]){ command, "g", option, second, NULL });
	run_expect(r, STATUS_OK);
	ck_assert_str_eq(r->err, "");
}

/* A list of `nr` objects; for 1000, it keeps a tenth of the heap's bytes. */
static void add_leak(struct str *s, unsigned int nr)
{
	str_add(s, "m->l m->big; root m:m; type list l; size big=144000;");
	for (unsigned int i = 0; i < nr; i++)
		str_addf(s, "l->o%u;", i);
	str_add(s, "type app.Event ");
	for (unsigned int i = 0; i < nr; i++)
		str_addf(s, "o%u ", i);
}

static void build_leak(const char *path, unsigned int nr)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	add_leak(&s, nr);
	graph_file(path, s.s);
}

START_TEST(leaks_fail_on_demand)
{
	struct run r;

	build_leak("g", 1000);
	RUN(&r, "leaks", "g", "--json", "--fail", "--min-objects=10000");
	run_expect(&r, STATUS_OK);
	run_expect_int(&r, "nr_suspects", 0);
	run_release(&r);
	RUN(&r, "leaks", "g", "--json", "--min-objects=1000");
	run_expect(&r, STATUS_OK);
	run_expect_int(&r, "nr_suspects", 1);
	run_expect_int(&r, "suspects.0.entries", 1000);
	run_release(&r);
	RUN(&r, "leaks", "g", "--fail", "--min-objects=1000", "--limit=1");
	run_expect(&r, STATUS_LIMIT);
	run_expect_out(&r, "m.l");
	run_release(&r);
	/* Each of these is one too many. */
	RUN(&r, "leaks", "g", "--fail", "--min-objects=1001");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	RUN(&r, "leaks", "g", "--fail", "--min-objects=1000",
	    "--min-entries=1001");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	RUN(&r, "leaks", "g", "--fail", "--min-objects=1000",
	    "--min-percent=11");
	run_expect(&r, STATUS_OK);
	run_release(&r);
}
END_TEST

START_TEST(leaks_compares_with_older_captures)
{
	struct run r;

	build_leak("old", 1000);
	build_leak("g", 1200);
	RUN(&r, "leaks", "g", "old", "--min-objects=100", "--json");
	run_expect(&r, STATUS_OK);
	run_expect_int(&r, "nr_suspects", 1);
	run_release(&r);
	/* It has not grown. */
	RUN(&r, "leaks", "g", "g", "--min-objects=100", "--json");
	run_expect(&r, STATUS_OK);
	run_expect_int(&r, "nr_suspects", 0);
	run_release(&r);
	RUN(&r, "leaks", "g", "old", "missing");
	run_expect_error(&r, STATUS_FAILED, "'missing'");
	run_release(&r);
}
END_TEST

static void build_leak_of(const char *path, int64_t pid, uint64_t taken_at,
			  unsigned int nr)
{
	const struct capture_options plain = { .plain = true };
	CLEANUP(heap_release) struct heap h;
	CLEANUP(str_release) struct str s = STR_INIT;

	add_leak(&s, nr);
	graph_build_process(&h, s.s);
	h.info.pid = pid;
	h.info.taken_at = taken_at;
	graph_write(&h, path, &plain);
}

/* --limit, or by its other name --count. */
START_TEST(leaks_shows_as_many_as_the_limit_says)
{
	struct run r;

	graph_file("g", "m->k m->l; root m:m; type list k l; k->a#1200;"
		   " l->b#1100; type app.A a#1200; type app.B b#1100");
	for (int i = 0; i < 2; i++) {
		report(&r, "leaks", "--min-objects=1000",
		       i ? "--limit=1" : "--count=1");
		run_expect_out(&r, "2 suspects, the first 1 of them");
		run_expect_out(&r, "more: pyheld object g 0x");
		ck_assert_ptr_null(strstr(r.out, "2. "));
		run_release(&r);
	}
	report(&r, "leaks", "--min-objects=1000", "--limit=0");
	run_expect_out(&r, "2. ");
	run_release(&r);
}
END_TEST

START_TEST(leaks_puts_captures_into_order)
{
	struct run r;

	build_leak_of("one", 1, 1700000100, 1000);
	build_leak_of("two", 1, 1700000200, 1100);
	build_leak_of("three", 1, 1700000300, 1200);
	RUN(&r, "leaks", "one", "two", "three", "--min-objects=100", "--json");
	run_expect(&r, STATUS_OK);
	run_expect_text(&r, "processes.0.targets.0", "one");
	run_expect_text(&r, "processes.0.targets.2", "three");
	run_expect_int(&r, "suspects.0.growth.entries", 1200);
	run_expect_int(&r, "suspects.0.growth.old_entries.0", 1000);
	run_expect_int(&r, "suspects.0.growth.old_entries.1", 1100);
	run_release(&r);
	RUN(&r, "leaks", "one", "two", "three", "--min-objects=100");
	run_expect_out(&r, "sorted by time, oldest first: one,\n  two, three");
	run_release(&r);
	RUN(&r, "leaks", "three", "one", "two", "--min-objects=100");
	run_expect_out(&r, "1 suspect\n");
	run_release(&r);
}
END_TEST

START_TEST(leaks_shows_processes_side_by_side)
{
	struct run r;

	build_leak_of("one", 1, 1700000100, 1000);
	build_leak_of("two", 2, 1700000200, 1100);
	build_leak_of("older", 2, 1700000100, 1000);
	RUN(&r, "leaks", "one", "two", "--min-objects=1000", "--json");
	run_expect(&r, STATUS_OK);
	run_expect_size(&r, "processes", 2);
	run_expect_int(&r, "processes.1.nr_suspects", 1);
	run_expect_int(&r, "nr_suspects", 1);
	run_expect_size(&r, "suspects.0.workers", 2);
	run_expect_int(&r, "suspects.0.workers.0.entries", 1000);
	run_expect_int(&r, "suspects.0.workers.1.pid", 2);
	run_expect_int(&r, "suspects.0.entries", 1100);
	run_release(&r);
	RUN(&r, "leaks", "one", "two", "--min-objects=1000", "--fail");
	run_expect(&r, STATUS_LIMIT);
	run_expect_out(&r, "1. the same suspect in 2 of 2 workers, ");
	run_expect_out(&r, "2 processes of one program, side by side");
	run_expect_out(&r, "PID 2 (two): 1 suspect in ");
	ck_assert_ptr_null(strstr(r.out, "grew:"));
	run_release(&r);
	/* One process has an older capture, the other has none. */
	RUN(&r, "leaks", "one", "older", "two", "--min-objects=1000",
	    "--min-percent=3");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "the same suspect in 2 of 2 workers, ");
	run_expect_out(&r, "grew: 1,000 -> 1,100 entries");
	run_release(&r);
	RUN(&r, "leaks", "one", "missing", "two");
	run_expect_error(&r, STATUS_FAILED, "'missing'");
	run_release(&r);
}
END_TEST

const char suite_name[] = "leaks";

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_test(tc, leaks_fail_on_demand);
	tcase_add_test(tc, leaks_compares_with_older_captures);
	tcase_add_test(tc, leaks_shows_as_many_as_the_limit_says);
	tcase_add_test(tc, leaks_puts_captures_into_order);
	tcase_add_test(tc, leaks_shows_processes_side_by_side);
}
