/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/commands.h - the one table of commands.
 *
 * It feeds dispatch, --help, the completions (completions/generate.c) and
 * the check of the man pages.  To add a command: a file with its options,
 * its argp and its cmd_NAME(), a row in commands.c, man/pyheld-NAME.1, then
 * `make update-completions`.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <argp.h>
#include <stddef.h>

/* Exit status, documented in pyheld(1). */
enum {
	STATUS_OK = 0,
	STATUS_LIMIT = 1,	/* a limit that the user set was crossed */
	STATUS_USAGE = 2,
	STATUS_FAILED = 3,	/* the target can't be read */
	STATUS_PARTIAL = 4,	/* done, but not all could be read */
};

struct command {
	const char *name;
	const char *summary;		/* for `pyheld --help` */
	const struct argp *argp;
	/* argv[0] is "pyheld NAME"; returns the exit status. */
	int (*run)(const struct command *c, int argc, char **argv);
};

extern const struct command commands[];
extern const size_t nr_commands;

const struct command *commands_find(const char *name);

/* `pyheld` itself: its options stand before the command. */
extern const struct argp top_argp;

/* All of pyheld but main(). */
int commands_main(int argc, char **argv);

extern const struct argp summary_argp, chain_argp, cycles_argp, object_argp,
	capture_argp, diff_argp, export_argp, watch_argp, help_argp, doctor_argp,
	garbage_argp, retained_argp, refs_argp, leaks_argp;
int cmd_summary(const struct command *c, int argc, char **argv);
int cmd_chain(const struct command *c, int argc, char **argv);
int cmd_cycles(const struct command *c, int argc, char **argv);
int cmd_garbage(const struct command *c, int argc, char **argv);
int cmd_refs(const struct command *c, int argc, char **argv);
int cmd_object(const struct command *c, int argc, char **argv);
int cmd_capture(const struct command *c, int argc, char **argv);
int cmd_diff(const struct command *c, int argc, char **argv);
int cmd_retained(const struct command *c, int argc, char **argv);
int cmd_export(const struct command *c, int argc, char **argv);
int cmd_watch(const struct command *c, int argc, char **argv);
int cmd_doctor(const struct command *c, int argc, char **argv);
int cmd_leaks(const struct command *c, int argc, char **argv);
int cmd_help(const struct command *c, int argc, char **argv);

#endif
