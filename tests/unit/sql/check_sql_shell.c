/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries line by line: from stdin, and at a prompt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/sql/sql-shell.h"
#include "scene.h"
#include "suite.h"
#include "terminal.h"

const char suite_name[] = "sql_shell";

static struct scene scene;
static struct print print;
static struct sql_shell shell;

static void begin(void)
{
	scene_init(&scene, HELD);
	print_init(&print, PRINT_CSV);
	print.format.header = true;
	print.out = stdout;
	shell = (struct sql_shell){ .sql = &scene.sql, .sink = &print.sink };
}

static void end(void)
{
	sql_shell_release(&shell);
	print_release(&print);
	scene_release(&scene);
}

/* --- stdin --- */

/* Check writes to stdout as well: it gets it back. */
static int saved_out;
static FILE *said;

static void listen(void)
{
	fflush(stdout);
	saved_out = dup(STDOUT_FILENO);
	said = tmpfile();
	ck_assert_ptr_nonnull(said);
	dup2(fileno(said), STDOUT_FILENO);
}

/* What was written to stdout since listen(); the caller frees it. */
static char *heard(void)
{
	char *ret = xcalloc(1, 1 << 16);

	fflush(stdout);
	dup2(saved_out, STDOUT_FILENO);
	close(saved_out);
	rewind(said);
	ck_assert_uint_lt(fread(ret, 1, 1 << 16, said), 1 << 16);
	fclose(said);
	return ret;
}

/* sql_shell_read() of `text`; what it writes goes to `*ret`. */
static struct error *read_text(const char *text, char **ret)
{
	FILE *in = tmpfile(), *saved = stdin;
	struct error *err;

	ck_assert_ptr_nonnull(in);
	fputs(text, in);
	rewind(in);
	begin();
	listen();
	stdin = in;
	err = sql_shell_read(&shell);
	stdin = saved;
	*ret = heard();
	fclose(in);
	end();
	return err;
}

static const struct {
	const char *in, *out;
} lines[] = {
	{ "", "" },
	{ "\n \t\n", "" },
	{ "SELECT 1 AS a;\n", "a\n1\n" },
	/* The last statement, and the last line. */
	{ "SELECT 1 AS a", "a\n1\n" },
	/* A statement of several lines, and several of one line. */
	{ "SELECT 1\nAS a\n;\nSELECT 2 AS b;\n", "a\n1\nb\n2\n" },
	{ "SELECT 1 AS a; SELECT 2 AS b;\n", "a\n1\nb\n2\n" },
	/* Within a statement a dot begins no command. */
	{ "SELECT 1 +\n.5 AS a;\n", "a\n1.5\n" },
	{ "SELECT ';\n' AS a;\n", "a\n;\\n\n" },
	{ "SELECT count(*) AS n FROM objects WHERE type = 'app.Node';\n",
	  "n\n2\n" },
	{ ".quit\nSELECT 1 AS a;\n", "" },
	{ ".exit\nSELECT 1 AS a;\n", "" },
	{ " .quit\n", NULL },
};

START_TEST(lines_are_run)
{
	CLEANUP(freep) char *out = NULL;
	CLEANUP(error_freep) struct error *err = read_text(lines[_i].in, &out);

	if (!lines[_i].out) {
		ck_assert(err && err->code == ERR_USAGE);
		return;
	}
	ck_assert_msg(!err, "%s: %s", lines[_i].in, err ? err->message : "");
	ck_assert_str_eq(out, lines[_i].out);
}
END_TEST

START_TEST(the_first_error_ends_it)
{
	CLEANUP(freep) char *out = NULL;
	CLEANUP(error_freep) struct error *err =
		read_text("SELECT 1 AS a;\nSELEC;\nSELECT 2 AS b;\n", &out);

	ck_assert(err && err->code == ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(err->message, "syntax error"));
	ck_assert_str_eq(out, "a\n1\n");
}
END_TEST

/* --- commands --- */

static char *command(const char *line, bool *quit)
{
	struct error *err;

	begin();
	listen();
	*quit = false;
	err = sql_shell_command(&shell, line, quit);
	end();
	ck_assert_msg(!err, "%s: %s", line, err ? err->message : "");
	return heard();
}

/* Each table is a line of .tables, and .schema of it can be run by SQLite. */
START_TEST(tables_and_their_schemas)
{
	bool quit;
	CLEANUP(freep) char *tables = command(".tables", &quit);
	CLEANUP(freep) char *all = command(".schema", &quit);
	const char *at = tables;

	for (size_t i = 0; sql_tables[i]; i++) {
		CLEANUP(freep) char *line = xasprintf("%s\n",
						      sql_tables[i]->name);
		CLEANUP(freep) char *ask = xasprintf(".schema %s ;\n",
						     sql_tables[i]->name);
		CLEANUP(freep) char *schema = command(ask, &quit);
		sqlite3 *db;

		ck_assert_msg(!strncmp(at, line, strlen(line)), "%s", line);
		at += strlen(line);
		ck_assert_ptr_nonnull(strstr(all, schema));
		ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
		ck_assert_msg(sqlite3_exec(db, schema, NULL, NULL, NULL) ==
			      SQLITE_OK, "%s: %s", schema, sqlite3_errmsg(db));
		sqlite3_close(db);
	}
	ck_assert_str_eq(at, "");
	ck_assert(!quit);
}
END_TEST

START_TEST(help_names_the_commands)
{
	static const char *const names[] = { ".help", ".quit", ".schema",
					     ".tables" };
	bool quit;
	CLEANUP(freep) char *text = command(".help;", &quit);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert_msg(strstr(text, names[i]), "%s", names[i]);
	ck_assert(!quit);
	free(command(".quit ", &quit));
	ck_assert(quit);
}
END_TEST

static void expect_no_command(const char *line, const char *word)
{
	CLEANUP(error_freep) struct error *err = NULL;
	bool quit = false;

	begin();
	err = sql_shell_command(&shell, line, &quit);
	end();
	ck_assert_msg(err && err->code == ERR_USAGE, "%s", line);
	ck_assert_msg(strstr(err->message, word), "%s", err->message);
	ck_assert(!quit);
}

START_TEST(what_is_no_command)
{
	expect_no_command(".", "'.'");
	expect_no_command(".quitx", "'.quitx'");
	expect_no_command(".table", ".help");
	expect_no_command(".schemas", "'.schemas'");
	expect_no_command(".schema nothing", "nothing");
	expect_no_command(".schema object;", "no such table: object");
}
END_TEST

/* --- the prompt --- */

/* What is on the terminal when all of `keys` have been typed. */
static void at_prompt(const char *keys, struct str *screen)
{
	struct terminal t;
	struct termios mode;
	struct error *err;

	setenv("XDG_STATE_HOME", "/dev/null/none", 1);
	begin();
	terminal_open(&t, 24, 80);
	/* What is typed before libedit reads is to wait for it: also Ctrl-D. */
	ck_assert_int_eq(tcgetattr(STDIN_FILENO, &mode), 0);
	mode.c_lflag &= ~(tcflag_t)ICANON;
	ck_assert_int_eq(tcsetattr(STDIN_FILENO, TCSANOW, &mode), 0);
	terminal_type(&t, keys);
	sql_shell_prepare();
	err = sql_shell_prompt(&shell);
	fflush(stdout);
	terminal_read(&t, screen);
	terminal_close(&t);
	end();
	ck_assert_msg(!err, "%s", err ? err->message : "");
}

static void expect_on(const struct str *screen, const char *text)
{
	ck_assert_msg(strstr(screen->s, text), "no '%s' in: %s", text,
		      screen->s);
}

START_TEST(the_prompt_answers)
{
	CLEANUP(str_release) struct str screen = STR_INIT;

	at_prompt("SELECT 6000\n+ 77 AS a;\n\n.quit\nSELECT 5000 + 55;\n",
		  &screen);
	expect_on(&screen, "pyheld> ");
	expect_on(&screen, "   ...> ");
	expect_on(&screen, "\na\r\n6077\r\n");
	ck_assert_ptr_null(strstr(screen.s, "5055"));
}
END_TEST

/* An error does not end it, Ctrl-D does. */
START_TEST(the_prompt_goes_on_after_errors)
{
	CLEANUP(str_release) struct str screen = STR_INIT;

	at_prompt("SELEC;\n.nothing\nSELECT 6000 + 77 AS a;\n\x04", &screen);
	expect_on(&screen, "\na\r\n6077\r\n");
}
END_TEST

/* Names of commands, of SQL, of tables and of columns. */
START_TEST(the_prompt_completes)
{
	CLEANUP(str_release) struct str screen = STR_INIT;

	at_prompt(".tab\t\nsel\tsum(leng\t) AS a FROM objects;\n.q\t\n",
		  &screen);
	expect_on(&screen, "\nobjects\r\n");
	/* HELD: the length of one dict is known. */
	expect_on(&screen, "\na\r\n2\r\n");
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, lines_are_run, 0, (int)ARRAY_SIZE(lines));
	tcase_add_test(tc, the_first_error_ends_it);
	tcase_add_test(tc, tables_and_their_schemas);
	tcase_add_test(tc, help_names_the_commands);
	tcase_add_test(tc, what_is_no_command);
	tcase_add_test(tc, the_prompt_answers);
	tcase_add_test(tc, the_prompt_goes_on_after_errors);
	tcase_add_test(tc, the_prompt_completes);
}
