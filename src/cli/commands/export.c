/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>

#include "cli/commands/command.h"
#include "cli/export/formats.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"

static const struct argp_option options[] = {
	{ "format", OPTION_FORMAT, EXPORT_WORDS, 0,
	  "The output format: JSON lines, a database of the tables of pyheld sql,"
	  " a CSV file for each of these, a heap snapshot for Chrome's DevTools,"
	  " or a profile (default: jsonl)", 0 },
	{ "value", OPTION_VALUE, STACKS_VALUES, 0,
	  "What --format=folded sums up (default: bytes)", 0 },
	{ "output", 'o', "FILE", 0,
	  "Write to FILE instead of stdout; with --format=csv a folder", 0 },
	{ 0 },
};

static error_t check(const struct argp_state *state,
		     const struct export_options *o)
{
	const struct export_format *format = &export_formats[o->format];

	if (format->needs_output && !o->file)
		return options_error(state, "--format=%s needs --output",
				     format->name);
	if (format->is_binary && !o->file && isatty(STDOUT_FILENO))
		return options_error(state, "--format=%s is no text for a"
				     " terminal: it needs --output or a pipe",
				     format->name);
	if (o->has_value && !format->has_value)
		return options_error(state, "--value is for --format=folded");
	return 0;
}

static error_t parse_export(int key, char *arg, struct argp_state *state)
{
	struct export_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case ARGP_KEY_END:
		return check(state, o);
	case OPTION_FORMAT:
		return options_word(state, "format", EXPORT_WORDS, arg,
				    &o->format);
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
	.args_doc = "TARGET",
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
	       "  pyheld export 4242 --format=speedscope -o heap.json\n"
	       "  pyheld export 4242 | grep '\"type\":\"app.User\"' | wc -l",
	.children = common_children,
};

int cmd_export(const struct command *c, int argc, char **argv)
{
	struct export_options o = { .common.max_args = 1 };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	struct error *err;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = export_formats[o.format].details ?
			 session_open_details(&s, o.common.args[0]) :
			 session_open(&s, o.common.args[0]);
	if (status)
		return status;
	err = export_write(&s, &o);
	if (err)
		return session_failed(error_wrap(err, "%s", o.file ? o.file :
						 "stdout"));
	status = session_check(&s);
	return status ? status : session_status(&s);
}
