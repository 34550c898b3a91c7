/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/reports/cycles.h"

#define DEFAULT_LIMIT 10

struct cycles_options {
	struct common_options common;
	bool garbage, all;
};

static const struct argp_option options[] = {
	{ "all", OPTION_ALL, NULL, 0,
	  "Also show the cycles of classes, modules and functions that every"
	  " Python process has (--json always shows them)", 0 },
	{ "garbage", OPTION_GARBAGE, NULL, 0,
	  "Show only what the collector would free", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N cycles; 0: all (default: 10; with --json: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ "type", OPTION_TYPE, "PATTERN", 0,
	  "Show only cycles with an object whose type's name matches", 0 },
	{ 0 },
};

static error_t parse_cycles(int key, char *arg, struct argp_state *state)
{
	struct cycles_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_ALL:
		o->all = true;
		return 0;
	case OPTION_GARBAGE:
		o->garbage = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp cycles_argp = {
	.options = options,
	.parser = parse_cycles,
	.args_doc = "TARGET",
	.doc = "List reference cycles: groups of objects that refer to each"
	       " other, the largest first.  For each cycle it shows the types,"
	       " a shortest loop, whether a class has __del__, and whether the"
	       " cycle is garbage or what holds it."
	       "\v"
	       "Example:\n"
	       "  pyheld cycles 4242\n"
	       "  pyheld cycles 4242 --garbage --type='app.*'",
	.children = common_children,
};

static int cycles_show(struct session *s, const struct cycles_options *o,
		       const bool *types, const struct cycles *cycles,
		       const struct reach *reach)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();
	struct cycles_shown shown = {
		.limit = options_limit(&o->common, DEFAULT_LIMIT),
		.types = types,
		.garbage = o->garbage,
		.machinery = o->all || o->common.json,
	};

	if (o->common.json)
		return session_print_json(cycles_json(&s->heap, cycles, reach,
						      &shown),
					  session_status(s));
	cycles_text(&s->heap, cycles, reach, &shown, &format, &text);
	return session_print_text(&text, session_status(s));
}

static int find_cycles(struct session *s, const struct cycles_options *o,
		       const bool *types)
{
	struct garbage garbage;
	struct cycles cycles;
	struct reach reach;
	int status;

	reach_build(&s->heap, NULL, &reach);
	garbage_build(&s->heap, &garbage);
	cycles_build(&s->heap, &reach, &garbage, &cycles);
	garbage_release(&garbage);
	status = cycles_show(s, o, types, &cycles, &reach);
	cycles_release(&cycles);
	reach_release(&reach);
	return status;
}

int cmd_cycles(const struct command *c, int argc, char **argv)
{
	struct cycles_options o = { .common.max_args = 1 };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(freep) bool *types = NULL;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open(&s, o.common.args[0]);
	if (!status && o.common.type)
		status = session_types(&s, o.common.type, &types);
	return status ? status : find_cycles(&s, &o, types);
}
