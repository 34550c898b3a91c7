/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands/command.h"
#include "cli/limits.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/targets.h"
#include "cli/terminal.h"
#include "output/beside.h"
#include "output/emit.h"
#include "output/reports/summary.h"

#define DEFAULT_LIMIT 30
#define SORTS "bytes|count|name"

struct summary_options {
	struct common_options common;
	struct limits limits;
};

static const struct argp_option options[] = {
	OPTION_WITH_CHILDREN,
	{ "fail-if", OPTION_FAIL_IF, "LIMIT", 0,
	  "Exit with status 1 if the limit is crossed, e.g. 'objects>2M',"
	  " 'type:app.User count>1000'; may be repeated", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N types; 0: all (default: 30; with --json: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ "no-header", OPTION_NO_HEADER, NULL, 0,
	  "Show only the rows of the table", 0 },
	{ "sort", OPTION_SORT, SORTS, 0,
	  "Sort the types by this (default: bytes)", 0 },
	{ "type", OPTION_TYPE, "PATTERN", 0,
	  "Show only types whose name matches, e.g. 'app.*'", 0 },
	{ 0 },
};

static error_t parse_summary(int key, char *arg, struct argp_state *state)
{
	struct summary_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	if (key == ARGP_KEY_END && o->common.children && o->limits.v.nr)
		return options_error(state, "--fail-if goes with one process,"
				     " not with --children");
	if (key == OPTION_FAIL_IF)
		return limits_add(&o->limits, arg, false, state);
	return ARGP_ERR_UNKNOWN;
}

const struct argp summary_argp = {
	.options = options,
	.parser = parse_summary,
	.args_doc = "TARGET",
	.doc = "Show an overview: the process, the state of its garbage"
	       " collector, its threads, and its objects and bytes by type."
	       "\v"
	       "SIZE is what sys.getsizeof() returns; BYTES is what the"
	       " objects take, with the memory that they alone own.  In"
	       " PATTERN, *, ? and [a-z] have the same meaning as in a shell."
	       "  It is compared with the full name of a type and with the"
	       " part after the last dot.\n"
	       "\n"
	       "Example:\n"
	       "  pyheld summary 4242\n"
	       "  pyheld summary 4242 --type='app.*' --sort=count\n"
	       "  pyheld summary gunicorn --children\n"
	       "  pyheld summary 4242 --fail-if='type:app.User count>1000'",
	.children = common_children,
};

static const enum summary_sort sorts[] = {
	SUMMARY_BY_BYTES, SUMMARY_BY_COUNT, SUMMARY_BY_NAME,
};

static int show_json(struct session *s, const struct summary_options *o,
		     const struct summary *summary, int status)
{
	json_t *value = summary_json(&s->heap, summary, o->common.limit);

	emit_put(value, "limits", limits_json(&o->limits));
	return session_print_json(value, status);
}

static int summary_show(struct session *s, const struct summary_options *o,
			const struct summary *summary, int status)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();

	if (o->common.json)
		return show_json(s, o, summary, status);
	format.header = !o->common.no_header;
	summary_text(&s->heap, summary,
		     options_limit(&o->common, DEFAULT_LIMIT), &format, &text);
	return session_print_text(&text, status);
}

static void summary_options_release(struct summary_options *o)
{
	limits_free(&o->limits);
}

/* Read one process; `beside` NULL: it is the only one. */
static int summarise(struct summary_options *o, const char *target,
		     struct beside *beside)
{
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(summary_release) struct summary summary = { 0 };
	CLEANUP(freep) bool *types = NULL;
	json_t *value = NULL;
	int status, failed;

	s.says_coverage = true;
	status = session_open(&s, target);
	if (!status && o->common.type)
		status = session_types(&s, o->common.type, &types);
	if (!status)
		status = limits_check(&o->limits, NULL, &s.heap,
				      session_status(&s));
	if (status != STATUS_OK && status != STATUS_PARTIAL)
		return status;
	summary_build(&s.heap, types, sorts[o->common.sort], &summary);
	if (!beside)
		return limits_say(&o->limits,
				  summary_show(&s, o, &summary, status));
	if (o->common.json) {
		value = summary_json(&s.heap, &summary, o->common.limit);
		emit_put(value, "limits", limits_json(&o->limits));
	}
	beside_add(beside, &s.heap, &summary, value);
	failed = session_check(&s);
	return MAX(status, failed);
}

static int show_beside(const struct summary_options *o, struct beside *beside,
		       int status)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();
	enum summary_sort sort = sorts[o->common.sort];

	if (o->common.json)
		return session_print_json(beside_json(beside, sort,
						      o->common.limit),
					  status);
	format.header = !o->common.no_header;
	beside_text(beside, sort, options_limit(&o->common, DEFAULT_LIMIT),
		    &format, &text);
	return session_print_text(&text, status);
}

/* The others are worth seeing if one fails. */
static int summarise_all(struct summary_options *o)
{
	CLEANUP(target_vec_release) struct target_vec targets = VEC_INIT;
	CLEANUP(beside_release) struct beside beside = { .types = VEC_INIT };
	int status;

	target_vec_push(&targets, o->common.args[0]);
	status = targets_add_children(&targets);
	if (status != STATUS_OK && status != STATUS_PARTIAL)
		return status;
	for (size_t i = 0; i < targets.nr; i++) {
		int one = summarise(o, targets.v[i], &beside);

		status = MAX(status, one == STATUS_OK ? one : STATUS_PARTIAL);
	}
	if (!beside.processes.nr)
		return STATUS_FAILED;
	return show_beside(o, &beside, status);
}

int cmd_summary(const struct command *c, int argc, char **argv)
{
	CLEANUP(summary_options_release) struct summary_options o = {
		.common = { .max_args = 1, .sorts = SORTS } };

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	return o.common.children ? summarise_all(&o) :
				   summarise(&o, o.common.args[0], NULL);
}
