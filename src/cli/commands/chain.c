/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "analysis/limits/pattern.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/reports/chain.h"

#define DEFAULT_LIMIT 3

static const struct argp_option options[] = {
	{ "address", OPTION_ADDRESS, "ADDRESS", 0,
	  "The same as the argument ADDRESS: ask about this object", 0 },
	{ "count", OPTION_LIMIT, "N", 0, "The same as --limit", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N chains, each with another holder; 0: all (default:"
	  " 3)", 0 },
	{ "type", OPTION_TYPE, "PATTERN", 0,
	  "Ask about all objects of the type, a full name, a bare name or a"
	  " pattern like 'app.*', which may match many types", 0 },
	{ 0 },
};

static error_t check(const struct argp_state *state,
		     const struct common_options *o)
{
	if (!o->type == !o->has_address)
		return options_error(state, o->type ?
				     "--type and --address can't be combined" :
				     "--type=NAME or --address=ADDRESS is"
				     " missing");
	return 0;
}

static error_t parse_chain(int key, char *arg, struct argp_state *state)
{
	struct common_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case ARGP_KEY_END:
		return check(state, o);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp chain_argp = {
	.options = options,
	.parser = parse_chain,
	.args_doc = "TARGET [ADDRESS]",
	.doc = "Show what keeps an object alive, or the objects of a type: the"
	       " shortest chains of references to them from a root (a module,"
	       " a thread's frame, the interpreter).  Weak references are"
	       " never part of a chain."
	       "\v"
	       "The last line of a chain is a Python expression: look for it"
	       " in the source.\n"
	       "\n"
	       "Example:\n"
	       "  pyheld chain 4242 --type=app.User --limit=3\n"
	       "  pyheld chain 4242 0x7f3a2c0b5d90",
	.children = common_children,
};

/* Find the objects that were asked for.  Returns 0 or the exit status. */
static int find_targets(struct session *s, const struct common_options *o,
			struct oid_vec *ret)
{
	CLEANUP(freep) bool *types = NULL;
	oid object;
	int status;

	if (o->has_address) {
		status = session_find(s, o->address, &object);
		if (!status)
			oid_vec_push(ret, object);
		return status;
	}
	status = session_types(s, o->type, &types);
	if (status)
		return status;
	pattern_objects(&s->heap, types, ret);
	if (ret->nr)
		return STATUS_OK;
	return session_failed(error_new(ERR_NOT_FOUND, "no object is of type"
					" '%s'", o->type));
}

static int chain_show(struct session *s, const struct common_options *o,
		      const struct chains *chains, size_t nr_targets)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(dominators_release) struct dominators dominators;
	struct format format = terminal_format();
	struct chain_shown shown = {
		.heap = &s->heap, .chains = chains, .nr_targets = nr_targets,
		.what = o->type, .dominators = &dominators };

	dominators_build(&s->heap, &dominators);
	if (o->json)
		return session_print_json(chain_json(&shown),
					  session_status(s));
	chain_text(&shown, &format, &text);
	return session_print_text(&text, session_status(s));
}

int cmd_chain(const struct command *c, int argc, char **argv)
{
	struct common_options o = { .max_args = 2, .takes_address = true,
				    .limit = DEFAULT_LIMIT };
	struct chain_options find = CHAIN_OPTIONS_DEFAULT;
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(oid_vec_release) struct oid_vec targets = VEC_INIT;
	struct chains chains;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open(&s, o.args[0]);
	if (!status)
		status = find_targets(&s, &o, &targets);
	if (status)
		return status;
	find.count = o.limit ? o.limit : SIZE_MAX;
	chain_find(&s.heap, targets.v, targets.nr, &find, &chains);
	status = chain_show(&s, &o, &chains, targets.nr);
	chain_release(&chains);
	return status;
}
