/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/audit.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/reports/refs.h"

#define DEFAULT_LIMIT 10

static const struct argp_option options[] = {
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N types; 0: all (default: 10; with --json: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ "type", OPTION_TYPE, "PATTERN", 0,
	  "Check only objects whose type's name matches", 0 },
	{ 0 },
};

static error_t parse_refs(int key, char *arg, struct argp_state *state)
{
	error_t err;

	return options_common(key, arg, state, &err) ? err : ARGP_ERR_UNKNOWN;
}

const struct argp refs_argp = {
	.options = options,
	.parser = parse_refs,
	.args_doc = "TARGET",
	.doc = "Compare the reference count of each object with the references"
	       " from objects, frames and interpreters.  Native code holds or"
	       " has leaked the rest.  The report shows it by type, with the"
	       " objects that have the most unexplained references.  Immortal"
	       " objects are left out."
	       "\v"
	       "C code holds strings and ints in many places, but seldom"
	       " classes and functions.\n"
	       "\n"
	       "Example:\n"
	       "  pyheld refs 4242\n"
	       "  pyheld refs 4242 --type='app.*'",
	.children = common_children,
};

static int refs_show(struct session *s, const struct common_options *o,
		     const struct audit *audit)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();

	if (o->json)
		return session_print_json(refs_json(&s->heap, audit, o->limit),
					  session_status(s));
	refs_text(&s->heap, audit, options_limit(o, DEFAULT_LIMIT),
		  &format, &text);
	return session_print_text(&text, session_status(s));
}

int cmd_refs(const struct command *c, int argc, char **argv)
{
	struct common_options o = { .max_args = 1 };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(audit_release) struct audit audit = { 0 };
	CLEANUP(freep) bool *types = NULL;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open(&s, o.args[0]);
	if (!status && o.type)
		status = session_types(&s, o.type, &types);
	if (status)
		return status;
	audit_build(&s.heap, types, &audit);
	return refs_show(&s, &o, &audit);
}
