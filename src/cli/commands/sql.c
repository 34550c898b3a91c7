/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files/input.h"
#include "cli/commands/command.h"
#include "cli/sql/sql-shell.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "sql/print.h"

struct sql_options {
	struct common_options common;
	struct target_vec targets;
	const char *query;	/* NULL: from a prompt or stdin */
	bool csv, header;
};

static const struct argp_option options[] = {
	{ "csv", OPTION_CSV, NULL, 0, "Write CSV", 0 },
	{ "header", OPTION_HEADER, NULL, 0,
	  "Begin CSV with a line of column names", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write a JSON array of objects", 0 },
	{ "no-header", OPTION_NO_HEADER, NULL, 0,
	  "Don't print the column heads", 0 },
	{ 0 },
};

/* A name of a file has a space rarely, a query nearly always. */
static bool is_query(const char *arg)
{
	return strpbrk(arg, " \t\n;(") && input_kind(arg) == INPUT_MISSING;
}

static error_t check_sql(struct argp_state *state, struct sql_options *o)
{
	struct target_vec *t = &o->targets;
	size_t nr = 0;

	for (size_t i = 0; i < t->nr; i++) {
		if (!o->query && is_query(t->v[i]))
			o->query = t->v[i];
		else
			t->v[nr++] = t->v[i];
	}
	t->nr = nr;
	if (!t->nr)
		return options_error(state, "TARGET is missing: give a"
				     " PID, a core file or a capture");
	if (o->csv && o->common.json)
		return options_error(state, "give either --csv or --json");
	return 0;
}

static error_t parse_sql(int key, char *arg, struct argp_state *state)
{
	struct sql_options *o = state->input;
	error_t err;

	/* options_common() takes two arguments at most. */
	if (key == ARGP_KEY_ARG) {
		target_vec_push(&o->targets, arg);
		return 0;
	}
	if (key == ARGP_KEY_END)
		return check_sql(state, o);
	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_CSV:
		o->csv = true;
		return 0;
	case OPTION_HEADER:
		o->header = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp sql_argp = {
	.options = options,
	.parser = parse_sql,
	.args_doc = "TARGET... ['QUERY']",
	.doc = "Ask questions in SQL, of the heap as it is: the tables objects,"
	       " types, refs, roots, frames, threads, suspects, memory,"
	       " raw_blocks, mappings and captures are SQLite's virtual tables"
	       " over it.  Without a query, it reads queries from a prompt, or"
	       " from stdin if that is no terminal."
	       "\v"
	       "Example:\n"
	       "  pyheld sql 4242 'SELECT type, count(*), sum(bytes) FROM"
	       " objects GROUP BY type ORDER BY 3 DESC LIMIT 10'\n"
	       "  pyheld sql 4242 'SELECT path, retained FROM objects"
	       " ORDER BY retained DESC LIMIT 5'\n"
	       "  pyheld sql monday.pyheld tuesday.pyheld",
	.children = common_children,
};

static bool is_prompt(const struct sql_options *o)
{
	return !o->query && isatty(STDIN_FILENO);
}

/* --- errors --- */

/* The query is wrong, or stdout can't be written. */
static int query_failed(struct error *err)
{
	int status = err->code == ERR_USAGE ? STATUS_USAGE : STATUS_FAILED;

	session_failed(err);
	return status;
}

/*
 * Look for errors in the query before a process is stopped for it.  *names: the
 * query names references.
 */
static int check_query(const char *query, size_t nr_targets, bool *names)
{
	CLEANUP(sql_close) struct sql sql = SQL_INIT;
	struct sql_heaps none = { .shows_capture = nr_targets > 1 };
	struct error *err = sql_open(&sql, &none);

	if (!err)
		err = sql_run(&sql, query, NULL);
	*names = none.reads_names;
	return err ? query_failed(err) : STATUS_OK;
}

/* --- running --- */

/* All heaps that are open. */
struct sources {
	struct session *sessions;
	uint32_t nr;
	struct sql_heaps heaps;
};

static void sources_close(struct sources *s)
{
	sql_heaps_release(&s->heaps);
	for (uint32_t i = 0; i < s->nr; i++)
		session_close(&s->sessions[i]);
	free(s->sessions);
}

/* `names`: record names, which takes longer than to read the heap alone. */
static int sources_open(struct sources *s, const struct target_vec *targets,
			bool names)
{
	int status = STATUS_OK;

	s->sessions = xcalloc(targets->nr, sizeof(*s->sessions));
	sql_heaps_init(&s->heaps, (uint32_t)targets->nr);
	while (s->nr < targets->nr && !status) {
		struct session *session = &s->sessions[s->nr];

		s->heaps.v[s->nr].h = &session->heap;
		s->heaps.v[s->nr].name = targets->v[s->nr];
		status = names ? session_open_details(session,
						      targets->v[s->nr]) :
				 session_open(session, targets->v[s->nr]);
		s->nr++;
	}
	return status;
}

static int sources_status(const struct sources *s)
{
	int status = STATUS_OK;

	for (uint32_t i = 0; i < s->nr; i++)
		status = MAX(status, session_status(&s->sessions[i]));
	return status;
}

/* Rows were written as they came: say so if the heap was damaged there. */
static int finish(const struct sources *s, bool say_coverage)
{
	const struct str nothing = STR_INIT;
	int status = STATUS_OK;

	if (say_coverage)
		return session_print_text(&nothing, sources_status(s));
	progress_stop();
	for (uint32_t i = 0; i < s->nr && !status; i++)
		status = session_check(&s->sessions[i]);
	if (!status && (fflush(stdout) || ferror(stdout)))
		return session_failed(error_errno(ERR_SYSTEM, errno,
						  "can't write to stdout"));
	return status ? status : sources_status(s);
}

static struct error *run(const struct sql_options *o, struct sql *sql,
			 struct print *print, bool prompt)
{
	CLEANUP(sql_shell_release) struct sql_shell shell = {
		.sql = sql, .sink = &print->sink, .query = STR_INIT };

	if (o->query)
		return sql_run(sql, o->query, &print->sink);
	return prompt ? sql_shell_prompt(&shell) : sql_shell_read(&shell);
}

static int answer(const struct sql_options *o, struct sources *s)
{
	CLEANUP(sql_close) struct sql sql = SQL_INIT;
	CLEANUP(print_release) struct print print;
	bool prompt = is_prompt(o);
	bool columns = !o->csv && !o->common.json;
	struct error *err;
	int status;

	print_init(&print, o->common.json ? PRINT_JSON :
			   o->csv ? PRINT_CSV : PRINT_COLUMNS);
	print.format = terminal_format();
	print.format.header = o->csv ? o->header : !o->common.no_header;
	print.out = stdout;
	print.before = progress_stop;
	if (prompt) {
		status = finish(s, true);
		if (status && status != STATUS_PARTIAL)
			return status;
	}
	err = sql_open(&sql, &s->heaps);
	if (!err)
		err = run(o, &sql, &print, prompt);
	return err ? query_failed(err) : finish(s, columns && !prompt);
}

static void sql_options_release(struct sql_options *o)
{
	target_vec_release(&o->targets);
}

void sql_prepare(char *const *operands, size_t nr)
{
	bool prompts = nr && isatty(STDIN_FILENO);

	for (size_t i = 0; i < nr; i++)
		prompts = prompts && !is_query(operands[i]);
	if (prompts)
		sql_shell_prepare();
}

int cmd_sql(const struct command *c, int argc, char **argv)
{
	CLEANUP(sql_options_release) struct sql_options o = {
		.query = NULL };
	CLEANUP(sources_close) struct sources s = { .nr = 0 };
	bool names = true;	/* queries of a prompt come later */
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = o.query ? check_query(o.query, o.targets.nr, &names) :
			   STATUS_OK;
	if (!status)
		status = sources_open(&s, &o.targets, names);
	return status ? status : answer(&o, &s);
}
