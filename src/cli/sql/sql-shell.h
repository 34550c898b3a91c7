/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/sql/sql-shell.h - `pyheld sql` without a query: queries line by
 * line, from a prompt or from stdin, and commands that begin with a dot.
 */
#ifndef CLI_SQL_SQL_SHELL_H
#define CLI_SQL_SQL_SHELL_H

#include <stdbool.h>

#include "sql/database.h"

struct sql_shell {
	struct sql *sql;
	struct sql_sink *sink;
	struct str query;	/* lines of a statement that is not complete */
};

/*
 * Read stdin to its end, or to `.quit`, and run what it says.  The first error
 * ends it.
 *
 * ERR_USAGE: SQLite refuses a query, or there is no such command.  Or an error
 * of the sink.
 */
struct error *sql_shell_read(struct sql_shell *shell) MUST_CHECK;

/*
 * The same with a prompt on a terminal, history and completion.  Errors of
 * queries are printed, and it goes on; Ctrl-C ends the query that runs.
 *
 * An error of the sink, if it is none of a query.
 */
struct error *sql_shell_prompt(struct sql_shell *shell) MUST_CHECK;

/* Open what the prompt needs besides the terminal: its description, libedit's
 * settings (.editrc) and the history.  To be called once, before
 * sql_shell_prompt(). */
void sql_shell_prepare(void);

/* Run a line that begins with a dot.  *quit is set if it was `.quit`.
 *
 * ERR_USAGE: there is no such command or table. */
struct error *sql_shell_command(struct sql_shell *shell, const char *line,
				bool *quit) MUST_CHECK;

void sql_shell_release(struct sql_shell *shell);

#endif
