/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/graph/bits.h"
#include "analysis/limits/pattern.h"
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/reports/retained.h"

#define DEFAULT_LIMIT 20
#define DEFAULT_DEPTH 3		/* of a single object */

struct retained_options {
	struct common_options common;
	uint64_t depth;
	bool has_depth;
};

static const struct argp_option options[] = {
	{ "address", OPTION_ADDRESS, "ADDRESS", 0,
	  "The same as the argument ADDRESS: show only this object", 0 },
	{ "depth", OPTION_DEPTH, "N", 0,
	  "Show N levels of what each object retains (default: 0; with"
	  " --address: 3)", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N objects; 0: all (default: 20)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ "type", OPTION_TYPE, "PATTERN", 0,
	  "Show only objects whose type's name matches, and what they retain"
	  " together", 0 },
	{ 0 },
};

static error_t parse_retained(int key, char *arg, struct argp_state *state)
{
	struct retained_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_DEPTH:
		o->has_depth = true;
		return options_number(state, "depth", arg, &o->depth);
	case ARGP_KEY_END:
		if (o->common.type && o->common.has_address)
			return options_error(state, "--type and --address"
						    " can't be combined");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp retained_argp = {
	.options = options,
	.parser = parse_retained,
	.args_doc = "TARGET [ADDRESS]",
	.doc = "Show the objects with the largest retained sizes.  The retained"
	       " size of an object is what would be freed if the object went"
	       " away, in cycles or not.  The report skips modules and other"
	       " objects that only lead to the one that holds the memory."
	       "\v"
	       "Example:\n"
	       "  pyheld retained 4242\n"
	       "  pyheld retained 4242 --limit=5 --depth=2\n"
	       "  pyheld retained 4242 --type='app.*'\n"
	       "  pyheld retained 4242 0x7f3a2c0b5d90",
	.children = common_children,
};

static void cut(struct retained_shown *shown, uint64_t limit)
{
	if (limit && shown->objects.nr > limit)
		shown->objects.nr = limit;
}

static void find_of_types(struct retained_view *v, const bool *types,
			  uint64_t limit, struct retained_shown *shown)
{
	CLEANUP(freep) uint64_t *set = bits_new(v->h->nr_objects);

	for (oid o = 0; o < v->h->nr_objects; o++) {
		if (!types[v->h->type[o]])
			continue;
		bits_set(set, o);
		shown->nr_of_type++;
		shown->size_of_type += heap_bytes(v->h, o);
	}
	shown->sum = dominators_of_set(&v->dominators, set);
	retained_topmost(v, set, &shown->objects);
	shown->nr = shown->objects.nr;
	cut(shown, limit);
}

static int retained_show(struct session *s, const struct retained_options *o,
			 struct retained_view *v,
			 const struct retained_shown *shown)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();

	if (o->common.json)
		return session_print_json(retained_json(v, shown),
					  session_status(s));
	retained_text(v, shown, &format, &text);
	return session_print_text(&text, session_status(s));
}

static int find(struct session *s, const struct retained_options *o,
		const bool *types, oid object)
{
	struct retained_shown shown = {
		.objects = VEC_INIT,
		.type = o->common.type,
		.single = o->common.has_address,
		.depth = o->has_depth || !o->common.has_address ? o->depth :
							   DEFAULT_DEPTH,
	};
	struct retained_view v;
	int status;

	retained_build(&s->heap, &v);
	if (o->common.has_address)
		oid_vec_push(&shown.objects, object);
	else if (types)
		find_of_types(&v, types, o->common.limit, &shown);
	else
		retained_largest(&v, o->common.limit, &shown.objects);
	status = retained_show(s, o, &v, &shown);
	oid_vec_release(&shown.objects);
	retained_release(&v);
	return status;
}

int cmd_retained(const struct command *c, int argc, char **argv)
{
	struct retained_options o = {
		.common = { .max_args = 2, .takes_address = true,
			    .limit = DEFAULT_LIMIT } };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(freep) bool *types = NULL;
	oid object = OID_NONE;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open(&s, o.common.args[0]);
	if (!status && o.common.has_address)
		status = session_find(&s, o.common.address, &object);
	if (!status && o.common.type)
		status = session_types(&s, o.common.type, &types);
	return status ? status : find(&s, &o, types, object);
}
