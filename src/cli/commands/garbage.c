/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/collect.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/reports/garbage.h"

#define DEFAULT_LIMIT 10

static const struct argp_option options[] = {
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N types and N kinds of components; 0: all (default:"
	  " 10; with --json: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ 0 },
};

static error_t parse_garbage(int key, char *arg, struct argp_state *state)
{
	error_t err;

	return options_common(key, arg, state, &err) ? err : ARGP_ERR_UNKNOWN;
}

const struct argp garbage_argp = {
	.options = options,
	.parser = parse_garbage,
	.args_doc = "TARGET",
	.doc = "Show what gc.collect() would find unreachable if it ran now:"
	       " the objects by type, the components that they form, which of"
	       " them have finalizers or weak references with callbacks, and"
	       " which can't be collected.  It collects nothing."
	       "\v"
	       "Example:\n"
	       "  pyheld garbage 4242\n"
	       "  pyheld garbage 4242 --json --limit=100",
	.children = common_children,
};

static int garbage_show(struct session *s, const struct common_options *o,
			const struct garbage *garbage,
			const struct collect *collect)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();

	if (o->json)
		return session_print_json(garbage_json(&s->heap, garbage,
						       collect, o->limit),
					  session_status(s));
	garbage_text(&s->heap, garbage, collect,
		     options_limit(o, DEFAULT_LIMIT), &format, &text);
	return session_print_text(&text, session_status(s));
}

int cmd_garbage(const struct command *c, int argc, char **argv)
{
	struct common_options o = { .max_args = 1 };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(garbage_release) struct garbage garbage = { 0 };
	CLEANUP(collect_release) struct collect collect = { 0 };
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open(&s, o.args[0]);
	if (status)
		return status;
	garbage_build(&s.heap, &garbage);
	collect_build(&s.heap, &garbage, &collect);
	return garbage_show(&s, &o, &garbage, &collect);
}
