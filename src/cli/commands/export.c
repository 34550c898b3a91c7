/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/outfile.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/status.h"
#include "output/export/jsonl.h"

#define FORMATS "jsonl"

struct export_options {
	struct common_options common;
	const char *file;
};

static const struct argp_option options[] = {
	{ "format", OPTION_FORMAT, FORMATS, 0,
	  "The output format (default: jsonl, JSON lines)", 0 },
	{ "output", 'o', "FILE", 0, "Write to FILE instead of stdout", 0 },
	{ 0 },
};

static error_t parse_export(int key, char *arg, struct argp_state *state)
{
	struct export_options *o = state->input;
	unsigned int format;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_FORMAT:
		return options_word(state, "format", FORMATS, arg, &format);
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
	       " references."
	       "\v"
	       "Example:\n"
	       "  pyheld export -o heap.jsonl 4242\n"
	       "  pyheld export 4242 | grep '\"type\":\"app.User\"' | wc -l",
	.children = common_children,
};

static struct error *write_export(struct session *s, const char *file)
{
	CLEANUP(outfile_abandon) struct outfile out = OUTFILE_INIT;
	struct error *err;

	/* On a terminal, the line of progress would be among the results. */
	if (!file && isatty(STDOUT_FILENO))
		progress_stop();
	else
		progress_start("writing");
	err = outfile_open(&out, file);
	if (!err)
		err = jsonl_write(&s->heap, out.stream);
	if (!err && s->heap.failed)
		return NULL;	/* session_check() prints it */
	if (!err)
		err = outfile_close(&out);
	return err;
}

int cmd_export(const struct command *c, int argc, char **argv)
{
	struct export_options o = { .common.max_args = 1 };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	struct error *err;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	status = session_open(&s, o.common.args[0]);
	if (status)
		return status;
	err = write_export(&s, o.file);
	if (err)
		return session_failed(error_wrap(err, "%s", o.file ? o.file :
						 "stdout"));
	status = session_check(&s);
	return status ? status : session_status(&s);
}
