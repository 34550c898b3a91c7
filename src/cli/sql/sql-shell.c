/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <editline/readline.h>

#include "base/broker/task.h"
#include "cli/sql/sql-history.h"
#include "cli/sql/sql-shell.h"
#include "cli/progress.h"
#include "sql/table.h"

/* --- commands --- */

static const char help[] =
	".help           show this\n"
	".quit           end; Ctrl-D does the same\n"
	".schema [TABLE] show the columns of all tables, or of one\n"
	".tables         show the names of the tables\n"
	"\n"
	"Anything else is SQL and ends with a semicolon, such as\n"
	"  SELECT type, count(*) FROM objects GROUP BY type"
	" ORDER BY 2 DESC LIMIT 10;\n"
	"pyheld-sql(1) explains the tables.\n";

static void show(const struct str *text)
{
	progress_stop();
	fwrite(text->s, 1, text->len, stdout);
}

static void show_tables(void)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	for (size_t i = 0; sql_tables[i]; i++)
		str_addf(&text, "%s\n", sql_tables[i]->name);
	show(&text);
}

static struct error *show_schema(const struct sql_shell *shell,
				 const char *table)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	for (size_t i = 0; sql_tables[i]; i++) {
		if (*table && strcmp(table, sql_tables[i]->name) != 0)
			continue;
		sql_table_schema(sql_tables[i], shell->sql->heaps, &text);
		str_add(&text, ";\n");
	}
	if (!text.len)
		return error_new(ERR_USAGE, "no such table: %s", table);
	show(&text);
	return NULL;
}

/* Is `line` the command, with no more than spaces before its argument? */
static const char *argument(const char *line, const char *command)
{
	size_t len = strlen(command);

	if (strncmp(line, command, len) != 0 ||
	    (line[len] && !isspace((unsigned char)line[len])))
		return NULL;
	return line + len + strspn(line + len, " \t");
}

struct error *sql_shell_command(struct sql_shell *shell, const char *line,
				bool *quit)
{
	CLEANUP(freep) char *text = xstrdup(line);
	const char *table;
	size_t len = strlen(text);

	while (len && strchr(" \t\r\n;", text[len - 1]))
		text[--len] = '\0';
	table = argument(text, ".schema");
	if (table)
		return show_schema(shell, table);
	if (!strcmp(text, ".tables"))
		show_tables();
	else if (!strcmp(text, ".help"))
		fputs(help, stdout);
	else if (!strcmp(text, ".quit") || !strcmp(text, ".exit"))
		*quit = true;
	else
		return error_new(ERR_USAGE, "there is no command '%s': try"
				 " .help", text);
	return NULL;
}

/* --- lines --- */

static struct error *run_query(struct sql_shell *shell)
{
	struct error *err = sql_run(shell->sql, shell->query.s, shell->sink);

	str_cut(&shell->query, 0);
	return err;
}

static struct error *take_line(struct sql_shell *shell, const char *line,
			       bool *quit)
{
	if (!shell->query.len && *line == '.')
		return sql_shell_command(shell, line, quit);
	if (!shell->query.len && !line[strspn(line, " \t\r\n")])
		return NULL;
	str_add(&shell->query, line);
	str_add_char(&shell->query, '\n');
	return sql_is_complete(shell->query.s) ? run_query(shell) : NULL;
}

struct error *sql_shell_read(struct sql_shell *shell)
{
	CLEANUP(freep) char *line = NULL;
	struct error *err = NULL;
	bool quit = false;
	size_t room = 0;
	ssize_t len;

	while (!err && !quit && (len = getline(&line, &room, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		err = take_line(shell, line, &quit);
		fflush(stdout);
	}
	/* The last statement may do without its semicolon. */
	if (!err && !quit && shell->query.len)
		err = run_query(shell);
	return err;
}

/* --- the prompt --- */

static const char *const words[] = {
	"SELECT ", "FROM ", "WHERE ", "GROUP BY ", "ORDER BY ", "LIMIT ",
	"JOIN ", "LEFT JOIN ", "ON ", "DESC", "DISTINCT ", "HAVING ",
	"count(*)", "sum(", "avg(", "min(", "max(", "attribute(",
	".help", ".quit", ".schema", ".tables",
};

/* Word number `i` that can be completed to; NULL: there are no more. */
static const char *word(size_t i)
{
	if (i < ARRAY_SIZE(words))
		return words[i];
	i -= ARRAY_SIZE(words);
	for (size_t t = 0; sql_tables[t]; t++) {
		const struct sql_table *table = sql_tables[t];

		if (i <= table->nr_columns)
			return i ? table->columns[i - 1].name : table->name;
		i -= table->nr_columns + 1;
	}
	return NULL;
}

/* For libedit: the next word that begins with `text`, to be freed; `state` 0
 * asks for the first one. */
static char *next_word(const char *text, int state)
{
	static size_t at;
	const char *ret;

	if (!state)
		at = 0;
	while ((ret = word(at++)))
		if (!strncasecmp(ret, text, strlen(text)))
			return xstrdup(ret);
	return NULL;
}

static char **complete(const char *text, int start UNUSED, int end UNUSED)
{
	return rl_completion_matches(text, next_word);
}

static volatile sig_atomic_t pressed;	/* Ctrl-C, since the last line */
static volatile sig_atomic_t reading;	/* a line is read */

/*
 * libedit goes on waiting for a key after the first signal, and a signal may
 * come just before it waits: then another one ends its wait.
 */
static void interrupt_often(bool often)
{
	const struct timeval pause = { .tv_usec = often ? 10000 : 0 };
	const struct itimerval timer = { pause, pause };

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* What SQLite does ends within a millisecond.  The search for suspects, for
 * example, does not: the second Ctrl-C ends pyheld. */
static void on_interrupt(int number)
{
	if (pressed) {
		signal(number, SIG_DFL);
		raise(number);
	}
	pressed = 1;
	if (reading)
		interrupt_often(true);
	sql_interrupt();
}

static void on_alarm(int number UNUSED)
{
}

/* Stop as without a handler. */
static void stop_by(int number)
{
	struct sigaction usual = { .sa_handler = SIG_DFL }, ours;
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, number);
	sigaction(number, &usual, &ours);
	sigprocmask(SIG_UNBLOCK, &set, &before);
	kill(getpid(), number);
	sigprocmask(SIG_SETMASK, &before, NULL);
	sigaction(number, &ours, NULL);
}

/* Give the terminal back for as long as we are stopped. */
static void on_stop(int number)
{
	int saved = errno;

	if (reading)
		rl_deprep_terminal();
	stop_by(number);
	if (reading) {
		rl_prep_terminal(1);
		rl_forced_update_display();
	}
	errno = saved;
}

static void on_resize(int number UNUSED)
{
	int saved = errno;

	if (reading)
		rl_resize_terminal();
	errno = saved;
}

/* libedit's own handlers send the signal to the whole process group, once
 * more: the sandbox forbids that, and other processes may be there. */
static void catch_signals(void)
{
	/* No SA_RESTART: the prompt is to start again. */
	struct sigaction interrupt = { .sa_handler = on_interrupt };
	struct sigaction wake = { .sa_handler = on_alarm };
	struct sigaction stop = { .sa_handler = on_stop,
				  .sa_flags = SA_RESTART };
	struct sigaction resize = { .sa_handler = on_resize,
				    .sa_flags = SA_RESTART };

	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGALRM, &wake, NULL);
	sigaction(SIGTSTP, &stop, NULL);
	sigaction(SIGWINCH, &resize, NULL);
}

static int history_file = -1;

void sql_shell_prepare(void)
{
	rl_readline_name = "pyheld";
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_initialize();
	rl_attempted_completion_function = complete;
	rl_completion_append_character = '\0';
	using_history();
	history_file = sql_history_file();
}

/* Print the error of a query; others are returned. */
static struct error *say(struct error *err)
{
	if (!err || (err->code != ERR_USAGE && err->code != ERR_GONE))
		return err;
	progress_stop();
	fflush(stdout);
	fprintf(stderr, "pyheld: %s\n", err->message);
	error_free(err);
	return NULL;
}

static void remember(struct sql_history *history, const char *line)
{
	if (!line[strspn(line, " \t")])
		return;
	add_history(line);
	sql_history_add(history, line);
}

struct error *sql_shell_prompt(struct sql_shell *shell)
{
	CLEANUP(sql_history_close) struct sql_history history;
	struct error *err = NULL;
	bool quit = false;

	task_has_output();
	catch_signals();
	sql_history_open(&history, history_file);
	for (size_t i = 0; i < history.lines.nr; i++)
		add_history(history.lines.v[i]);
	while (!err && !quit) {
		CLEANUP(freep) char *line = NULL;

		pressed = 0;
		reading = 1;
		line = readline(shell->query.len ? "   ...> " : "pyheld> ");
		reading = 0;
		interrupt_often(false);
		if (!line && !pressed)
			break;
		if (!line) {
			str_cut(&shell->query, 0);
			putchar('\n');
			continue;
		}
		pressed = 0;
		remember(&history, line);
		err = say(take_line(shell, line, &quit));
		fflush(stdout);
	}
	if (!err && !quit)
		putchar('\n');
	return err;
}

void sql_shell_release(struct sql_shell *shell)
{
	str_release(&shell->query);
}
