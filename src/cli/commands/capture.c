/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands/command.h"
#include "cli/export/label.h"
#include "cli/options.h"
#include "cli/redacted.h"
#include "cli/sampling/sampling.h"
#include "cli/save.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/targets.h"

struct capture_arguments {
	struct common_options common;
	const char *file;
	bool plain;
	enum heap_redaction redaction;
	struct str_vec labels;
};

static const struct argp_option options[] = {
	OPTION_WITH_CHILDREN,
	LABEL_OPTION("Keep KEY=VALUE in the capture, such as release=1.4.2"),
	{ "no-compress", OPTION_NO_COMPRESS, NULL, 0,
	  "Do not compress: the file is larger, but opens at once", 0 },
	{ "output", 'o', "FILE", 0,
	  "Write to FILE (required); '%p' in it becomes the PID", 0 },
	REDACTED_OPTION("Leave out the contents of strings and numbers; all:"
			" also the program's names (default: contents)"),
	{ 0 },
};

static error_t parse_capture(int key, char *arg, struct argp_state *state)
{
	struct capture_arguments *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_NO_COMPRESS:
		o->plain = true;
		return 0;
	case OPTION_LABEL:
		return label_parse(state, arg, &o->labels);
	case OPTION_REDACT:
		return redacted_parse(state, arg, &o->redaction);
	case 'o':
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->labels.nr && o->redaction == REDACT_ALL)
			return options_error(state, "--redact=all leaves"
					     " labels out: --label has no"
					     " place");
		if (!o->file)
			return options_error(state, "--output=FILE is"
					     " missing");
		if (o->common.children && !strstr(o->file, "%p"))
			return options_error(state, "--children needs %%p in"
					     " --output, for the PID");
		if (!strcmp(o->file, "-") && isatty(STDOUT_FILENO))
			return options_error(state, "a capture can't be written"
					     " to a terminal");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp capture_argp = {
	.options = options,
	.parser = parse_capture,
	.args_doc = "TARGET",
	.doc = "Write all objects of a process and their references into a"
	       " file: a capture.  Every command accepts it instead of the"
	       " process, on any machine, and gives the same report."
	       "\v"
	       "FILE is complete or does not exist, and only you can read it."
	       "  It contains the keys of dicts and the start of each string,"
	       " unless --redact leaves them out.  TARGET may be a capture,"
	       " to redact it.\n"
	       "\n"
	       "Example:\n"
	       "  pyheld capture 4242 -o before.pyheld\n"
	       "  pyheld capture 4242 --children -o 'before-%p.pyheld'\n"
	       "  pyheld chain before.pyheld --type=app.User",
	.children = common_children,
};

static int capture(const struct capture_arguments *o, const char *target)
{
	CLEANUP(freep) char *file = NULL;
	CLEANUP(session_close) struct session s = SESSION_INIT;
	const struct capture_options how = {
		.plain = o->plain, .redaction = o->redaction,
	};
	struct str_vec *labels = &s.heap.info.labels;
	struct error *err;
	int status = session_open_details(&s, target);

	if (status)
		return status;
	for (size_t i = 0; i < o->labels.nr; i++)
		if (!labels_set(labels, o->labels.v[i]))
			return session_failed(error_new(
				ERR_USAGE, "--label: more than %d are not"
				" possible", LABELS_MAX));
	file = sampling_file_of(o->file, s.heap.info.pid);
	err = save_capture(&s.heap, file, &how);
	if (err)
		return session_failed(err);
	return session_status(&s);
}

/* The others are worth having if one fails. */
static int capture_all(const struct capture_arguments *o)
{
	CLEANUP(target_vec_release) struct target_vec targets = VEC_INIT;
	int status, failed = 0;

	target_vec_push(&targets, o->common.args[0]);
	status = o->common.children ? targets_add_children(&targets) :
				      STATUS_OK;
	if (status != STATUS_OK && status != STATUS_PARTIAL)
		return status;
	for (size_t i = 0; i < targets.nr; i++) {
		int one = capture(o, targets.v[i]);

		if (one == STATUS_OK || one == STATUS_PARTIAL)
			status = MAX(status, one);
		else if (++failed)
			status = targets.nr == 1 ? one : STATUS_PARTIAL;
	}
	return failed == (int)targets.nr ? STATUS_FAILED : status;
}

int cmd_capture(const struct command *c, int argc, char **argv)
{
	struct capture_arguments o = { .common.max_args = 1 };
	int status = STATUS_USAGE;

	if (!options_parse(c->argp, argc, argv, &o))
		status = capture_all(&o);
	str_vec_free(&o.labels);
	return status;
}
