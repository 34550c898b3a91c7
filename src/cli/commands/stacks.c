/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/calls/call-awaits.h"
#include "analysis/calls/call-retained.h"
#include "analysis/graph/roots.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/calls/calls.h"

#define DEFAULT_LIMIT 50
#define SORTS "tree|retained"

enum { SORT_TREE, SORT_RETAINED };

struct stacks_options {
	struct common_options common;
	bool locals;
};

static const struct argp_option options[] = {
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N stacks; 0: all (default: 50; with --json: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ "locals", OPTION_LOCALS, NULL, 0,
	  "Show the local variables of each frame, with what each retains", 0 },
	{ "sort", OPTION_SORT, SORTS, 0,
	  "tree: threads, then each task below the one that awaits it, then the"
	  " rest; retained: the stacks that retain most first (default: tree)",
	  0 },
	{ "type", OPTION_TYPE, "PATTERN", 0,
	  "Show only stacks with a local of a type whose name matches", 0 },
	{ 0 },
};

static error_t parse_stacks(int key, char *arg, struct argp_state *state)
{
	struct stacks_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_LOCALS:
		o->locals = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp stacks_argp = {
	.options = options,
	.parser = parse_stacks,
	.args_doc = "TARGET",
	.doc = "Show every stack of the process: its threads, asyncio's tasks"
	       " and who awaits them, and what is suspended beside these:"
	       " coroutines, generators and async generators.  Each has its"
	       " frames, the innermost first, and what it retains: what would"
	       " be freed if it went away."
	       "\v"
	       "Example:\n"
	       "  pyheld stacks 4242\n"
	       "  pyheld stacks 4242 --sort=retained --limit=5 --locals\n"
	       "  pyheld stacks 4242 --type='app.Request'",
	.children = common_children,
};

static int stacks_show(struct session *s, const struct stacks_options *o,
		       const bool *types, const struct call_stacks *c,
		       const struct dominators *d)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();
	struct calls_shown shown = {
		.limit = options_limit(&o->common, DEFAULT_LIMIT),
		.locals = o->locals,
		.by_retained = o->common.sort == SORT_RETAINED,
		.types = types,
	};

	if (o->common.json)
		return session_print_json(calls_json(c, d, &shown),
					  session_status(s));
	calls_text(c, d, &shown, &format, &text);
	return session_print_text(&text, session_status(s));
}

static int find_stacks(struct session *s, const struct stacks_options *o,
		       const bool *types)
{
	CLEANUP(freep) uint32_t *known = roots_count(&s->heap);
	struct call_stacks c;
	struct dominators d;
	int status;

	dominators_build_counted(&s->heap, known, &d);
	call_stacks_build(&s->heap, &c);
	call_awaits_find(&c);
	call_retained_find(&c, &d, known);
	status = stacks_show(s, o, types, &c, &d);
	call_stacks_release(&c);
	dominators_release(&d);
	return status;
}

int cmd_stacks(const struct command *c, int argc, char **argv)
{
	struct stacks_options o = { .common = { .max_args = 1,
						.sorts = SORTS } };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(freep) bool *types = NULL;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open(&s, o.common.args[0]);
	if (!status && o.common.type)
		status = session_types(&s, o.common.type, &types);
	return status ? status : find_stacks(&s, &o, types);
}
