/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/status.h"
#include "cli/top/look.h"

struct sample_options {
	struct common_options common;
	struct sampling last;
	const char *output;
};

static const struct argp_option options[] = {
	{ "last", OPTION_LAST, "START,TICKS,TAKEN", 0, NULL, 0 },
	{ "output", 'o', "FILE", 0, NULL, 0 },
	{ 0 },
};

/* Three numbers with commas. */
static bool parse_last(const char *arg, struct sampling *last)
{
	uint64_t *const numbers[] = { &last->start_time, &last->start_ticks,
				      &last->taken_at };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		char *end;

		*numbers[i] = strtoull(arg, &end, 10);
		if (end == arg || *end != (i < 2 ? ',' : '\0'))
			return false;
		arg = end + 1;
	}
	return true;
}

static error_t parse_sample(int key, char *arg, struct argp_state *state)
{
	struct sample_options *o = state->input;
	error_t err;

	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_LAST:
		return parse_last(arg, &o->last) ? 0 : EINVAL;
	case 'o':
		o->output = arg;
		return 0;
	case ARGP_KEY_END:
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp sample_argp = {
	.options = options,
	.parser = parse_sample,
	.args_doc = "PID",
	.children = common_children,
};

int cmd_sample(const struct command *c, int argc, char **argv)
{
	struct sample_options o = { .common = { .max_args = 1 } };

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	return o.output ? look_capture(o.common.args[0], &o.last, o.output) :
			  look_write(o.common.args[0], &o.last);
}
