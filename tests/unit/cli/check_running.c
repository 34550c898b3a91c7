/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Pythons that run, and what a name means: cli/running/running.h.  Names
 * have the PID of the test in them, so that tests that run at once do not meet.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "child.h"
#include "cli/running/running.h"
#include "graph-file.h"
#include "live.h"
#include "run.h"
#include "suite.h"

const char suite_name[] = "running";

#define READY "import os, time; os.write(3, b'r'); "
#define SLEEP READY "time.sleep(600)"
/* Two children, which end with their parent. */
#define FORKS \
	"import os\n" \
	"r, w = os.pipe()\n" \
	"if os.fork() and os.fork():\n" \
	"    os.write(3, b'r')\n" \
	"    os.wait()\n" \
	"os.close(w)\n" \
	"os.read(r, 1)\n"

static char *a_name(const char *word)
{
	return xasprintf("%s-%d", word, (int)getpid());
}

static const struct ps_row *row_of(const struct ps *p, pid_t pid)
{
	for (size_t i = 0; i < p->rows.nr; i++)
		if (p->rows.v[i].pid == pid)
			return &p->rows.v[i];
	return NULL;
}

static void find(pid_t below, const char *name, struct ps *ret)
{
	ck_assert_ptr_null(running_find(below, name, ret));
}

START_TEST(all_of_them_are_found)
{
	CLEANUP(freep) char *word = a_name("found");
	struct live python = live_start(word, SLEEP);
	const struct ps_row *r;
	struct ps all;

	find(0, NULL, &all);
	r = row_of(&all, python.pid);
	ck_assert_ptr_nonnull(r);
	ck_assert_int_eq(r->parent, getpid());
	ck_assert_int_eq(r->inner_pid, python.pid);
	ck_assert_uint_eq(r->threads, 1);
	ck_assert_uint_gt(r->resident, 1 << 20);
	ck_assert_msg(!strncmp(r->version, "3.", 2), "%s", r->version);
	/* The words. */
	ck_assert_msg(strstr(r->command, " -I -S scripts/found-"), "%s",
		      r->command);
	ck_assert_ptr_null(r->unreadable);
	/* The test itself is no Python. */
	ck_assert_ptr_null(row_of(&all, getpid()));
	ps_release(&all);
	child_expect_untraced(python.pid);
	live_end(&python);
}
END_TEST

START_TEST(what_it_says_of_itself_is_made_safe)
{
	struct live python = live_start("a\x1b[31m\xff", SLEEP);
	struct ps below;
	const struct ps_row *r;

	find(python.pid, NULL, &below);
	r = row_of(&below, python.pid);
	ck_assert_ptr_nonnull(r);
	for (const char *c = r->command; *c; c++)
		ck_assert_msg(*c >= ' ' && *c < 0x7f, "%s", r->command);
	ps_release(&below);
	live_end(&python);
}
END_TEST

/* Are there no control characters, nor what changes the direction of text? */
static void expect_plain(const char *text)
{
	for (const char *c = text; *c; c++) {
		ck_assert_msg((*c & 0x80) || (*c >= ' ' && *c != 0x7f), "%s",
			      text);
		ck_assert_msg(strncmp(c, "\xc2\x9b", 2) &&
			      strncmp(c, "\xe2\x80\xae", 3), "%s", text);
	}
}

/* Words as a command line may have them: an escape sequence, lines, a tab,
 * bytes that are no UTF-8, a cut sequence at the end of a word, one of C1,
 * another direction, an empty word. */
static const char *const hostile[] = {
	"\x1b[31m", "1 root\r\n2 root\t", "\xff\xc0\xaf\xed\xa0\x80",
	"x\xe2\x80", "\xc2\x9b\x7f", "", "\xe2\x80\xae", NULL };
#define HOSTILE_SHOWN \
	"\\x1b[31m 1 root\\r\\n2 root\\t \\xff\\xc0\\xaf\\xed\\xa0\\x80" \
	" x\\xe2\\x80 \\x9b\\x7f  \\u202e"

START_TEST(words_of_a_command_line_are_made_safe)
{
	struct live python = live_start_words(SLEEP, hostile);
	struct ps below;
	struct run r;
	const char *shown;
	char *line, *rest;
	json_t *json;
	size_t nr = 0;

	find(python.pid, NULL, &below);
	ck_assert_uint_eq(below.rows.nr, 1);
	shown = strstr(below.rows.v[0].command, "time.sleep(600) ");
	ck_assert_msg(shown, "%s", below.rows.v[0].command);
	ck_assert_str_eq(shown + strlen("time.sleep(600) "), HOSTILE_SHOWN);
	ps_release(&below);
	/* In the table it is one row. */
	RUN(&r, "ps", "--no-header");
	run_expect(&r, STATUS_OK);
	for (line = strtok_r(r.out, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		expect_plain(line);
		nr += strtol(line, NULL, 10) == python.pid;
	}
	ck_assert_uint_eq(nr, 1);
	run_release(&r);
	RUN(&r, "ps", "--json");
	run_expect(&r, STATUS_OK);
	json = json_loads(r.out, 0, NULL);
	ck_assert_ptr_nonnull(json);
	json_decref(json);
	run_release(&r);
	live_end(&python);
}
END_TEST

START_TEST(descendants_of_one)
{
	struct live one = live_start(NULL, FORKS);
	struct live other = live_start(NULL, SLEEP);
	struct ps below;

	find(one.pid, NULL, &below);
	ck_assert_uint_eq(below.rows.nr, 3);
	ck_assert_ptr_nonnull(row_of(&below, one.pid));
	for (size_t i = 0; i < below.rows.nr; i++)
		ck_assert(below.rows.v[i].pid == one.pid ||
			  below.rows.v[i].parent == one.pid);
	ps_release(&below);
	find(other.pid, NULL, &below);
	ck_assert_uint_eq(below.rows.nr, 1);
	ck_assert_int_eq(below.rows.v[0].pid, other.pid);
	ps_release(&below);
	live_end(&other);
	live_end(&one);
}
END_TEST

/* --- names --- */

static void expect_means(const char *word, const char *pid, uint64_t nr_below,
			 bool is_new)
{
	struct running r;

	ck_assert_ptr_null(running_named(word, &r));
	ck_assert_msg(r.pid && !strcmp(r.pid, pid), "%s: %s", word,
		      r.pid ? r.pid : "nothing");
	ck_assert_uint_eq(r.nr_below, nr_below);
	ck_assert(r.is_new == is_new);
	ck_assert_uint_eq(r.several.rows.nr, 0);
	ps_release(&r.several);
}

/* It is said once, and stays what it was. */
START_TEST(the_name_of_one)
{
	CLEANUP(freep) char *word = a_name("one");
	struct live python = live_start(word, SLEEP);
	struct live other;

	expect_means(word, python.name, 0, true);
	expect_means(word, python.name, 0, false);
	other = live_start(word, SLEEP);
	expect_means(word, python.name, 0, false);
	live_end(&other);
	live_end(&python);
}
END_TEST

START_TEST(the_name_of_one_and_of_those_that_it_started)
{
	CLEANUP(freep) char *word = a_name("master");
	struct live python = live_start(word, FORKS);

	expect_means(word, python.name, 2, true);
	expect_means(word, python.name, 2, false);
	live_end(&python);
}
END_TEST

START_TEST(the_name_of_several)
{
	CLEANUP(freep) char *word = a_name("several");
	struct live first = live_start(word, SLEEP);
	struct live second = live_start(word, FORKS);
	struct running r;

	ck_assert_ptr_null(running_named(word, &r));
	ck_assert_ptr_null(r.pid);
	ck_assert_uint_eq(r.several.rows.nr, 4);
	ck_assert_ptr_nonnull(row_of(&r.several, first.pid));
	ck_assert_ptr_nonnull(row_of(&r.several, second.pid));
	ps_release(&r.several);
	live_end(&second);
	/* Once the others are gone it is clear. */
	while (!running_named(word, &r) && !r.pid) {
		ck_assert_uint_gt(r.several.rows.nr, 1);
		ps_release(&r.several);
		sleep_ms(10);
	}
	ck_assert_str_eq(r.pid, first.name);
	ps_release(&r.several);
	live_end(&first);
}
END_TEST

START_TEST(the_name_of_none)
{
	CLEANUP(freep) char *word = a_name("none");
	struct running r;

	ck_assert_ptr_null(running_named(word, &r));
	ck_assert_ptr_null(r.pid);
	ck_assert_uint_eq(r.several.rows.nr, 0);
	ps_release(&r.several);
}
END_TEST

/* Digits, a path, and the name of a file that is there stay as they are, even
 * if a Python is called so. */
START_TEST(what_is_no_name)
{
	CLEANUP(freep) char *word = a_name("file");
	CLEANUP(freep) char *path = xasprintf("./%s", word);
	struct live python = live_start(word, SLEEP);

	graph_file(word, "a");
	expect_means(word, word, 0, false);
	expect_means(path, path, 0, false);
	expect_means("12", "12", 0, false);
	expect_means("", "", 0, false);
	live_end(&python);
}
END_TEST

START_TEST(pids_as_words)
{
	const char *word = running_word(123);

	ck_assert_str_eq(word, "123");
	ck_assert_ptr_eq(running_word(123), word);
	ck_assert_str_eq(running_word(4194304), "4194304");
	ck_assert_str_eq(word, "123");
}
END_TEST

/* --- commands --- */

START_TEST(commands_take_names)
{
	CLEANUP(freep) char *word = a_name("command");
	struct live python = live_start(word, SLEEP);
	struct live other;
	struct run r;

	RUN(&r, "summary", word, "--json");
	run_expect(&r, STATUS_OK);
	run_expect_int(&r, "target.pid", python.pid);
	run_release(&r);
	other = live_start(word, SLEEP);
	RUN(&r, "summary", word, "--json");
	run_expect(&r, STATUS_USAGE);
	ck_assert_str_eq(r.out, "");
	ck_assert_ptr_nonnull(strstr(r.err, python.name));
	ck_assert_ptr_nonnull(strstr(r.err, other.name));
	run_release(&r);
	live_end(&other);
	live_end(&python);
	RUN(&r, "summary", word);
	run_expect_error(&r, STATUS_FAILED, word);
	run_release(&r);
}
END_TEST

START_TEST(ps_lists_them)
{
	struct live python = live_start(NULL, SLEEP);
	CLEANUP(freep) char *line = xasprintf("%s ", python.name);
	struct run r;

	RUN(&r, "ps", "--no-header");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, line);
	run_release(&r);
	live_end(&python);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_test(tc, all_of_them_are_found);
	tcase_add_test(tc, what_it_says_of_itself_is_made_safe);
	tcase_add_test(tc, words_of_a_command_line_are_made_safe);
	tcase_add_test(tc, descendants_of_one);
	tcase_add_test(tc, the_name_of_one);
	tcase_add_test(tc, the_name_of_one_and_of_those_that_it_started);
	tcase_add_test(tc, the_name_of_several);
	tcase_add_test(tc, the_name_of_none);
	tcase_add_test(tc, what_is_no_name);
	tcase_add_test(tc, pids_as_words);
	tcase_add_test(tc, commands_take_names);
	tcase_add_test(tc, ps_lists_them);
}
