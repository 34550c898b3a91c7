/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/commands/command.h"
#include "cli/limits.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/coverage.h"
#include "output/emit.h"
#include "output/memory/growth.h"
#include "output/memory/memory.h"

#define DEFAULT_LIMIT 5
#define DEFAULT_LIMIT_ONE_KIND 30
#define KINDS "objects|raw|unowned|free|overhead|stack|file|shared|other"

struct memory_options {
	struct common_options common;
	struct limits limits;
	bool one_kind;
	unsigned int kind;
};

static const struct argp_option options[] = {
	{ "fail-if", OPTION_FAIL_IF, "LIMIT", 0,
	  "Exit with status 1 if the limit is crossed, e.g. 'unowned>100M',"
	  " 'free>50%', 'raw:numpy.ndarray>1G'; may be repeated", 0 },
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "kind", OPTION_KIND, KINDS, 0, "Show only lines of this kind", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N lines of each kind; 0: all (default: 5, with --kind"
	  " 30; with --json: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ "no-header", OPTION_NO_HEADER, NULL, 0,
	  "Show only the rows of the table", 0 },
	{ 0 },
};

/* Growth needs something older to compare with. */
static error_t check_limits(const struct memory_options *o,
			    const struct argp_state *state)
{
	for (size_t i = 0; i < o->limits.v.nr; i++)
		if (o->common.nr_args < 2 &&
		    limit_compares(&o->limits.v.v[i]))
			return options_error(state, "--fail-if: '%s' is about"
					     " growth: give an older capture,"
					     " too", o->limits.v.v[i].text);
	return 0;
}

static error_t parse_memory(int key, char *arg, struct argp_state *state)
{
	struct memory_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_FAIL_IF:
		return limits_add(&o->limits, arg, true, state);
	case OPTION_KIND:
		o->one_kind = true;
		return options_word(state, "kind", KINDS, arg, &o->kind);
	case ARGP_KEY_END:
		return check_limits(o, state);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp memory_argp = {
	.options = options,
	.parser = parse_memory,
	.args_doc = "TARGET [OLDER]",
	.doc = "Show what the resident memory of a process is: Python objects"
	       " by type, raw blocks by the type of their owner, blocks that"
	       " nothing points to, memory that the allocators keep, stacks"
	       " and files.  The lines add up.  Then it says what stands out,"
	       " such as fragmentation or a leak of native code, and what"
	       " usually helps.  With an older capture, it shows what grew"
	       " since then."
	       "\v"
	       "Example:\n"
	       "  pyheld memory 4242\n"
	       "  pyheld memory 4242 monday.pyheld\n"
	       "  pyheld memory 4242 --kind=raw --limit=0\n"
	       "  pyheld memory 4242 --fail-if='unowned>100M'",
	.children = common_children,
};

/* --- the targets --- */

/* `old` is not open if there is no OLDER. */
struct ledgers {
	struct session new, old;
	struct ledger ledger;
	struct ledger_growth growth;
	bool compares;
};

static void ledgers_close(struct ledgers *l)
{
	ledger_release(&l->ledger);
	ledger_growth_release(&l->growth);
	session_close(&l->old);
	session_close(&l->new);
}

/* Captures of older versions have no ledger. */
static int check_ledger(const struct session *s)
{
	if (heap_memory_is_known(&s->heap.memory))
		return STATUS_OK;
	return session_failed(error_new(ERR_UNSUPPORTED, "%s%s%s has no ledger"
					" of the memory: a pyheld that did not"
					" know it has written it", s->file ?
					"'" : "", s->file ? s->file :
					"the target", s->file ? "'" : ""));
}

static int open_ledger(struct session *s, const char *target)
{
	int status = session_open(s, target);

	return status ? status : check_ledger(s);
}

static int open_both(struct ledgers *l, const struct memory_options *o)
{
	int status;

	/* A process comes last, so that the pause is near to its report. */
	l->compares = o->common.nr_args > 1;
	status = l->compares ? open_ledger(&l->old, o->common.args[1]) :
			       STATUS_OK;
	if (!status)
		status = open_ledger(&l->new, o->common.args[0]);
	if (status)
		return status;
	if (l->compares && l->old.heap.info.taken_at >
			   l->new.heap.info.taken_at)
		fprintf(stderr, "pyheld: warning: %s is older than %s: give the"
			" older one last\n", o->common.args[0],
			o->common.args[1]);
	return MAX(session_status(&l->new), l->compares ?
		   session_status(&l->old) : STATUS_OK);
}

/* --- the report --- */

static int show_json(const struct ledgers *l, const struct memory_options *o,
		     const struct memory_shown *shown, int status)
{
	json_t *value = memory_json(&l->new.heap, &l->ledger, shown);

	if (l->compares) {
		growth_json(&(struct memory_growth){ &l->old.heap,
						     &l->new.heap, &l->growth },
			    shown, value);
		emit_put(value, "coverage", coverage_json(&l->new.heap));
	}
	emit_put(value, "limits", limits_json(&o->limits));
	return session_print_json(value, status);
}

static int memory_show(const struct ledgers *l, const struct memory_options *o,
		       int status)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();
	const struct memory_shown shown = {
		.limit = options_limit(&o->common, o->one_kind ?
				       DEFAULT_LIMIT_ONE_KIND : DEFAULT_LIMIT),
		.one_kind = o->one_kind,
		.kind = (enum memory_kind)o->kind,
		.brief = !o->common.has_limit && !o->one_kind,
	};

	if (o->common.json)
		return show_json(l, o, &shown, status);
	format.header = !o->common.no_header;
	if (l->compares)
		growth_text(&(struct memory_growth){ &l->old.heap,
						     &l->new.heap, &l->growth },
			    &shown, &format, &text);
	if (l->compares && format.header)
		str_add_char(&text, '\n');
	if (!l->compares || format.header)
		memory_text(&l->new.heap, &l->ledger, &shown, &format, &text);
	return session_print_text(&text, status);
}

static void memory_options_release(struct memory_options *o)
{
	limits_free(&o->limits);
}

int cmd_memory(const struct command *c, int argc, char **argv)
{
	CLEANUP(memory_options_release) struct memory_options o = {
		.common.max_args = 2 };
	CLEANUP(ledgers_close) struct ledgers l = { SESSION_INIT, SESSION_INIT,
						    { .order = VEC_INIT },
						    { .resident = 0 }, false };
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = open_both(&l, &o);
	if (status != STATUS_OK && status != STATUS_PARTIAL)
		return status;
	status = limits_check(&o.limits, l.compares ? &l.old.heap : NULL,
			      &l.new.heap, status);
	if (status != STATUS_OK && status != STATUS_PARTIAL)
		return status;
	ledger_build(&l.new.heap, &l.ledger);
	if (l.compares)
		ledger_growth_build(&l.old.heap, &l.new.heap, &l.growth);
	return limits_say(&o.limits, memory_show(&l, &o, status));
}
