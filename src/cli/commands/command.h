/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/commands/command.h - what a command is, and the commands that there are.
 *
 * Each src/cli/commands/NAME.c defines NAME_argp and cmd_NAME().  The table of
 * commands (cli/commands.c) refers to them; a command never refers to the
 * table.
 */
#ifndef CLI_COMMANDS_COMMAND_H
#define CLI_COMMANDS_COMMAND_H

#include <argp.h>
#include <stdbool.h>

struct command {
	const char *name;
	const char *summary;		/* its line in `pyheld --help` */
	const struct argp *argp;	/* its options and its help */
	/*
	 * Parse argv and do what it says.  argv[0] is "pyheld NAME".  Results
	 * go to stdout or to the file that an option names; errors and warnings
	 * to stderr.
	 * Returns the exit status (cli/status.h); --help, --usage and --version
	 * exit() with status 0 instead of returning.
	 */
	int (*run)(const struct command *c, int argc, char **argv);
	/* It reads nothing of others.  All other commands run in the worker,
	 * without privileges: cli/broker/broker.h. */
	bool reads_nothing;
	/*
	 * Open what the command has by names of its own, such as the terminal's
	 * description: before anything is read from the target, and while the
	 * process may open files.  It gets the operands of the command line.
	 * NULL: there is nothing.
	 */
	void (*prepare)(char *const *operands, size_t nr);
	bool has_typed;		/* names of files to write to, while it runs */
	bool lists_processes;	/* all of the machine */
	bool takes_samples;	/* each by a process of its own */
};

extern const struct argp alloc_argp, browse_argp, capture_argp, chain_argp,
	cycles_argp, diff_argp, doctor_argp, export_argp, garbage_argp,
	leaks_argp, memory_argp, object_argp, ps_argp, refs_argp, report_argp,
	retained_argp, sample_argp, sql_argp, stacks_argp, summary_argp,
	top_argp, watch_argp;

/* The `run` of each command: see struct command. */
int cmd_alloc(const struct command *c, int argc, char **argv);
int cmd_browse(const struct command *c, int argc, char **argv);
int cmd_capture(const struct command *c, int argc, char **argv);
int cmd_chain(const struct command *c, int argc, char **argv);
int cmd_cycles(const struct command *c, int argc, char **argv);
int cmd_diff(const struct command *c, int argc, char **argv);
int cmd_doctor(const struct command *c, int argc, char **argv);
int cmd_export(const struct command *c, int argc, char **argv);
int cmd_garbage(const struct command *c, int argc, char **argv);
int cmd_leaks(const struct command *c, int argc, char **argv);
int cmd_memory(const struct command *c, int argc, char **argv);
int cmd_object(const struct command *c, int argc, char **argv);
int cmd_ps(const struct command *c, int argc, char **argv);
int cmd_refs(const struct command *c, int argc, char **argv);
int cmd_report(const struct command *c, int argc, char **argv);
int cmd_retained(const struct command *c, int argc, char **argv);
int cmd_sample(const struct command *c, int argc, char **argv);
int cmd_sql(const struct command *c, int argc, char **argv);
int cmd_stacks(const struct command *c, int argc, char **argv);
int cmd_summary(const struct command *c, int argc, char **argv);
int cmd_top(const struct command *c, int argc, char **argv);
int cmd_watch(const struct command *c, int argc, char **argv);

/* The `prepare` of sql. */
void sql_prepare(char *const *operands, size_t nr);

/* What `top` runs for each sample (cli/broker/sample.h): it is no command for
 * people, and not in the table. */
extern const struct command sample_command;

#endif
