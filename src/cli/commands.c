/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "cli/broker/broker.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/status.h"
#include "tui/terminfo.h"

/* `help` is in this file because it needs the table. */
static const struct argp help_argp;
static int cmd_help(const struct command *c, int argc, char **argv);

static void prepare_screen(char *const *operands UNUSED, size_t nr UNUSED)
{
	terminfo_load();
}

/* Its name, and what is named after it. */
#define NAMED(command)                                                         \
	.name = #command, .argp = &command##_argp, .run = cmd_##command

const struct command commands[] = {
	{ NAMED(leaks),
	  .summary = "Show what looks like a leak, and what usually fixes it" },
	{ NAMED(summary),
	  .summary = "Count objects and bytes by type" },
	{ NAMED(memory),
	  .summary = "Show what the resident memory is, adding up" },
	{ NAMED(alloc),
	  .summary = "Show where memory was allocated, by tracemalloc" },
	{ NAMED(chain),
	  .summary = "Show what keeps objects alive" },
	{ NAMED(cycles),
	  .summary = "List groups of objects that refer to each other" },
	{ NAMED(garbage),
	  .summary = "Show what gc.collect() would find unreachable now" },
	{ NAMED(stacks),
	  .summary = "Show all stacks: threads, tasks, what is suspended" },
	{ NAMED(retained),
	  .summary = "Show which objects keep the most memory alive" },
	{ NAMED(refs),
	  .summary = "Show references that pyheld can't explain" },
	{ NAMED(object),
	  .summary = "Show one object, its references and its referrers" },
	{ NAMED(capture),
	  .summary = "Write the whole heap into a file" },
	{ NAMED(diff),
	  .summary = "Compare two or more captures: what came, what grew" },
	{ NAMED(report),
	  .summary = "Write a report as an HTML file" },
	{ NAMED(browse),
	  .summary = "Go through what retains memory, in the terminal",
	  .prepare = prepare_screen, .has_typed = true },
	{ NAMED(sql),
	  .summary = "Ask questions of the heap in SQL",
	  .prepare = sql_prepare },
	{ NAMED(export),
	  .summary = "Write the heap for other programs and viewers" },
	{ NAMED(watch),
	  .summary = "Sample a process; capture it when a condition is met" },
	{ NAMED(top),
	  .summary = "Show live what grows in processes",
	  .prepare = prepare_screen, .takes_samples = true },
	{ NAMED(ps),
	  .summary = "List the Pythons that run on this machine",
	  .lists_processes = true },
	{ NAMED(doctor),
	  .summary = "Check how well pyheld reads a CPython" },
	{ NAMED(help),
	  .summary = "Show the help of a command",
	  .reads_nothing = true },
};
const size_t nr_commands = ARRAY_SIZE(commands);

const struct command sample_command = { NAMED(sample), .summary = "" };

const struct command *commands_find(const char *name)
{
	for (size_t i = 0; i < nr_commands; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* --- pyheld [OPTION...] COMMAND ... --- */

struct program_options {
	int command;		/* the command's index in argv; 0: none */
};

static error_t parse_program(int key, char *arg UNUSED,
			     struct argp_state *state)
{
	struct program_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->err_stream = NULL;
		return 0;
	case ARGP_KEY_ARG:
		/* All that follows is for the command to parse. */
		o->command = state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (o->command)
			return 0;
		return options_error(state, "COMMAND is missing");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *program_help(int key, const char *text, void *input UNUSED)
{
	struct str s = STR_INIT;

	if (key != ARGP_KEY_HELP_POST_DOC)
		return unconst(text);
	str_add(&s, "Commands:\n");
	for (size_t i = 0; i < nr_commands; i++)
		str_addf(&s, "  %-10s %s\n", commands[i].name,
			 commands[i].summary);
	str_add(&s, "\n");
	str_add(&s, text);
	return str_take(&s);
}

const struct argp program_argp = {
	.parser = parse_program,
	.args_doc = "COMMAND [OPTION...] TARGET",
	.doc = "Show what keeps Python objects alive in a running CPython,"
	       " from outside."
	       "\v"
	       "TARGET is the PID of a Python process, a core file or a"
	       " capture.  pyheld stops a process only while it copies the"
	       " memory.  It runs no code in it and changes nothing there.\n"
	       "\n"
	       "Example:\n"
	       "  pyheld leaks 4242\n"
	       "  pyheld chain 4242 --type=app.User\n"
	       "\n"
	       "'pyheld help COMMAND' shows the help of a command.\n"
	       "\n"
	       "Report bugs in the issue tracker of the project; 'pyheld doctor"
	       " PID' says what to include.",
	.children = common_children,
	.help_filter = program_help,
};

static int unknown_command(const char *name)
{
	fprintf(stderr, "pyheld: there is no command '%s'\n", name);
	argp_help(&program_argp, stderr, ARGP_HELP_SHORT_USAGE,
		  (char[]){ "pyheld" });
	fputs("Try 'pyheld --help' for the list of commands.\n", stderr);
	return STATUS_USAGE;
}

static int run(const struct command *c, int argc, char **argv)
{
	CLEANUP(freep) char *name = xasprintf("pyheld %s", c->name);

	argv[0] = name;
	return c->reads_nothing ? c->run(c, argc, argv) :
				  broker_run(c, argc, argv);
}

int commands_main(int argc, char **argv)
{
	struct program_options o = { 0 };
	const struct command *c;
	error_t e;

	argv[0] = (char[]){ "pyheld" };
	e = argp_parse(&program_argp, argc, argv, ARGP_IN_ORDER | ARGP_NO_HELP,
		       NULL, &o);
	if (e == ENOMEM)
		out_of_memory();
	if (e) {
		argp_help(&program_argp, stderr, ARGP_HELP_SHORT_USAGE,
			  argv[0]);
		fputs("Try 'pyheld --help' for more information.\n", stderr);
		return STATUS_USAGE;
	}
	c = commands_find(argv[o.command]);
	if (!c)
		return unknown_command(argv[o.command]);
	return run(c, argc - o.command, argv + o.command);
}

/* --- pyheld help [COMMAND] --- */

static const struct argp help_argp = {
	.parser = options_without_target,
	.args_doc = "[COMMAND]",
	.doc = "Show the help of a command, or of pyheld itself."
	       "\v"
	       "Example:\n"
	       "  pyheld help chain",
	.children = common_children,
};

static int cmd_help(const struct command *c UNUSED, int argc, char **argv)
{
	struct common_options o = { .max_args = 1 };
	const struct command *about;
	CLEANUP(freep) char *name = NULL;

	if (options_parse(&help_argp, argc, argv, &o))
		return STATUS_USAGE;
	if (!o.nr_args) {
		argp_help(&program_argp, stdout, ARGP_HELP_STD_HELP,
			  (char[]){ "pyheld" });
		return STATUS_OK;
	}
	about = commands_find(o.args[0]);
	if (!about)
		return unknown_command(o.args[0]);
	name = xasprintf("pyheld %s", about->name);
	argp_help(about->argp, stdout, ARGP_HELP_STD_HELP, name);
	return STATUS_OK;
}
