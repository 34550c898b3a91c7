/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen on a terminal: what it draws, its keys, and how it ends. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "suite.h"
#include "terminal.h"
#include "tui/screen.h"

const char suite_name[] = "screen";

/* What an xterm is told to get its former contents back. */
#define LEFT "\x1b[?1049l"

static struct terminal terminal;

static void expect_refused(const char *words)
{
	struct error *err = screen_open(true);

	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(err->message, words));
	error_free(err);
}

START_TEST(what_is_no_screen_is_refused)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setenv("TERM", "no-such-terminal", 1);
	expect_refused("'no-such-terminal' is not known");
	setenv("TERM", "dumb", 1);
	expect_refused("can't place the cursor");
	unsetenv("TERM");
	expect_refused("'unknown'");
	dup2(null, STDOUT_FILENO);
	expect_refused("stdout is no terminal");
	dup2(null, STDIN_FILENO);
	expect_refused("stdin is no terminal");
	close(null);
}
END_TEST

static void open_screen(void)
{
	struct error *err = screen_open(true);

	ck_assert_msg(!err, "%s", err ? err->message : "");
}

static void expect_shown(const char *text)
{
	CLEANUP(str_release) struct str out = STR_INIT;

	terminal_read(&terminal, &out);
	ck_assert_msg(strstr(out.s, text) != NULL, "no '%s' in '%s'", text,
		      out.s);
}

START_TEST(draws_and_gives_the_terminal_back)
{
	CLEANUP(str_release) struct str out = STR_INIT;

	open_screen();
	ck_assert_uint_eq(screen_rows(), 24);
	ck_assert_uint_eq(screen_columns(), 80);
	ck_assert(screen_utf8());
	ck_assert(screen_begin());
	screen_put(0, 0, 80, "the-title", SCREEN_TITLE);
	screen_put(1, 2, 80, "red\x1b[2Jtext", SCREEN_GROWTH);
	screen_put(2, 70, 80, "cut-at-the-edge", SCREEN_PLAIN);
	screen_put(24, 0, 80, "below-the-screen", SCREEN_PLAIN);
	screen_put(0, 80, 80, "beside-the-screen", SCREEN_PLAIN);
	screen_cursor(90, 90);
	screen_show();
	terminal_read(&terminal, &out);
	ck_assert_ptr_nonnull(strstr(out.s, "the-title"));
	ck_assert_ptr_nonnull(strstr(out.s, "red\\x1b[2Jtext"));
	ck_assert_ptr_null(strstr(out.s, "screen"));
	ck_assert_ptr_null(strstr(out.s, LEFT));
	screen_close();
	expect_shown(LEFT);
	screen_close();
	/* And once more. */
	open_screen();
	screen_close();
	expect_shown(LEFT);
}
END_TEST

START_TEST(keys)
{
	open_screen();
	ck_assert_uint_eq(screen_key(0), INPUT_NONE);
	terminal_type(&terminal, "q\x1bOA\r\x7f\f\xe6\x97\xa5");
	ck_assert_uint_eq(screen_key(1000), 'q');
	ck_assert_uint_eq(screen_key(1000), INPUT_UP);
	ck_assert_uint_eq(screen_key(1000), INPUT_ENTER);
	ck_assert_uint_eq(screen_key(1000), INPUT_BACKSPACE);
	ck_assert_uint_eq(screen_key(1000), INPUT_RESIZE);
	ck_assert_uint_eq(screen_key(1000), 0x65e5);
	screen_close();
}
END_TEST

START_TEST(other_size)
{
	open_screen();
	terminal_resize(&terminal, 5, 30);
	ck_assert_uint_eq(screen_key(1000), INPUT_RESIZE);
	ck_assert_uint_eq(screen_rows(), 5);
	ck_assert(!screen_begin());
	screen_put(0, 0, 30, "not-shown", SCREEN_PLAIN);
	screen_show();
	expect_shown("too small");
	terminal_resize(&terminal, 50, 200);
	ck_assert_uint_eq(screen_key(1000), INPUT_RESIZE);
	ck_assert(screen_begin());
	screen_put(49, 150, 50, "far-out", SCREEN_PLAIN);
	screen_show();
	expect_shown("far-out");
	screen_close();
}
END_TEST

START_TEST(terminal_goes_away)
{
	/* The kernel's SIGHUP is for who has it as controlling terminal. */
	open_screen();
	terminal_hang_up(&terminal);
	ck_assert_uint_eq(screen_key(1000), INPUT_CLOSED);
	screen_close();
}
END_TEST

START_TEST(signal_that_ends_gives_the_terminal_back)
{
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (!child) {
		/* Not what Check does when it gets one. */
		signal(SIGTERM, SIG_DFL);
		open_screen();
		screen_begin();
		screen_show();
		raise(SIGTERM);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGTERM);
	expect_shown(LEFT);
}
END_TEST

static void sit_down(void)
{
	terminal_use_utf8();
	terminal_open(&terminal, 24, 80);
}

static void stand_up(void)
{
	terminal_close(&terminal);
}

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, sit_down, stand_up);
	tcase_add_test(tc, what_is_no_screen_is_refused);
	tcase_add_test(tc, draws_and_gives_the_terminal_back);
	tcase_add_test(tc, keys);
	tcase_add_test(tc, other_size);
	tcase_add_test(tc, terminal_goes_away);
	tcase_add_test(tc, signal_that_ends_gives_the_terminal_back);
}
