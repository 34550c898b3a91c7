/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/commands.h - the one table of commands, and pyheld without its main().
 *
 * The table feeds dispatch, --help, the completions (completions/generate.c)
 * and the check of the man pages.  To add a command NAME:
 *
 *  1. src/cli/commands/NAME.c has its options, NAME_argp and cmd_NAME();
 *     list it in src/cli/local.mk;
 *  2. declare these two in cli/commands/command.h;
 *  3. add a row to the table in commands.c;
 *  4. write man/pyheld-NAME.1, list it in man/local.mk and refer to it in
 *     man/pyheld.1;
 *  5. `make update-completions`;
 *  6. test it in tests/unit/cli and tests/e2e.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stddef.h>

#include "cli/commands/command.h"

/* In the order of `pyheld --help`. */
extern const struct command commands[];
extern const size_t nr_commands;

/* The command of that very name; NULL: there is none. */
const struct command *commands_find(const char *name);

/* The options of `pyheld` itself: they stand before the command. */
extern const struct argp program_argp;

/*
 * All of pyheld but main(): find the command that argv names and run it.  The
 * words of argv are put in another order, and some are replaced.  Returns the
 * exit status.
 */
int commands_main(int argc, char **argv);

#endif
