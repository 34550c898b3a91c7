/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/coverage.h"
#include "output/emit.h"
#include "output/reports/alloc.h"

#define DEFAULT_LIMIT 20
#define BYS "line|file|traceback"

struct alloc_options {
	struct common_options common;
	unsigned int by;
	bool diff;
};

static const struct argp_option options[] = {
	{ "by", OPTION_BY, BYS, 0,
	  "Group blocks by the line that allocated them (the default), by its"
	  " file, or by the whole traceback", 0 },
	{ "diff", OPTION_DIFF, NULL, 0,
	  "Compare with OLDER; the same as giving OLDER alone", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N rows; 0: all (default: 20; with --json: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ "no-header", OPTION_NO_HEADER, NULL, 0,
	  "Show only the rows of the table", 0 },
	{ 0 },
};

static error_t parse_alloc(int key, char *arg, struct argp_state *state)
{
	struct alloc_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_BY:
		return options_word(state, "by", BYS, arg, &o->by);
	case OPTION_DIFF:
		o->diff = true;
		return 0;
	case ARGP_KEY_END:
		if (o->diff && o->common.nr_args < 2)
			return options_error(state, "--diff: OLDER is missing:"
					     " give an older capture, too");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp alloc_argp = {
	.options = options,
	.parser = parse_alloc,
	.args_doc = "TARGET [OLDER]",
	.doc = "Show where memory was allocated: the blocks that tracemalloc"
	       " traces in the target, by line, file or traceback, most bytes"
	       " first.  The rows are those of"
	       " tracemalloc.take_snapshot().statistics().  With an older"
	       " capture, it shows what grew since then."
	       "\v"
	       "tracemalloc must run in the target: start it with"
	       " PYTHONTRACEMALLOC=1 or PYTHONTRACEMALLOC=25 (frames of a"
	       " traceback).\n"
	       "\n"
	       "Example:\n"
	       "  pyheld alloc 4242\n"
	       "  pyheld alloc 4242 --by=traceback --limit=5\n"
	       "  pyheld alloc 4242 monday.pyheld",
	.children = common_children,
};

static const enum allocated_by bys[] = {
	ALLOCATED_BY_LINE, ALLOCATED_BY_FILE, ALLOCATED_BY_TRACEBACK,
};

struct alloc_targets {
	struct session new, old; /* `old` is not open if there is no OLDER */
};

static void alloc_targets_close(struct alloc_targets *t)
{
	session_close(&t->old);
	session_close(&t->new);
}

static int open_both(struct alloc_targets *t, const struct alloc_options *o)
{
	bool compares = o->common.nr_args > 1;
	int status = compares ? session_open(&t->old, o->common.args[1]) :
				STATUS_OK;

	/* A process comes last, so that the pause is near to its report. */
	if (!status)
		status = session_open(&t->new, o->common.args[0]);
	if (status)
		return status;
	if (compares && t->old.heap.info.taken_at >
				t->new.heap.info.taken_at)
		fprintf(stderr, "pyheld: warning: %s is older than %s: give the"
			" older one last\n", o->common.args[0],
			o->common.args[1]);
	return MAX(session_status(&t->new),
		   compares ? session_status(&t->old) : STATUS_OK);
}

static int alloc_show(const struct alloc_options *o,
		      const struct alloc_found *found, int status)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();

	if (o->common.json) {
		json_t *value = alloc_json(found);

		emit_put(value, "coverage", coverage_json(found->new));
		return session_print_json(value, status);
	}
	format.header = !o->common.no_header;
	alloc_text(found, &format, &text);
	return session_print_text(&text, status);
}

int cmd_alloc(const struct command *c, int argc, char **argv)
{
	struct alloc_options o = { .common.max_args = 2 };
	CLEANUP(alloc_targets_close) struct alloc_targets t = {
		SESSION_INIT, SESSION_INIT };
	CLEANUP(allocated_release) struct allocated allocated = {
		.rows = VEC_INIT };
	const struct heap *old;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = open_both(&t, &o);
	if (status != STATUS_OK && status != STATUS_PARTIAL)
		return status;
	old = o.common.nr_args > 1 ? &t.old.heap : NULL;
	allocated_build(&t.new.heap, old, bys[o.by], &allocated);
	return alloc_show(&o, &(struct alloc_found){
		.new = &t.new.heap, .old = old, .allocated = &allocated,
		.limit = options_limit(&o.common, DEFAULT_LIMIT) }, status);
}
