/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/quantity.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "cli/version.h"

static error_t parse_color(const char *arg, const struct argp_state *state)
{
	unsigned int color;
	error_t err = options_word(state, "color", TERMINAL_COLORS, arg,
				   &color);

	if (!err)
		terminal_set_color((enum terminal_color)color);
	return err;
}

/* As in enum stop_when. */
#define STOPS "auto|never|holder|always"

static error_t parse_stop(const char *arg, const struct argp_state *state)
{
	unsigned int when;
	error_t err = options_word(state, "stop", STOPS, arg, &when);

	if (!err)
		session_set_stop((enum stop_when)when);
	return err;
}

static error_t parse_duration(const char *arg, const struct argp_state *state,
			      const char *option, void (*set)(uint64_t ms))
{
	uint64_t ms;

	if (!quantity_parse_duration(arg, &ms))
		return options_error(state, "--%s: '%s' is not a duration, "
				     "such as 500ms or 2s", option, arg);
	set(ms);
	return 0;
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case OPTION_COLOR:
		return parse_color(arg, state);
	case OPTION_EXECUTABLE:
		session_set_executable(arg);
		return 0;
	case OPTION_SYSROOT:
		session_set_sysroot(arg);
		return 0;
	case OPTION_STOP:
		return parse_stop(arg, state);
	case OPTION_PATIENCE:
		return parse_duration(arg, state, "patience",
				      session_set_patience);
	case OPTION_MAX_PAUSE:
		return parse_duration(arg, state, "max-pause",
				      session_set_max_pause);
	case OPTION_NO_SANDBOX:
		return 0;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		return 0;
	case OPTION_USAGE:
		argp_state_help(state, stdout,
				ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK);
		return 0;
	case 'v':
		log_set_level(log_level + 1);
		return 0;
	case 'V':
		version_print(stdout);
		exit(STATUS_OK);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option common_options[] = {
	{ "color", OPTION_COLOR, TERMINAL_COLORS, 0,
	  "Show headings and growth in colour (default: auto, on a terminal)",
	  -1 },
	{ "executable", OPTION_EXECUTABLE, "FILE", 0,
	  "TARGET is a core file of the program FILE", -1 },
	{ "sysroot", OPTION_SYSROOT, "DIR", 0,
	  "Look below DIR for the files that a core's process had mapped", -1 },
	{ "stop", OPTION_STOP, STOPS, 0,
	  "What is stopped while memory is copied: nothing, the thread that "
	  "holds the GIL, or all threads (default: auto, as little as can be)",
	  -1 },
	{ "patience", OPTION_PATIENCE, "TIME", 0,
	  "Try each way for so long before one that stops more (default: 300ms, "
	  "500ms for the GIL, 10s with never or holder)", -1 },
	{ "max-pause", OPTION_MAX_PAUSE, "TIME", 0,
	  "Refuse to stop the process, or the thread with the GIL, for longer "
	  "than TIME", -1 },
	{ "no-sandbox", OPTION_NO_SANDBOX, NULL, 0,
	  "Run as one process with all privileges, for debugging", -1 },
	{ "verbose", 'v', NULL, 0,
	  "Write to stderr what was found where, what was retried and which"
	  " errors were passed over; -vv: more", -1 },
	{ "help", 'h', NULL, 0, "Show this help", -1 },
	{ "usage", OPTION_USAGE, NULL, 0, "Show a short usage message", -1 },
	{ "version", 'V', NULL, 0, "Show the version", -1 },
	{ 0 },
};

const struct argp common_argp = { common_options, parse_common, 0, 0, 0, 0, 0 };

const struct argp_child common_children[] = {
	{ &common_argp, 0, NULL, 0 },
	{ 0 },
};

error_t options_error(const struct argp_state *state, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", state->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EINVAL;
}

static error_t take_argument(struct common_options *o, const char *arg,
			     const struct argp_state *state)
{
	if (o->nr_args >= o->max_args)
		return options_error(state, "unexpected argument '%s'", arg);
	o->args[o->nr_args++] = arg;
	return 0;
}

/* "TARGET ADDRESS" is the same as "TARGET --address=ADDRESS". */
static error_t take_address(struct common_options *o,
			    const struct argp_state *state)
{
	if (o->has_address)
		return options_error(state, "unexpected argument '%s':"
				     " --address is given", o->args[1]);
	o->has_address = true;
	return options_address(state, o->args[1], &o->address);
}

/* Options that mean the same in all commands that list them. */
static bool parse_shared(int key, char *arg, const struct argp_state *state,
			 error_t *ret)
{
	struct common_options *o = state->input;

	switch (key) {
	case OPTION_JSON:
		o->json = true;
		return true;
	case OPTION_NO_HEADER:
		o->no_header = true;
		return true;
	case OPTION_CHILDREN:
		o->children = true;
		return true;
	case OPTION_TYPE:
		o->type = arg;
		return true;
	case OPTION_ADDRESS:
		o->has_address = true;
		*ret = options_address(state, arg, &o->address);
		return true;
	case OPTION_LIMIT:
		o->has_limit = true;
		*ret = options_number(state, "limit", arg, &o->limit);
		return true;
	case OPTION_SORT:
		*ret = options_word(state, "sort", o->sorts, arg, &o->sort);
		return true;
	default:
		return false;
	}
}

bool options_common(int key, char *arg, struct argp_state *state,
		    error_t *ret)
{
	struct common_options *o = state->input;

	*ret = 0;
	switch (key) {
	case ARGP_KEY_INIT:
		/*
		 * With it argp prints "Try ... --help" and exits with a status
		 * of its own.  options_parse() prints that instead.
		 */
		state->err_stream = NULL;
		return true;
	case ARGP_KEY_ARG:
		*ret = take_argument(o, arg, state);
		return true;
	case ARGP_KEY_END:
		if (o->nr_args == 2 && o->takes_address)
			*ret = take_address(o, state);
		if (o->nr_args)
			return *ret;
		*ret = options_error(state, "TARGET is missing:"
				     " give a PID, a core file or a capture");
		return true;
	default:
		return parse_shared(key, arg, state, ret);
	}
}

error_t options_without_target(int key, char *arg, struct argp_state *state)
{
	error_t err;

	if (key == ARGP_KEY_END)
		return 0;
	return options_common(key, arg, state, &err) ? err : ARGP_ERR_UNKNOWN;
}

error_t options_number(const struct argp_state *state, const char *name,
		       const char *arg, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(arg, &end, 10);
	if (*arg < '0' || *arg > '9' || *end || errno)
		return options_error(state, "--%s: '%s' is not a number",
				     name, arg);
	return 0;
}

error_t options_address(const struct argp_state *state, const char *arg,
			uint64_t *ret)
{
	const char *digits = arg;
	char *end;

	if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X'))
		digits += 2;
	errno = 0;
	*ret = strtoull(digits, &end, 16);
	if (!*digits || strspn(digits, "0123456789abcdefABCDEF") !=
			strlen(digits) || errno)
		return options_error(state, "'%s' is not an address: "
				     "use hexadecimal digits, with or without"
				     " 0x",
				     arg);
	return 0;
}

error_t options_word(const struct argp_state *state, const char *name,
		     const char *words, const char *arg, unsigned int *ret)
{
	const char *word = words;

	for (unsigned int i = 0; word; i++) {
		size_t len = strcspn(word, "|");

		if (strlen(arg) == len && !strncmp(arg, word, len)) {
			*ret = i;
			return 0;
		}
		word = word[len] ? word + len + 1 : NULL;
	}
	return options_error(state, "--%s: '%s' is not one of %s", name, arg,
			     words);
}

int options_usage(const struct argp *argp, const char *name)
{
	argp_help(argp, stderr, ARGP_HELP_SHORT_USAGE, unconst(name));
	fprintf(stderr, "Try '%s --help' for more information.\n", name);
	return STATUS_USAGE;
}

int options_parse(const struct argp *argp, int argc, char **argv,
		  void *input)
{
	error_t e = argp_parse(argp, argc, argv, ARGP_NO_HELP, NULL, input);

	if (!e)
		return 0;
	if (e == ENOMEM)
		out_of_memory();
	return options_usage(argp, argv[0]);
}
