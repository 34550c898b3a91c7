/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name of a file that a person types, and what the broker then lets the
 * worker write to: cli/broker/typed.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "asking.h"
#include "base/alloc.h"
#include "child.h"
#include "cli/terminal.h"
#include "cli/broker/typed.h"
#include "run.h"
#include "suite.h"
#include "terminal.h"

const char suite_name[] = "typed";

static struct terminal terminal;
static struct termios screen_mode;
static pid_t person;

/* As a screen has it: keys come one by one, and are not echoed. */
static void begin_screen(void)
{
	terminal_open(&terminal, 24, 80);
	ck_assert_int_eq(tcgetattr(STDIN_FILENO, &screen_mode), 0);
	cfmakeraw(&screen_mode);
	ck_assert_int_eq(tcsetattr(STDIN_FILENO, TCSANOW, &screen_mode), 0);
	ck_assert_int_eq(tcgetattr(STDIN_FILENO, &screen_mode), 0);
	person = 0;
}

static void end_screen(void)
{
	struct termios now;

	if (person)
		ck_assert_int_eq(waitpid(person, NULL, 0), person);
	if (terminal.master >= 0) {
		ck_assert_int_eq(tcgetattr(STDIN_FILENO, &now), 0);
		ck_assert_uint_eq(now.c_lflag, screen_mode.c_lflag);
		ck_assert_uint_eq(now.c_iflag, screen_mode.c_iflag);
	}
	terminal_close(&terminal);
}

/* Type once the terminal edits lines; or hang up, if there are no keys. */
static void type_later(const char *keys)
{
	struct termios now;

	person = fork();
	if (person)
		return;
	for (int i = 0; i < 1000; i++) {
		if (!tcgetattr(terminal.master, &now) &&
		    (now.c_lflag & ICANON))
			break;
		sleep_ms(5);
	}
	terminal_type(&terminal, keys);
	_exit(0);
}

static void expect_typed(const char *keys, const char *path)
{
	CLEANUP(freep) char *typed = NULL;

	begin_screen();
	type_later(keys);
	typed = typed_file(-1);
	end_screen();
	ck_assert_pstr_eq(typed, path);
}

START_TEST(lines_are_edited)
{
	setenv("HOME", "/no/home", 1);
	expect_typed("a/b c\n", "a/b c");
	expect_typed("x\x15" "ab\x7f" "c\n", "ac");
	expect_typed("~/a\n", "/no/home/a");
	expect_typed("./~/a\n", "./~/a");
	expect_typed("~\n", "~");
	expect_typed("\n", "");
	expect_typed("a\x1b\n", "");
	expect_typed("\x04", NULL);
	unsetenv("HOME");
	expect_typed("~/a\n", "~/a");
}
END_TEST

/* Some of it was typed before, and some is for who comes next. */
START_TEST(keys_are_not_lost)
{
	CLEANUP(freep) char *early = NULL, *half = NULL;
	char next;

	begin_screen();
	terminal_type(&terminal, "early\ry");
	early = typed_file(-1);
	ck_assert_int_eq(read(STDIN_FILENO, &next, 1), 1);
	ck_assert_int_eq(next, 'y');
	terminal_type(&terminal, "ha");
	type_later("lf\n");
	half = typed_file(-1);
	end_screen();
	ck_assert_pstr_eq(early, "early");
	ck_assert_pstr_eq(half, "half");
}
END_TEST

START_TEST(the_prompt_is_shown)
{
	CLEANUP(str_release) struct str shown = STR_INIT;
	CLEANUP(freep) char *typed = NULL;

	begin_screen();
	type_later("name\n");
	typed = typed_file_ask();
	terminal_read(&terminal, &shown);
	end_screen();
	ck_assert_pstr_eq(typed, "name");
	ck_assert_ptr_nonnull(strstr(shown.s, "\rwrite to file: "));
	ck_assert_ptr_nonnull(strstr(shown.s, "name"));
}
END_TEST

START_TEST(something_else_ends_the_wait)
{
	int ends[2];
	char *typed;
	int why;

	ck_assert_int_eq(pipe(ends), 0);
	begin_screen();
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	typed = typed_file(ends[0]);
	why = errno;
	end_screen();
	ck_assert_ptr_null(typed);
	ck_assert_int_eq(why, EINTR);
	begin_screen();
	terminal_hang_up(&terminal);
	typed = typed_file_ask();
	end_screen();
	ck_assert_ptr_null(typed);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(what_is_typed_may_be_written_to)
{
	CLEANUP(freep) char *path = NULL;

	ask_path(TASK_OUTPUT_FIND, "typed");
	expect_refused();
	/* Only where the command has names typed. */
	begin(TASK_OUTPUT_TYPED);
	expect_betrayal();
	asking.has_typed = true;
	begin_screen();
	type_later("typed\n");
	begin(TASK_OUTPUT_TYPED);
	expect_answer(OK);
	end_screen();
	path = packet_get_text(&reader, 100);
	ck_assert_pstr_eq(path, "typed");
	ask_path(TASK_OUTPUT_FIND, "typed");
	expect_answer(OK);
	ask_path(TASK_OUTPUT_FIND, "typed2");
	expect_refused();
	/* It has no fields. */
	ask_path(TASK_OUTPUT_TYPED, "typed2");
	expect_betrayal();
}
END_TEST

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_checked_fixture(tc, asking_begin, asking_end);
	tcase_add_test(tc, lines_are_edited);
	tcase_add_test(tc, keys_are_not_lost);
	tcase_add_test(tc, the_prompt_is_shown);
	tcase_add_test(tc, something_else_ends_the_wait);
	tcase_add_test(tc, what_is_typed_may_be_written_to);
}
