/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user named: cli/broker/names.h. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "child.h"
#include "cli/broker/names.h"
#include "cli/commands/command.h"
#include "run.h"
#include "suite.h"
#include "target/processes/called.h"

const char suite_name[] = "names";

/* --- paths --- */

/* The user has typed `pyheld watch WORD`. */
static void name_word(struct names *n, const char *word)
{
	CLEANUP(freep) char *copy = xstrdup(word);
	char *argv[] = { (char[]){ "watch" }, copy };

	*n = (struct names)NAMES_INIT;
	names_set(n, &watch_argp, 2, argv);
}

static bool have(const char *word, const char *path)
{
	struct names n;
	bool ret;

	name_word(&n, word);
	ret = names_have_path(&n, path);
	names_release(&n);
	return ret;
}

static const struct {
	const char *word, *path;
} named[] = {
	{ "a.pyheld", "a.pyheld" },
	{ "/x/y", "/x/y" },
	{ "/etc/passwd", "/etc/passwd" },
	{ "../a", "../a" },
	/* Values of options. */
	{ "--output=/x/y", "/x/y" },
	{ "--output=a=b", "a=b" },
	{ "--outp=/x/y", "/x/y" },
	{ "--metrics=/x/y", "/x/y" },
	{ "--executable=/x/y", "/x/y" },
	{ "-o/x/y", "/x/y" },
	{ "-vo/x/y", "/x/y" },
	{ "-voFILE", "FILE" },
	{ "-vvoFILE", "FILE" },
	{ "-", "-" },
	/* In a folder. */
	{ "/x", "/x/y" },
	{ "/x/", "/x/y" },
	{ "/x", "/x/y/z" },
	{ "/x", "/x/" },
	{ "/x", "/x/..y" },
	{ "/x", "/x/y.." },
	{ "/x", "/x/.../y" },
	{ ".", "./a" },
	{ "..", "../a" },
	{ "--sysroot=/x", "/x/etc/passwd" },
	{ "-o/x", "/x/y" },
	/* Numbered. */
	{ "a-%n.pyheld", "a-1.pyheld" },
	{ "/x/a-%n", "/x/a-001" },
	{ "a-%n-%n.pyheld", "a-12-%n.pyheld" },
	{ "/x/%n/a", "/x/1/a" },
	{ "-oa-%n", "a-1" },
	{ "--output=a-%n", "a-1" },
	{ "/x/a-%n", "/x/a-%n" },
	/* What has no other name. */
	{ "1234", "pyheld-1234-1.pyheld" },
	{ "1234", "pyheld-" },
};

START_TEST(named_paths_are_found)
{
	ck_assert_msg(have(named[_i].word, named[_i].path), "%s of %s",
		      named[_i].path, named[_i].word);
}
END_TEST

static const struct {
	const char *word, *path;
} others[] = {
	{ "a.pyheld", "b.pyheld" },
	{ "a.pyheld", "a.pyhel" },
	{ "a.pyheld", "a.pyheld2" },
	{ "a.pyheld", "" },
	{ "", "" },
	{ "", "a" },
	{ "", "/etc/passwd" },
	{ "/x/etc/passwd", "/etc/passwd" },
	{ "x/etc/passwd", "/etc/passwd" },
	{ "/etc/passwd", "/x/etc/passwd" },
	{ "/etc/passwd", "etc/passwd" },
	{ "etc/passwd", "/etc/passwd" },
	/* A value begins behind the first "=", and behind letters of options.*/
	{ "--output=/x/etc/passwd", "/etc/passwd" },
	{ "--output/etc/passwd", "/etc/passwd" },
	{ "--o/etc/passwd", "/etc/passwd" },
	{ "a/etc/passwd", "/etc/passwd" },
	/* Not a file's name. */
	{ "--interval=/etc/passwd", "/etc/passwd" },
	{ "--interval=5", "5" },
	{ "--color=auto", "auto" },
	{ "--no-such-option=/etc/passwd", "/etc/passwd" },
	{ "-X/etc/passwd", "/etc/passwd" },
	{ "-v/etc/passwd", "/etc/passwd" },
	/* Not in the folder. */
	{ "/x", "/xy" },
	{ "/x", "/x/.." },
	{ "/x", "/x/../etc/passwd" },
	{ "/x", "/x/y/.." },
	{ "/x", "/x/y/../../z" },
	{ "/x/", "/x/../y" },
	{ "/x", "/x//etc/passwd" },
	{ "/x", "/x/y//z" },
	{ "/x/", "/x//etc/passwd" },
	{ "/x", "/X/y" },
	{ ".", "../a" },
	{ ".", ".a" },
	{ ".", "/a" },
	{ ".", "a" },
	{ "..", "../../a" },
	{ "/x/y", "/x" },
	{ "/x/y/..", "/x" },
	/* Not what a pattern becomes. */
	{ "/x/a-%n", "/x/a-1/b" },
	{ "/x/a-%n", "/x/a-/etc/passwd" },
	{ "/x/a-%n", "/x/a-../../etc/passwd" },
	{ "/x/a-%n", "/x/b-1" },
	{ "/x/%n/a", "/x/1/b" },
	{ "/x/%n/a", "/etc/passwd" },
	{ "/x/a-%n", "/x/a-" },
	{ "/x/a-%n", "/x/a-x" },
	{ "/x/a-%n", "a-1" },
	{ "/x/a-%n", "/x/a-1.so" },
	{ "/x/%n.pyheld", "/x/passwd" },
	{ "a-%n.pyheld", "a-1.pyheld.so" },
	{ "50%", "50" },
	{ "-t50%", "a" },
	{ "-t%", "a" },
	{ "like '%x'", "like 'x" },
	/* Not a name of our own. */
	{ "1234", "pyheld" },
	{ "1234", "/etc/pyheld-1" },
	{ "1234", "pyheld-/../etc/passwd" },
	{ "1234", "pyheld-1/a" },
	{ "1234", "./pyheld-1" },
	{ "1234", "../pyheld-1" },
};

START_TEST(other_paths_are_not_found)
{
	ck_assert_msg(!have(others[_i].word, others[_i].path), "%s of %s",
		      others[_i].path, others[_i].word);
}
END_TEST

START_TEST(words_are_copied)
{
	char word[] = "a.pyheld";
	char *argv[] = { (char[]){ "watch" }, word };
	struct names n = NAMES_INIT;

	names_set(&n, &watch_argp, 2, argv);
	word[0] = 'b';
	ck_assert(names_have_path(&n, "a.pyheld"));
	ck_assert(!names_have_path(&n, "b.pyheld"));
	names_release(&n);
}
END_TEST

/* The folder that `path` is below where `word` is named; NULL: it was named. */
static void expect_folder(const char *word, const char *path,
			  const char *folder)
{
	struct names n;
	size_t len = 0;

	name_word(&n, word);
	ck_assert(names_have_path(&n, path));
	ck_assert_int_eq(names_are_below(&n, path, &len), folder != NULL);
	if (folder) {
		ck_assert_uint_eq(len, strlen(folder));
		ck_assert(!strncmp(path, folder, len));
	}
	names_release(&n);
}

START_TEST(folders_are_those_that_were_named)
{
	expect_folder("a", "a", NULL);
	expect_folder("a/b", "a/b", NULL);
	expect_folder("--sysroot=a/b", "a/b", NULL);
	expect_folder("a", "a/b", "a");
	expect_folder("a", "a/b/c", "a");
	expect_folder("a/", "a/b/c", "a/");
	expect_folder("/", "/b/c", "/");
	expect_folder("--sysroot=/a", "/a/b/c", "/a");
	/* What we write. */
	expect_folder("-oa", "a", "");
	expect_folder("-oa/b", "a/b", "a/");
	expect_folder("-oa/b-%n", "a/b-7", "a/");
	expect_folder("x", "pyheld-1.pyheld", "");
}
END_TEST

/* --- outputs --- */

static const char *const output_words[] = {
	"-oa", "--output=a", "--metrics=a", "-voa",
};
static const char *const input_words[] = {
	"a", "--executable=a", "--sysroot=a", "--sysroot=.", "--interval=a",
};

static bool allow_output(const char *word, const char *path)
{
	struct names n;
	bool ret;

	name_word(&n, word);
	ret = names_have_output(&n, path);
	names_release(&n);
	return ret;
}

START_TEST(what_is_read_is_not_written)
{
	for (size_t i = 0; i < ARRAY_SIZE(output_words); i++) {
		ck_assert(allow_output(output_words[i], "a"));
		ck_assert(allow_output(output_words[i], "a/b"));
		ck_assert(have(output_words[i], "a"));
	}
	for (size_t i = 0; i < ARRAY_SIZE(input_words); i++) {
		ck_assert(!allow_output(input_words[i], "a"));
		ck_assert(!allow_output(input_words[i], "a/b"));
		ck_assert(!allow_output(input_words[i], "./a"));
	}
}
END_TEST

START_TEST(nothing_else_is_written)
{
	static const char *const paths[] = {
		"", "a.txt", ".txt", "a.json", "a.b.pyheld", "a.so", "a.txt.so",
		"atxt", "/etc/passwd", "/etc/cron.d/a",
	};
	struct names n = NAMES_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		ck_assert(!names_have_output(&n, paths[i]));
	names_release(&n);
}
END_TEST

START_TEST(one_process_is_asked_for)
{
	static const struct {
		const char *words[2];
		bool is_so;
	} lines[] = {
		{ { "--no-sandbox", "1" }, true },
		{ { "1", "--no-sandbox" }, true },
		{ { "1", "--no-sand" }, true },
		{ { "--", "--no-sandbox" }, false },
		{ { "-o", "--no-sandbox" }, false },
		{ { "1", "--no-color" }, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		CLEANUP(freep) char *first = xstrdup(lines[i].words[0]);
		CLEANUP(freep) char *second = xstrdup(lines[i].words[1]);
		char *argv[] = { (char[]){ "watch" }, first, second };
		struct names n = NAMES_INIT;

		names_set(&n, &watch_argp, 3, argv);
		ck_assert_int_eq(n.no_sandbox, lines[i].is_so);
		names_release(&n);
	}
}
END_TEST

/* --- processes --- */

static bool have_pid(const char *word, pid_t pid)
{
	struct names n;
	bool ret;

	name_word(&n, word);
	ret = names_have_pid(&n, pid);
	names_release(&n);
	return ret;
}

static void waiting_with_child(void)
{
	if (fork() < 0)
		_exit(1);
	child_waiting();
}

START_TEST(named_processes_and_descendants_are_found)
{
	CLEANUP(pid_vec_release) struct pid_vec below = VEC_INIT;
	pid_t pid = child_start(waiting_with_child);
	CLEANUP(freep) char *word = xasprintf("%d", (int)pid);

	for (int i = 0; i < 1000 && !below.nr; i++) {
		children_find(pid, 9, &below);
		sleep_ms(5);
	}
	ck_assert_uint_eq(below.nr, 1);
	ck_assert(have_pid(word, pid));
	ck_assert(have_pid(word, below.v[0]));
	ck_assert(!have_pid(word, getpid()));
	ck_assert(!have_pid(word, getppid()));
	ck_assert(!have_pid(word, 1));
	ck_assert(!have_pid(word, 0));
	ck_assert(!have_pid(word, -1));
	kill(below.v[0], SIGKILL);
	child_finish(pid);
}
END_TEST

START_TEST(words_that_are_no_pids_name_no_process)
{
	static const struct {
		const char *before, *after;
	} words[] = {
		{ "-", "" }, { "+", "" }, { " ", "" }, { "", " " },
		{ "", "x" }, { "x", "" }, { "0x", "" }, { "--pid=", "" },
		{ "", ".0" }, { "-p", "" }, { "4294967296", "" },
		{ "99999999999999999999", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		CLEANUP(freep) char *word = xasprintf("%s%d%s", words[i].before,
						      (int)getpid(),
						      words[i].after);

		ck_assert_msg(!have_pid(word, getpid()), "%s", word);
	}
	ck_assert(!have_pid("", 0));
	ck_assert(!have_pid("0", 0));
	ck_assert(!have_pid("4294967297", 1));
	ck_assert(!have_pid("18446744073709551617", 1));
}
END_TEST

START_TEST(values_of_options_name_no_process)
{
	char *argv[] = { (char[]){ "watch" }, (char[]){ "--max-captures" },
			 (char[]){ "1" }, (char[]){ "--interval" },
			 (char[]){ "1" }, (char[]){ "2147483647" },
			 (char[]){ "-o" }, (char[]){ "1" } };
	struct names n = NAMES_INIT;

	names_set(&n, &watch_argp, ARRAY_SIZE(argv), argv);
	ck_assert(!names_have_pid(&n, 1));
	ck_assert(names_have_pid(&n, 2147483647));
	ck_assert(!names_have_pid(&n, getpid()));
	names_release(&n);
}
END_TEST

/* --- processes by their names --- */

#define COMM "check-names-abc"

static void waiting_with_name(void)
{
	prctl(PR_SET_NAME, COMM);
	child_waiting();
}

START_TEST(processes_are_named_by_their_names)
{
	pid_t pid = child_start(waiting_with_name);

	for (int i = 0; i < 1000 && !have_pid(COMM, pid); i++)
		sleep_ms(5);
	ck_assert(have_pid(COMM, pid));
	ck_assert(!have_pid(COMM, getpid()));
	ck_assert(!have_pid("check-names-ab", pid));
	ck_assert(!have_pid("", pid));
	ck_assert(!have_pid("./" COMM, pid));
	child_finish(pid);
}
END_TEST

/* `command` has '|' for each NUL. */
static bool is_called(const char *command, const char *name)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	str_add(&s, command);
	for (size_t i = 0; i < s.len; i++)
		if (s.s[i] == '|')
			s.s[i] = '\0';
	return called_so("comm", &s, name);
}

START_TEST(names_are_of_program_script_or_module)
{
	static const char *const so[][2] = {
		{ "", "comm" }, { "x|", "comm" }, { "/a/b/x|", "x" },
		{ "gunicorn: master [app]|", "gunicorn" },
		{ "/usr/bin/celeryd: worker|", "celeryd" },
		{ "python3|/srv/app.py|", "app.py" },
		{ "python3|/srv/app.py|", "app" },
		{ "python3|-u|-W|ignore|-Xdev|bin/app|", "app" },
		{ "python3|-B|-m|http.server|80|", "http.server" },
		{ "python3|-um|app.main|", "app.main" },
		{ "python3|-Bmapp|", "app" },
		{ "python3|--check-hash-based-pycs|never|app.py", "app" },
		{ "python3|--|app.py|", "app" }, { "python3", "python3" },
	};
	static const char *const not_so[][2] = {
		{ "", "" }, { "x|", "" }, { "x|", "com" }, { "x|", "comm2" },
		{ "python3|-c|app|", "app" }, { "python3|a.py|app|", "app" },
		{ "python3|-W|app|", "app" }, { "python3|", "app" },
		{ "python3|-m|", "app" }, { "gunicornd: x|", "gunicorn" },
		{ "python3|app.pyc|", "app" }, { "||", "app" },
		{ "python3|-m|app.main|", "app" }, { "python3|-|app|", "app" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(so); i++)
		ck_assert_msg(is_called(so[i][0], so[i][1]), "%s", so[i][0]);
	for (size_t i = 0; i < ARRAY_SIZE(not_so); i++)
		ck_assert_msg(!is_called(not_so[i][0], not_so[i][1]), "%s",
			      not_so[i][0]);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_loop_test(tc, named_paths_are_found, 0, ARRAY_SIZE(named));
	tcase_add_loop_test(tc, other_paths_are_not_found, 0,
			    ARRAY_SIZE(others));
	tcase_add_test(tc, words_are_copied);
	tcase_add_test(tc, folders_are_those_that_were_named);
	tcase_add_test(tc, what_is_read_is_not_written);
	tcase_add_test(tc, values_of_options_name_no_process);
	tcase_add_test(tc, nothing_else_is_written);
	tcase_add_test(tc, one_process_is_asked_for);
	tcase_add_test(tc, named_processes_and_descendants_are_found);
	tcase_add_test(tc, words_that_are_no_pids_name_no_process);
	tcase_add_test(tc, processes_are_named_by_their_names);
	tcase_add_test(tc, names_are_of_program_script_or_module);
}
