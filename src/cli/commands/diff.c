/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/comparison.h"
#include "analysis/limits/pattern.h"
#include "cli/commands/command.h"
#include "cli/limits.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/targets.h"
#include "cli/terminal.h"
#include "output/emit.h"
#include "output/reports/diff.h"

#define DEFAULT_LIMIT 20
#define DEFAULT_HOLDERS 10
/* How many holders are compared if --limit does not say less. */
#define MAX_HOLDERS 200
#define SORTS "bytes|count|came|name"

struct diff_options {
	struct common_options common;
	struct target_vec targets;
	struct limits limits;
	bool reordered;		/* the targets were given in another order */
};

static const struct argp_option options[] = {
	{ "fail-if", OPTION_FAIL_IF, "LIMIT", 0,
	  "Exit with status 1 if the limit is crossed, e.g. 'bytes>10%',"
	  " 'objects>+5000', 'type:app.* bytes>+1M'; may be repeated", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N types and N holders; 0: all (default: 20 and 10;"
	  " with --json: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ "no-header", OPTION_NO_HEADER, NULL, 0,
	  "Show only the rows of the table of types", 0 },
	{ "sort", OPTION_SORT, SORTS, 0,
	  "Sort by growth in bytes (the default) or in objects, by the number"
	  " of objects that came, or by the types' names", 0 },
	{ "type", OPTION_TYPE, "PATTERN", 0,
	  "Count only objects of types whose name matches, e.g. 'app.*'", 0 },
	{ 0 },
};

static error_t check_targets(const struct argp_state *state,
			     const struct diff_options *o)
{
	if (o->targets.nr < 2)
		return options_error(state, o->targets.nr ?
				     "NEW is missing: give two targets" :
				     "OLD and NEW are missing: two captures,"
				     " or a capture and a PID");
	return 0;
}

static error_t parse_diff(int key, char *arg, struct argp_state *state)
{
	struct diff_options *o = state->input;
	error_t err;

	/* options_common() takes two arguments at most. */
	if (key == ARGP_KEY_ARG) {
		target_vec_push(&o->targets, arg);
		return 0;
	}
	if (key == ARGP_KEY_END)
		return check_targets(state, o);
	if (options_common(key, arg, state, &err))
		return err;
	if (key == OPTION_FAIL_IF)
		return limits_add(&o->limits, arg, true, state);
	return ARGP_ERR_UNKNOWN;
}

const struct argp diff_argp = {
	.options = options,
	.parser = parse_diff,
	.args_doc = "OLD NEW [MORE...]",
	.doc = "Compare captures of one process at different times: objects"
	       " and bytes by type, what came and what went, and which"
	       " containers and attributes grew.  With three or more captures,"
	       " oldest first, it shows what grew in every step."
	       "\v"
	       "If the targets are different processes, types and holders are"
	       " compared by name alone.\n"
	       "\n"
	       "Example:\n"
	       "  pyheld diff monday.pyheld friday.pyheld\n"
	       "  pyheld diff a.pyheld b.pyheld c.pyheld --type='app.*'\n"
	       "  pyheld diff monday.pyheld 4242 --fail-if='bytes>10%'",
	.children = common_children,
};

static const enum diff_sort sorts[] = {
	DIFF_BY_BYTES, DIFF_BY_COUNT, DIFF_BY_CAME, DIFF_BY_NAME,
};

/* --- the targets --- */

/*
 * With captures in the wrong order, what shrank would seem to have grown.
 * Targets of several processes stay as they were given.
 */
static int put_in_order(struct diff_options *o)
{
	CLEANUP(order_release) struct order order;
	CLEANUP(freep) const char **given = xcalloc(o->targets.nr,
						    sizeof(*given));
	int status = targets_order(&o->targets, false, &order);

	if (status || order.nr_processes != 1 || !order.reordered)
		return status;
	o->reordered = true;
	memcpy(given, o->targets.v, o->targets.nr * sizeof(*given));
	for (size_t i = 0; i < order.nr; i++)
		o->targets.v[i] = given[order.target[i]];
	return STATUS_OK;
}

/* --- types --- */

/* Types that match in one of the heaps are enough; else it is an error. */
static int find_types(struct targets *t, const char *pattern, bool **old,
		      bool **new)
{
	uint32_t nr;

	*old = pattern_types(&t->old.heap, pattern, &nr);
	if (!nr)
		return session_types(&t->new, pattern, new);
	*new = pattern_types(&t->new.heap, pattern, &nr);
	return STATUS_OK;
}

/* --- all of it --- */

static int add_between(struct targets *t, size_t i, struct series *series)
{
	CLEANUP(session_close) struct session s = SESSION_INIT;
	int status = targets_open_between(t, i, &s);

	if (status)
		return status;
	series_add(series, i, &s.heap);
	return targets_close_between(t, i, &s);
}

static int diff_show(const struct targets *t, const struct diff_options *o,
		     const struct diff_found *found)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();

	if (o->common.json) {
		json_t *value = diff_json(found);

		emit_put(value, "limits", limits_json(&o->limits));
		return session_print_json(value, t->status);
	}
	format.header = !o->common.no_header;
	diff_text(found, &format, &text);
	return session_print_text(&text, t->status);
}

static int compare(struct targets *t, const struct diff_options *o,
		   const bool *old, const bool *new)
{
	struct growth_options how = {
		.limit = MAX_HOLDERS,
		.by_count = sorts[o->common.sort] == DIFF_BY_COUNT ||
			    sorts[o->common.sort] == DIFF_BY_CAME,
		.types_old = old, .types_new = new,
	};
	CLEANUP(comparison_release) struct comparison found;
	int status = STATUS_OK;

	comparison_build(&t->old.heap, &t->new.heap, t->nr,
			 sorts[o->common.sort], &how, &found);
	for (size_t i = 1; i + 1 < t->nr && !status; i++)
		status = add_between(t, i, &found.series);
	if (status)
		return status;
	return diff_show(t, o, &(struct diff_found){
		.old = &t->old.heap, .new = &t->new.heap,
		.infos = t->infos, .names = t->names,
		.reordered = o->reordered,
		.match = &found.match, .diff = &found.diff,
		.grow = &found.grow, .series = &found.series,
		.ledger = found.has_ledgers ? &found.ledger : NULL,
		.limit = options_limit(&o->common, DEFAULT_LIMIT),
		.holders = options_limit(&o->common, DEFAULT_HOLDERS) });
}

static void diff_options_release(struct diff_options *o)
{
	target_vec_release(&o->targets);
	limits_free(&o->limits);
}

int cmd_diff(const struct command *c, int argc, char **argv)
{
	CLEANUP(diff_options_release) struct diff_options o = {
		.common.sorts = SORTS };
	CLEANUP(targets_close) struct targets t = TARGETS_INIT;
	CLEANUP(freep) bool *old = NULL;
	CLEANUP(freep) bool *new = NULL;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = put_in_order(&o);
	if (!status)
		status = targets_open(&t, o.targets.v, o.targets.nr);
	if (!status && o.common.type)
		status = find_types(&t, o.common.type, &old, &new);
	if (!status)
		status = limits_check(&o.limits, &t.old.heap, &t.new.heap,
				      STATUS_OK);
	if (!status)
		status = compare(&t, &o, old, new);
	return limits_say(&o.limits, status);
}
