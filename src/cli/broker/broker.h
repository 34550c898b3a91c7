/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/broker/broker.h - run a command as two processes.
 *
 * The broker forks the worker, which runs the whole command without privileges
 * (base/broker/sandbox.h), and answers its requests until it ends.  Signals
 * that end or stop the one end or stop the other.
 *
 * If the worker crashes, the broker says what it was doing and runs the command
 * once more without that: first without emulating the type, then without the
 * emulator.  It does not where the command has begun to print or to write.
 */
#ifndef CLI_BROKER_BROKER_H
#define CLI_BROKER_BROKER_H

#include "cli/commands/command.h"

/* Run the command; with --no-sandbox as one process.  `argv` is as struct
 * command's run() takes it.  Returns the exit status, or ends as the worker was
 * ended. */
int broker_run(const struct command *c, int argc, char **argv);

/* What of the sandbox is in force in this process, as words: "user nobody, no
 * capabilities, ...", or "none: " and why.  The caller frees it. */
char *broker_sandbox(void);

#endif
