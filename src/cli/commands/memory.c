/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands/command.h"
#include "cli/limits.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "output/emit.h"
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
	{ "no-header", OPTION_NO_HEADER, NULL, 0,
	  "Show only the rows of the table", 0 },
	{ 0 },
};

static error_t parse_memory(int key, char *arg, struct argp_state *state)
{
	struct memory_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_FAIL_IF:
		return limits_add(&o->limits, arg, false, state);
	case OPTION_KIND:
		o->one_kind = true;
		return options_word(state, "kind", KINDS, arg, &o->kind);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp memory_argp = {
	.options = options,
	.parser = parse_memory,
	.args_doc = "TARGET",
	.doc = "Show what the resident memory of a process is: Python objects"
	       " by type, raw blocks by the type of their owner, blocks that"
	       " nothing points to, memory that the allocators keep, stacks"
	       " and files.  The lines add up.  Then it says what stands out,"
	       " such as fragmentation or a leak of native code, and what"
	       " usually helps."
	       "\v"
	       "Example:\n"
	       "  pyheld memory 4242\n"
	       "  pyheld memory 4242 --kind=raw --limit=0\n"
	       "  pyheld memory 4242 --fail-if='unowned>100M'",
	.children = common_children,
};

static int memory_show(struct session *s, const struct memory_options *o,
		       const struct ledger *l, int status)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = terminal_format();
	const struct memory_shown shown = {
		.limit = options_limit(&o->common, o->one_kind ?
				       DEFAULT_LIMIT_ONE_KIND : DEFAULT_LIMIT),
		.one_kind = o->one_kind,
		.kind = (enum memory_kind)o->kind,
	};

	if (o->common.json) {
		json_t *value = memory_json(&s->heap, l, &shown);

		emit_put(value, "limits", limits_json(&o->limits));
		return session_print_json(value, status);
	}
	format.header = !o->common.no_header;
	memory_text(&s->heap, l, &shown, &format, &text);
	return session_print_text(&text, status);
}

static void memory_options_release(struct memory_options *o)
{
	limits_free(&o->limits);
}

/* Captures of older versions have no ledger. */
static int check_ledger(const struct session *s)
{
	if (s->heap.memory.basis != MEMORY_UNKNOWN)
		return STATUS_OK;
	return session_failed(error_new(ERR_UNSUPPORTED, "%s%s%s has no ledger"
					" of the memory", s->file ? "'" : "",
					s->file ? s->file : "the target",
					s->file ? "'" : ""));
}

int cmd_memory(const struct command *c, int argc, char **argv)
{
	CLEANUP(memory_options_release) struct memory_options o = {
		.common.max_args = 1 };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	CLEANUP(ledger_release) struct ledger ledger = { 0 };
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open_memory(&s, o.common.args[0]);
	if (!status)
		status = check_ledger(&s);
	if (!status)
		status = limits_check(&o.limits, NULL, &s.heap,
				      session_status(&s));
	if (status != STATUS_OK && status != STATUS_PARTIAL)
		return status;
	ledger_build(&s.heap, &ledger);
	return limits_say(&o.limits, memory_show(&s, &o, &ledger, status));
}
