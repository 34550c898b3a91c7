/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pyheld watch, and what only a live CPython shows of the other commands.  The
 * target is the python3 that configure found.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "child.h"
#include "graph-file.h"
#include "live.h"
#include "run.h"
#include "suite.h"

/* --- the target --- */

static struct live python;

/* It says that it is ready; then it waits for the end of the test. */
static const char program[] =
	"import os, sys, time\n"
	"kept = [object() for _ in range(1000)]\n"
	"os.write(3, b'r')\n"
	"time.sleep(600)\n";

static void start_python(void)
{
	python = live_start(NULL, program);
}

static void end_python(void)
{
	live_end(&python);
}

static unsigned int count(const char *text, char c)
{
	unsigned int nr = 0;

	for (; *text; text++)
		nr += *text == c;
	return nr;
}

/* --- samples --- */

START_TEST(watch_prints_a_line_for_each_sample)
{
	struct run r;

	start_python();
	RUN(&r, "watch", python.name, "--count=2", "--interval=1ms");
	run_expect(&r, STATUS_OK);
	ck_assert_uint_eq(count(r.out, '\n'), 2);
	run_release(&r);
	RUN(&r, "watch", python.name, "--count=1", "--interval=1h", "--json");
	run_expect(&r, STATUS_OK);
	ck_assert_uint_eq(count(r.out, '\n'), 1);
	run_release(&r);
	child_expect_untraced(python.pid);
	end_python();
}
END_TEST

static void expect_interrupted_by(int number)
{
	struct run r;

	RUN_START(&r, "watch", python.name, "--interval=1h");
	ck_assert(run_says(&r, "\n"));
	ck_assert_int_eq(kill(r.pid, number), 0);
	run_finish(&r);
	run_expect(&r, STATUS_OK);
	ck_assert_uint_eq(count(r.out, '\n'), 1);
	run_release(&r);
}

START_TEST(watch_ends_when_it_is_interrupted)
{
	start_python();
	expect_interrupted_by(SIGINT);
	expect_interrupted_by(SIGTERM);
	end_python();
}
END_TEST

START_TEST(watch_ends_with_the_process)
{
	struct run r;

	start_python();
	RUN_START(&r, "watch", python.name, "--interval=10ms");
	ck_assert(run_says(&r, "\n"));
	child_finish(python.pid);
	run_finish(&r);
	run_expect(&r, STATUS_FAILED);
	ck_assert_msg(strncmp(r.err, "pyheld: ", 8) == 0, "%s", r.err);
	run_release(&r);
	free(python.name);
}
END_TEST

START_TEST(watch_is_for_processes)
{
	struct run r;

	graph_file("g", "a");
	RUN(&r, "watch", "g", "--count=1");
	run_expect_error(&r, STATUS_FAILED, "'g'");
	run_release(&r);
}
END_TEST

/* --- captures --- */

/* A condition that stays true makes one capture. */
START_TEST(watch_captures_when_a_condition_becomes_true)
{
	CLEANUP(freep) char *first = NULL, *second = NULL;
	struct run r;

	start_python();
	first = xasprintf("pyheld-%s-1.pyheld", python.name);
	second = xasprintf("pyheld-%s-2.pyheld", python.name);
	RUN(&r, "watch", python.name, "--when=objects>1000", "--when=rss>1T",
	    "--count=3", "--interval=1ms", "--max-captures=2");
	run_expect(&r, STATUS_OK);
	/* Three samples, and a line that tells of the capture. */
	ck_assert_uint_eq(count(r.out, '\n'), 4);
	run_expect_out(&r, first);
	run_expect_out(&r, "objects>1000");
	run_release(&r);
	ck_assert_int_eq(access(first, R_OK), 0);
	ck_assert_int_ne(access(second, F_OK), 0);
	/* The next does not take its place; and ends with it. */
	RUN(&r, "watch", python.name, "--when=objects>1000", "--interval=1h",
	    "--json");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, second);
	run_release(&r);
	RUN(&r, "summary", second, "--json");
	run_expect(&r, STATUS_OK);
	run_expect_int(&r, "target.pid", python.pid);
	run_release(&r);
	end_python();
}
END_TEST

START_TEST(watch_captures_to_a_file_that_is_named)
{
	struct run r;

	start_python();
	RUN(&r, "watch", python.name, "--when=objects>1000", "-o", "named");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	ck_assert_int_eq(access("named", R_OK), 0);
	RUN(&r, "watch", python.name, "--when=objects>1000", "-o", "n-%n-x");
	run_expect(&r, STATUS_OK);
	run_release(&r);
	ck_assert_int_eq(access("n-1-x", R_OK), 0);
	RUN(&r, "watch", python.name, "--when=objects>1000", "-o", "no/such/x");
	run_expect_error(&r, STATUS_FAILED, "no/such/x");
	run_release(&r);
	end_python();
}
END_TEST

/* --- other commands --- */

START_TEST(live_targets_and_captures_of_them_say_the_same)
{
	struct run live, captured;

	start_python();
	RUN(&live, "capture", python.name, "-o", "live");
	run_expect(&live, STATUS_OK);
	run_release(&live);
	RUN(&live, "chain", python.name, "--type=list", "--json", "--count=1");
	RUN(&captured, "chain", "live", "--type=list", "--json", "--count=1");
	run_expect(&live, STATUS_OK);
	run_expect(&captured, STATUS_OK);
	ck_assert_str_eq(live.out, captured.out);
	run_release(&live);
	run_release(&captured);
	child_expect_untraced(python.pid);
	end_python();
}
END_TEST

START_TEST(refs_and_doctor_of_a_process)
{
	struct run r;

	start_python();
	RUN(&r, "refs", python.name, "--json", "--limit=3");
	run_expect(&r, STATUS_OK);
	run_expect_int(&r, "over_explained", 0);
	run_release(&r);
	RUN(&r, "doctor", python.name, "--json");
	run_expect(&r, STATUS_OK);
	run_expect_true(&r, "well");
	run_expect_true(&r, "checks.0.passed");
	run_release(&r);
	end_python();
}
END_TEST

/* The doctor says what is wrong of a target that is no CPython. */
START_TEST(doctor_of_what_is_no_python)
{
	pid_t pid = child_start(child_waiting);
	CLEANUP(freep) char *digits = xasprintf("%d", (int)pid);
	struct run r;

	RUN(&r, "doctor", digits);
	run_expect_error(&r, STATUS_FAILED, "_PyRuntime");
	run_release(&r);
	child_finish(pid);
}
END_TEST

const char suite_name[] = "watch";

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_test(tc, watch_prints_a_line_for_each_sample);
	tcase_add_test(tc, watch_ends_when_it_is_interrupted);
	tcase_add_test(tc, watch_ends_with_the_process);
	tcase_add_test(tc, watch_is_for_processes);
	tcase_add_test(tc, watch_captures_when_a_condition_becomes_true);
	tcase_add_test(tc, watch_captures_to_a_file_that_is_named);
	tcase_add_test(tc, live_targets_and_captures_of_them_say_the_same);
	tcase_add_test(tc, refs_and_doctor_of_a_process);
	tcase_add_test(tc, doctor_of_what_is_no_python);
}
