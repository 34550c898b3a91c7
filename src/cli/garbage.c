#include "analysis/collect.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/terminal.h"
#include "output/garbage.h"

#define DEFAULT_LIMIT 10

struct garbage_options {
	struct common_options common;
	uint64_t limit;
	bool has_limit;
};

static const struct argp_option options[] = {
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N types and N kinds of component, 0: all (default: 10;"
	  " with --json: all)", 0 },
	{ 0 },
};

static error_t parse_garbage(int key, char *arg, struct argp_state *state)
{
	struct garbage_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_LIMIT:
		o->has_limit = true;
		return options_number(state, "limit", arg, &o->limit);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp garbage_argp = {
	.options = options,
	.parser = parse_garbage,
	.args_doc = "TARGET",
	.doc = "Show what gc.collect() would find unreachable if it ran now:"
	       " the objects by type, the components that they form, what has"
	       " finalizers or weak references with callbacks, and what can't"
	       " be collected.  Nothing is collected."
	       "\v"
	       "Example:\n"
	       "  pyheld garbage 4242\n"
	       "  pyheld garbage 4242 --json --limit=100",
	.children = common_children,
};

static int show(struct session *s, const struct garbage_options *o,
		const struct garbage *garbage, const struct collect *collect)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();

	if (o->common.json)
		return session_print_json(garbage_json(&s->heap, garbage,
						       collect, o->limit),
					  session_status(s));
	format.header = true;
	garbage_text(&s->heap, garbage, collect,
		     o->has_limit ? o->limit : DEFAULT_LIMIT, &format, &text);
	return session_print_text(&text, session_status(s));
}

int cmd_garbage(const struct command *c, int argc, char **argv)
{
	struct garbage_options o = { .common.max_args = 1 };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(garbage_release) struct garbage garbage = { 0 };
	CLEANUP(collect_release) struct collect collect = { 0 };
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open(&s, o.common.args[0]);
	if (status)
		return status;
	garbage_build(&s.heap, &garbage);
	collect_build(&s.heap, &garbage, &collect);
	return show(&s, &o, &garbage, &collect);
}
