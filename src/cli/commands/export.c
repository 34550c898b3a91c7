/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <unistd.h>

#include "analysis/suspects/suspects.h"
#include "cli/commands/command.h"
#include "cli/export/formats.h"
#include "cli/export/label.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/status.h"
#include "heap/labels.h"

static const struct argp_option options[] = {
	{ "address", OPTION_ADDRESS, "ADDRESS", 0,
	  "The object for --format=dot", 0 },
	{ "format", OPTION_FORMAT, EXPORT_WORDS, 0,
	  "The output format: JSON lines, a database of the tables of pyheld"
	  " sql, a CSV file for each of these, a heap snapshot for Chrome's"
	  " DevTools, a graph around one object for graphviz, or a profile"
	  " (default: jsonl)", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "With --format=dot, show about N nodes of what the object keeps"
	  " (default: 40)", 0 },
	{ "suspect", OPTION_SUSPECT, "N", 0,
	  "With --format=dot, in place of --address: the object of suspect N,"
	  " from 1, of 'pyheld leaks TARGET' without other arguments", 0 },
	{ "value", OPTION_VALUE, STACKS_VALUES, 0,
	  "What --format=folded sums up (default: bytes)", 0 },
	{ "output", 'o', "FILE", 0,
	  "Write to FILE instead of stdout; with --format=csv a folder", 0 },
	{ "fleet", OPTION_FLEET, NULL, 0,
	  "Write tables of any number of TARGETs below the folder FILE, as CSV"
	  " or JSON lines, with host, PID and times in each row, for engines"
	  " that read TABLE/host=.../date=.../ as one table", 0 },
	{ "tables", OPTION_TABLES, "NAME[,NAME...]", 0,
	  "With --format=csv or --fleet: only these tables (default: all)", 0 },
	LABEL_OPTION("With --fleet: also say KEY=VALUE in each row"),
	{ 0 },
};

/* A format that is around an object needs one, and no other takes one. */
static error_t check_around(const struct argp_state *state,
			    const struct export_options *o)
{
	const struct export_format *format = &export_formats[o->format];

	if (!format->around && (o->common.has_address || o->suspect ||
				o->common.has_limit))
		return options_error(state, "--address, --suspect and --limit"
				     " are for --format=dot");
	if (format->around && !o->common.has_address == !o->suspect)
		return options_error(state, "--format=%s needs"
				     " --address=ADDRESS or --suspect=N",
				     format->name);
	return 0;
}

static error_t check(const struct argp_state *state,
		     const struct export_options *o)
{
	const struct export_format *format = &export_formats[o->format];
	CLEANUP(freep) char *unknown = export_unknown_table(o);

	if (o->fleet && o->format != EXPORT_csv && o->format != EXPORT_jsonl)
		return options_error(state, "--fleet needs --format=csv or"
				     " --format=jsonl");
	if (o->fleet && !o->file)
		return options_error(state, "--fleet needs --output");
	if (o->targets.nr > 1 && !o->fleet)
		return options_error(state, "unexpected argument '%s': only"
				     " --fleet takes several targets",
				     o->targets.v[1]);
	if (o->labels.nr && !o->fleet)
		return options_error(state, "--label needs --fleet");
	if (o->tables && !o->fleet && o->format != EXPORT_csv)
		return options_error(state, "--tables needs --format=csv or"
				     " --fleet");
	if (unknown)
		return options_error(state, "--tables: there is no table '%s'",
				     unknown);
	if (format->needs_output && !o->file)
		return options_error(state, "--format=%s needs --output",
				     format->name);
	if (format->is_binary && !o->file && isatty(STDOUT_FILENO))
		return options_error(state, "--format=%s is no text for a"
				     " terminal: it needs --output or a pipe",
				     format->name);
	if (o->has_value && !format->has_value)
		return options_error(state, "--value is for --format=folded");
	return check_around(state, o);
}

static error_t parse_export(int key, char *arg, struct argp_state *state)
{
	struct export_options *o = state->input;
	error_t err;

	if (key == ARGP_KEY_ARG) {
		target_vec_push(&o->targets, arg);
		if (o->targets.nr > 1)
			return 0;	/* options_common() takes one */
	}
	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case ARGP_KEY_END:
		return check(state, o);
	case OPTION_FLEET:
		o->fleet = true;
		return 0;
	case OPTION_TABLES:
		o->tables = arg;
		return 0;
	case OPTION_LABEL:
		return label_parse(state, arg, &o->labels);
	case OPTION_FORMAT:
		return options_word(state, "format", EXPORT_WORDS, arg,
				    &o->format);
	case OPTION_SUSPECT:
		err = options_number(state, "suspect", arg, &o->suspect);
		if (!err && !o->suspect)
			return options_error(state, "--suspect counts from 1");
		return err;
	case OPTION_VALUE:
		o->has_value = true;
		return options_word(state, "value", STACKS_VALUES, arg,
				    &o->value);
	case 'o':
		o->file = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp export_argp = {
	.options = options,
	.parser = parse_export,
	.args_doc = "TARGET...",
	.doc = "Write the whole object graph, one JSON object per line.  The"
	       " first line describes the target, each other line one object:"
	       " its address, type, size, reference count, generation and"
	       " references.  Other formats have the tables of pyheld sql, or"
	       " are what other programs load."
	       "\v"
	       "Example:\n"
	       "  pyheld export -o heap.jsonl 4242\n"
	       "  pyheld export 4242 --format=sqlite -o heap.db\n"
	       "  pyheld export 4242 --format=heapsnapshot -o a.heapsnapshot\n"
	       "  pyheld export 4242 --format=dot --suspect=1 -o a.dot\n"
	       "  pyheld export 4242 --format=speedscope -o heap.json\n"
	       "  pyheld export --fleet --tables=types -o fleet *.pyheld\n"
	       "  pyheld export 4242 | grep '\"type\":\"app.User\"' | wc -l",
	.children = common_children,
};

/* Single references have to be named for some tables alone. */
static bool needs_details(const struct export_options *o)
{
	if (!o->fleet)
		return export_formats[o->format].details;
	for (size_t i = 0; sql_tables[i]; i++)
		if (sql_tables[i]->naming &&
		    export_has_table(o, sql_tables[i]))
			return true;
	return false;
}

/* The object of the suspect that `leaks` lists as number `nr` if it has no
 * other arguments: with older captures it has another order. */
static struct error *find_suspect(struct heap *h, uint64_t nr, oid *ret)
{
	const struct suspects_options usual = SUSPECTS_OPTIONS_DEFAULT;
	CLEANUP(suspects_release) struct suspects suspects = { .heap = NULL };

	progress_start("searching for suspects");
	suspects_build(h, &usual, 0, &suspects);
	suspects_finish(&suspects);
	if (nr > suspects.v.nr)
		return error_new(ERR_NOT_FOUND, "there is no suspect %" PRIu64
				 ": pyheld leaks finds %zu", nr,
				 suspects.v.nr);
	*ret = suspects.v.v[nr - 1].object;
	if (*ret == OID_NONE)
		return error_new(ERR_NOT_FOUND, "suspect %" PRIu64 " is no"
				 " single object", nr);
	return NULL;
}

/* Returns STATUS_OK, or STATUS_FAILED when that has been printed. */
static int find_object(struct session *s, struct export_options *o)
{
	struct error *err;

	if (!export_formats[o->format].around)
		return STATUS_OK;
	if (o->common.has_address)
		return session_find(s, o->common.address, &o->object);
	err = find_suspect(&s->heap, o->suspect, &o->object);
	return err ? session_failed(err) : STATUS_OK;
}

/* Returns STATUS_OK, STATUS_PARTIAL or STATUS_FAILED.  `*stop`: files can't be
 * written, whatever the target is. */
static int export_one(struct export_options *o, const char *target,
		      bool *stop)
{
	CLEANUP(session_close) struct session s = SESSION_INIT;
	struct error *err;
	int status = needs_details(o) ? session_open_details(&s, target) :
					session_open(&s, target);

	if (!status)
		status = find_object(&s, o);
	if (status)
		return status;
	err = o->fleet ? export_fleet(&s, target, o) : export_write(&s, o);
	*stop = err && err->code == ERR_SYSTEM;
	if (err)
		return session_failed(error_wrap(err, "%s", o->file ? o->file :
						 "stdout"));
	status = session_check(&s);
	return status ? status : session_status(&s);
}

/* One that can't be read does not keep us from the others. */
static int export_all(struct export_options *o)
{
	int ret = STATUS_OK;
	bool stop = false;

	for (size_t i = 0; i < o->targets.nr && !stop; i++) {
		int status = export_one(o, o->targets.v[i], &stop);

		if (status == STATUS_FAILED || ret == STATUS_OK)
			ret = status;
	}
	return ret;
}

int cmd_export(const struct command *c, int argc, char **argv)
{
	struct export_options o = { .common.max_args = 1 };
	int status = STATUS_USAGE;

	if (!options_parse(c->argp, argc, argv, &o))
		status = export_all(&o);
	target_vec_release(&o.targets);
	str_vec_free(&o.labels);
	return status;
}
