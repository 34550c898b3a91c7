/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are there when they are whole, and not before: cli/outfile.h. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/outfile.h"
#include "files.h"
#include "run.h"
#include "suite.h"
#include "unnamed.h"

const char suite_name[] = "outfile";

static void expect_none(struct error *err)
{
	ck_assert_msg(!err, "%s", err ? err->message : "");
}

static void expect_some(struct error *err, const char *word)
{
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	ck_assert_msg(strstr(err->message, word), "%s", err->message);
	error_free(err);
}

START_TEST(outfile_is_there_when_it_is_closed)
{
	struct outfile f = OUTFILE_INIT;

	write_text("out", "before");
	umask(022);
	expect_none(outfile_open(&f, "out"));
	fputs("after", f.stream);
	fflush(f.stream);
	expect_content("out", "before");
	ck_assert_uint_eq(nr_files("out*"), 1 + nr_names());
	expect_none(outfile_close(&f));
	expect_content("out", "after");
	ck_assert_int_eq(mode_of("out"), 0600);
	outfile_abandon(&f);
	expect_content("out", "after");
	ck_assert_uint_eq(nr_files("out*"), 1);
	unlink("out");
}
END_TEST

START_TEST(outfile_leaves_nothing_when_it_is_abandoned)
{
	struct outfile f = OUTFILE_INIT;

	write_text("out", "before");
	expect_none(outfile_open(&f, "out"));
	fputs("after", f.stream);
	outfile_abandon(&f);
	expect_content("out", "before");
	ck_assert_uint_eq(nr_files("out*"), 1);
	/* And once more. */
	outfile_abandon(&f);
	unlink("out");
}
END_TEST

START_TEST(outfile_is_private)
{
	struct outfile f = OUTFILE_INIT;
	struct stat st;

	umask(0);
	expect_none(outfile_open(&f, "secret"));
	ck_assert(outfile_is_regular(&f));
	ck_assert_int_eq(fstat(fileno(f.stream), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	expect_none(outfile_close(&f));
	ck_assert_int_eq(mode_of("secret"), 0600);
	outfile_abandon(&f);
}
END_TEST

START_TEST(outfile_that_is_public)
{
	struct outfile f = { .file = NEWFILE_INIT, .public = true };

	umask(077);
	expect_none(outfile_open(&f, "known"));
	expect_none(outfile_close(&f));
	ck_assert_int_eq(mode_of("known"), 0644);
	outfile_abandon(&f);
}
END_TEST

START_TEST(outfile_goes_through_links)
{
	struct outfile f = OUTFILE_INIT;
	struct stat st;

	write_text("real", "before");
	ck_assert_int_eq(symlink("real", "link"), 0);
	expect_none(outfile_open(&f, "link"));
	fputs("after", f.stream);
	expect_none(outfile_close(&f));
	outfile_abandon(&f);
	ck_assert_int_eq(lstat("link", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	expect_content("real", "after");
}
END_TEST

START_TEST(outfile_that_can_not_be)
{
	struct outfile f = OUTFILE_INIT;

	expect_some(outfile_open(&f, "no/such/folder"), "can't create");
	outfile_abandon(&f);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	expect_some(outfile_open(&f, "folder"), "can't open");
	outfile_abandon(&f);
	/* In the way of the new name, when all is written. */
	expect_none(outfile_open(&f, "late"));
	ck_assert_int_eq(mkdir("late", 0700), 0);
	expect_some(outfile_close(&f), "can't rename");
	outfile_abandon(&f);
	ck_assert_uint_eq(nr_files("late*"), 1);
}
END_TEST

START_TEST(outfile_on_a_full_disk)
{
	struct outfile f = OUTFILE_INIT;

	expect_none(outfile_open(&f, "/dev/full"));
	ck_assert(!outfile_is_regular(&f));
	fputs("text", f.stream);
	expect_some(outfile_close(&f), "can't write");
	outfile_abandon(&f);
}
END_TEST

/* A signal ends us, and nothing is left of what was not complete. */
static void be_killed(int number, bool named)
{
	static const struct rlimit no_core = { 0, 0 };
	struct outfile f = OUTFILE_INIT;

	/* Check has a handler of its own. */
	signal(number, SIG_DFL);
	setrlimit(RLIMIT_CORE, &no_core);
	if (named)
		forbid_unnamed();
	expect_none(outfile_open(&f, "unfinished"));
	fputs("text", f.stream);
	fflush(f.stream);
	ck_assert_uint_eq(nr_files("unfinished*"), nr_names());
	raise(number);
	_exit(1);
}

static void kill_one(int number, bool named)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		be_killed(number, named);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), number);
	ck_assert_uint_eq(nr_files("unfinished*"), 0);
}

START_TEST(outfile_leaves_nothing_when_it_is_killed)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE,
				       SIGTERM };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		kill_one(signals[i], false);
		kill_one(signals[i], true);
	}
	/* This one can't be caught. */
	if (!nr_names())
		kill_one(SIGKILL, false);
}
END_TEST

/* A screen's handler is like this. */
static void give_back_and_die(int number)
{
	static const char text[] = "given back";

	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	signal(number, SIG_DFL);
	raise(number);
}

static void be_killed_with_a_handler(int number, int out)
{
	struct sigaction action = { .sa_handler = give_back_and_die }, now;
	struct outfile f = OUTFILE_INIT;

	dup2(out, STDOUT_FILENO);
	sigaction(number, &action, NULL);
	/* What was there before is there again after each file. */
	for (int i = 0; i < 2; i++) {
		expect_none(outfile_open(&f, "finished"));
		expect_none(outfile_close(&f));
		outfile_abandon(&f);
		sigaction(number, NULL, &now);
		ck_assert(now.sa_handler == give_back_and_die);
	}
	expect_none(outfile_open(&f, "unfinished"));
	raise(number);
	_exit(1);
}

START_TEST(outfile_keeps_the_handlers_of_others)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		int status, out[2];
		char text[32] = "";
		pid_t pid;

		ck_assert_int_eq(pipe(out), 0);
		pid = fork();
		if (!pid)
			be_killed_with_a_handler(signals[i], out[1]);
		close(out[1]);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFSIGNALED(status));
		ck_assert_int_eq(WTERMSIG(status), signals[i]);
		ck_assert_int_ge(read(out[0], text, sizeof(text) - 1), 0);
		ck_assert_str_eq(text, "given back");
		close(out[0]);
		ck_assert_uint_eq(nr_files("unfinished*"), 0);
	}
}
END_TEST

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_test(tc, outfile_is_there_when_it_is_closed);
	tcase_add_test(tc, outfile_leaves_nothing_when_it_is_abandoned);
	tcase_add_test(tc, outfile_is_private);
	tcase_add_test(tc, outfile_that_is_public);
	tcase_add_test(tc, outfile_goes_through_links);
	tcase_add_test(tc, outfile_that_can_not_be);
	tcase_add_test(tc, outfile_on_a_full_disk);
	tcase_add_test(tc, outfile_leaves_nothing_when_it_is_killed);
	tcase_add_test(tc, outfile_keeps_the_handlers_of_others);
}
