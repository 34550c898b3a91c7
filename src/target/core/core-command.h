/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core-command.h - the command line of a core's process.
 *
 * NT_PRPSINFO holds its first 80 bytes.  The whole is on the main thread's
 * stack, where the kernel put it when the program started.
 */
#ifndef TARGET_CORE_CORE_COMMAND_H
#define TARGET_CORE_CORE_COMMAND_H

#include "target/core/core-data.h"

/* Set t->command from the stack; leave it as it is if that is not there. */
void core_find_command(struct core *c, struct target *t);

#endif
