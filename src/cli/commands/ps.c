/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/running/running.h"
#include "cli/session.h"
#include "cli/status.h"
#include "cli/terminal.h"

#define SORTS "resident|age|pid|threads|version|user|command"

static const struct argp_option options[] = {
	{ "json", OPTION_JSON, NULL, 0, "Write JSON", 0 },
	{ "limit", OPTION_LIMIT, "N", 0,
	  "Show at most N processes; 0: all (default: all)", 0 },
	OPTION_LIMIT_AS_COUNT,
	{ "no-header", OPTION_NO_HEADER, NULL, 0,
	  "Show only the rows of the table", 0 },
	{ "sort", OPTION_SORT, SORTS, 0,
	  "Sort the processes by this (default: resident)", 0 },
	{ 0 },
};

const struct argp ps_argp = {
	.options = options,
	.parser = options_without_target,
	.args_doc = "",
	.doc = "List the CPythons that run on this machine: also those that are"
	       " embedded in another program, whatever they are called.  None"
	       " is stopped.  For those that can't be read, it says why."
	       "\v"
	       "Example:\n"
	       "  pyheld ps\n"
	       "  pyheld ps --sort=age --limit=10",
	.children = common_children,
};

static const enum ps_sort sorts[] = {
	PS_BY_RESIDENT, PS_BY_AGE, PS_BY_PID, PS_BY_THREADS,
	PS_BY_VERSION, PS_BY_USER, PS_BY_COMMAND,
};

int cmd_ps(const struct command *c, int argc, char **argv)
{
	struct common_options o = { .max_args = 0, .sorts = SORTS };
	CLEANUP(ps_release) struct ps ps = { .nr_hidden = 0 };
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format;
	struct error *err;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	err = running_find(0, NULL, &ps);
	if (err)
		return session_failed(err);
	ps_sort(&ps, sorts[o.sort]);
	if (o.json)
		return session_print_json(ps_json(&ps, o.limit), STATUS_OK);
	format = terminal_format();
	format.header = !o.no_header;
	ps_text(&ps, o.limit, &format, &text);
	return session_print_text(&text, STATUS_OK);
}
