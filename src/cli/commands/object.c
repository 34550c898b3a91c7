/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/reports/object.h"

#define DEFAULT_LIMIT 20	/* as many as a screen holds */

static const struct argp_option options[] = {
	{ "address", OPTION_ADDRESS, "ADDRESS", 0,
	  "The same as the argument ADDRESS", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N references and N referrers; 0: all"
	  " (default: 20; with --json: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ 0 },
};

static error_t parse_object(int key, char *arg, struct argp_state *state)
{
	struct common_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case ARGP_KEY_END:
		return o->has_address ? 0 :
		       options_error(state, "ADDRESS is missing");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp object_argp = {
	.options = options,
	.parser = parse_object,
	.args_doc = "TARGET ADDRESS",
	.doc = "Show one object: its type, size and reference count, its"
	       " retained size, the path to it from a root, its state in the"
	       " garbage collector, a short repr, its references and its"
	       " referrers."
	       "\v"
	       "ADDRESS is hexadecimal, with or without 0x: the value of id(),"
	       " or an address that another command has printed.\n"
	       "\n"
	       "Example:\n"
	       "  pyheld object 4242 0x7f3a2c0b5d90",
	.children = common_children,
};

static int object_show(struct session *s, const struct common_options *o,
		       oid object)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(retained_release) struct retained_view view;
	struct format format = terminal_format();

	retained_build(&s->heap, &view);
	if (o->json)
		return session_print_json(object_json(&view, object, o->limit),
					  session_status(s));
	object_text(&view, object, options_limit(o, DEFAULT_LIMIT), &format,
		    &text);
	return session_print_text(&text, session_status(s));
}

int cmd_object(const struct command *c, int argc, char **argv)
{
	struct common_options o = { .max_args = 2, .takes_address = true };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	oid object;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open(&s, o.args[0]);
	if (status)
		return status;
	status = session_find(&s, o.address, &object);
	return status ? status : object_show(&s, &o, object);
}
