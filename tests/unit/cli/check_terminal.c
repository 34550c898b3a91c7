/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is shown on a terminal: its width, colour, and the line of progress.
 * The terminal is a pseudo terminal whose other end the test reads.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "child.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "graph-file.h"
#include "run.h"
#include "suite.h"

/* Make it stdout or stderr of this process; returns the other end. */
static int become_terminal(int fd, unsigned short width)
{
	struct winsize size = { .ws_col = width, .ws_row = 24 };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	int slave;

	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(grantpt(master), 0);
	ck_assert_int_eq(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(slave, 0);
	ck_assert_int_eq(ioctl(slave, TIOCSWINSZ, &size), 0);
	ck_assert_int_eq(fcntl(master, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(dup2(slave, fd), fd);
	close(slave);
	return master;
}

/* What was written to the terminal until now. */
static char *read_terminal(int master)
{
	char *ret = xcalloc(1 << 16, 1);
	size_t len = 0;
	ssize_t nr;

	while ((nr = read(master, ret + len, (1 << 16) - 1 - len)) > 0)
		len += (size_t)nr;
	return ret;
}

/* Check prints to our stdout: give it back. */
static int saved_stdout;

static int begin(unsigned short width)
{
	saved_stdout = dup(STDOUT_FILENO);
	unsetenv("COLUMNS");
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	return become_terminal(STDOUT_FILENO, width);
}

static void end(int master)
{
	dup2(saved_stdout, STDOUT_FILENO);
	close(saved_stdout);
	close(master);
}

START_TEST(width_is_the_terminals_or_the_users)
{
	int master = begin(61);

	ck_assert_uint_eq(terminal_format().width, 61);
	setenv("COLUMNS", "100", 1);
	ck_assert_uint_eq(terminal_format().width, 100);
	/* What is no width is passed over. */
	setenv("COLUMNS", "0", 1);
	ck_assert_uint_eq(terminal_format().width, 61);
	setenv("COLUMNS", "-5", 1);
	ck_assert_uint_eq(terminal_format().width, 61);
	setenv("COLUMNS", "wide", 1);
	ck_assert_uint_eq(terminal_format().width, 61);
	setenv("COLUMNS", "100000", 1);
	ck_assert_uint_eq(terminal_format().width, 61);
	end(master);
}
END_TEST

START_TEST(width_of_what_is_no_terminal)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int saved = dup(STDOUT_FILENO);
	unsigned int width;

	setenv("COLUMNS", "100", 1);
	dup2(null, STDOUT_FILENO);
	width = terminal_format().width;
	dup2(saved, STDOUT_FILENO);
	ck_assert_uint_eq(width, 0);
	close(null);
	close(saved);
}
END_TEST

START_TEST(colour_is_for_terminals)
{
	int master = begin(80);

	ck_assert_ptr_nonnull(terminal_format().styles);
	setenv("NO_COLOR", "", 1);
	ck_assert_ptr_nonnull(terminal_format().styles);
	setenv("NO_COLOR", "0", 1);
	ck_assert_ptr_null(terminal_format().styles);
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	ck_assert_ptr_null(terminal_format().styles);
	unsetenv("TERM");
	ck_assert_ptr_null(terminal_format().styles);
	terminal_set_color(TERMINAL_ALWAYS);
	ck_assert_ptr_nonnull(terminal_format().styles);
	setenv("TERM", "xterm", 1);
	terminal_set_color(TERMINAL_NEVER);
	ck_assert_ptr_null(terminal_format().styles);
	terminal_set_color(TERMINAL_AUTO);
	ck_assert_ptr_nonnull(terminal_format().styles);
	end(master);
}
END_TEST

START_TEST(option_color_decides)
{
	struct run r;

	graph_file("g", "a b; root m:a; type app.Node a");
	RUN(&r, "summary", "g");
	run_expect(&r, STATUS_OK);
	ck_assert_ptr_null(strchr(r.out, '\033'));
	run_release(&r);
	RUN(&r, "summary", "g", "--color=always");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "\033[1m");
	run_release(&r);
	RUN(&r, "--color=always", "summary", "g");
	run_expect(&r, STATUS_OK);
	run_expect_out(&r, "\033[1m");
	run_release(&r);
	/* JSON has none. */
	RUN(&r, "summary", "g", "--color=always", "--json");
	run_expect(&r, STATUS_OK);
	ck_assert_ptr_null(strchr(r.out, '\033'));
	run_release(&r);
}
END_TEST

START_TEST(reports_fit_a_terminal)
{
	CLEANUP(freep) char *text = NULL;
	int master = begin(40);
	struct run r;

	graph_file("g", "m->m.d m.d->aaaaaaaaaaaaaaaaaaaa;"
		   "aaaaaaaaaaaaaaaaaaaa->bbbbbbbbbbbbbbbbbbbb; root m:m;"
		   "type an_application.a_module.Type bbbbbbbbbbbbbbbbbbbb");
	RUN_TO(&r, STDOUT_FILENO, "chain", "g", "--type=Type",
	       "--color=never");
	text = read_terminal(master);
	end(master);
	run_expect(&r, STATUS_OK);
	ck_assert_ptr_nonnull(strstr(text, "an_application.a_module.Type"));
	run_release(&r);
}
END_TEST

START_TEST(captures_are_nothing_for_a_terminal)
{
	CLEANUP(freep) char *text = NULL;
	int master = begin(80);
	struct run r;

	graph_file("g", "a");
	RUN_TO(&r, STDOUT_FILENO, "capture", "g", "-o", "-");
	text = read_terminal(master);
	end(master);
	run_expect_error(&r, STATUS_USAGE, "terminal");
	ck_assert_str_eq(text, "");
	run_release(&r);
}
END_TEST

/* Lines of an export and of progress would be mixed. */
START_TEST(export_to_a_terminal)
{
	CLEANUP(freep) char *text = NULL;
	int master = begin(80);
	struct run r;

	graph_file("g", "a");
	RUN_TO(&r, STDOUT_FILENO, "export", "g");
	text = read_terminal(master);
	end(master);
	run_expect(&r, STATUS_OK);
	ck_assert_ptr_nonnull(strstr(text, "{\"address\":\"0x1000\""));
	run_release(&r);
}
END_TEST

/* --- progress --- */

/* Wait until `text` is on the terminal; all that is there then. */
static char *wait_for(int master, const char *text)
{
	CLEANUP(str_release) struct str all = STR_INIT;

	for (unsigned int i = 0; i < 1000; i++) {
		CLEANUP(freep) char *more = read_terminal(master);

		str_add(&all, more);
		if (strstr(all.s, text))
			return str_take(&all);
		sleep_ms(10);
	}
	return str_take(&all);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* It is shown from half a second on, then once a second. */
START_TEST(progress_is_shown_and_wiped)
{
	CLEANUP(freep) char *first = NULL, *second = NULL, *wiped = NULL;
	int saved = dup(STDERR_FILENO);
	int master = become_terminal(STDERR_FILENO, 80);
	int64_t begun = now_ms(), shown;

	progress_start("reading");
	first = wait_for(master, "0 s");
	shown = now_ms();
	second = wait_for(master, "1 s");
	progress_stop();
	wiped = read_terminal(master);
	/* Nothing to stop: nothing happens. */
	progress_stop();
	dup2(saved, STDERR_FILENO);
	ck_assert_str_eq(first, "\r\033[Kpyheld: reading, 0 s");
	ck_assert_int_ge(shown - begun, 490);
	ck_assert_str_eq(second, "\r\033[Kpyheld: reading, 1 s");
	ck_assert_uint_ge(strlen(wiped), 4);
	ck_assert_str_eq(wiped + strlen(wiped) - 4, "\r\033[K");
}
END_TEST

START_TEST(progress_says_how_far_it_is)
{
	CLEANUP(freep) char *half = NULL, *other = NULL;
	int saved = dup(STDERR_FILENO);
	int master = become_terminal(STDERR_FILENO, 80);

	progress_start("reading");
	progress_start("writing");
	progress_at(5, 10);
	half = wait_for(master, "writing");
	progress_start("thinking");
	other = wait_for(master, "thinking");
	progress_stop();
	dup2(saved, STDERR_FILENO);
	ck_assert_str_eq(half, "\r\033[Kpyheld: writing [###############"
			 "...............]  50 %, 0 s");
	/* How far it was is of what was before. */
	ck_assert_ptr_nonnull(strstr(other, "pyheld: thinking, "));
	ck_assert_ptr_null(strchr(strstr(other, "thinking"), '%'));
}
END_TEST

START_TEST(short_work_shows_no_progress)
{
	CLEANUP(freep) char *text = NULL;
	int saved = dup(STDERR_FILENO);
	int master = become_terminal(STDERR_FILENO, 80);

	progress_start("reading");
	progress_stop();
	text = read_terminal(master);
	dup2(saved, STDERR_FILENO);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(no_progress_where_there_is_no_terminal)
{
	int saved = dup(STDERR_FILENO), ends[2];
	char c;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	progress_start("reading");
	progress_at(1, 2);
	sleep_ms(700);
	progress_stop();
	dup2(saved, STDERR_FILENO);
	ck_assert_int_eq(read(ends[0], &c, 1), 0);
}
END_TEST

const char suite_name[] = "terminal";

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_test(tc, width_is_the_terminals_or_the_users);
	tcase_add_test(tc, width_of_what_is_no_terminal);
	tcase_add_test(tc, colour_is_for_terminals);
	tcase_add_test(tc, option_color_decides);
	tcase_add_test(tc, reports_fit_a_terminal);
	tcase_add_test(tc, captures_are_nothing_for_a_terminal);
	tcase_add_test(tc, export_to_a_terminal);
	tcase_add_test(tc, progress_is_shown_and_wiped);
	tcase_add_test(tc, progress_says_how_far_it_is);
	tcase_add_test(tc, short_work_shows_no_progress);
	tcase_add_test(tc, no_progress_where_there_is_no_terminal);
}
