/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/processes/called.h - what people call a process.
 */
#ifndef TARGET_PROCESSES_CALLED_H
#define TARGET_PROCESSES_CALLED_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/str.h"

/*
 * Does a process of the name `comm` and the command line `command` have this
 * name?  It may be
 *
 *  - comm, which has 15 bytes at the most,
 *  - the last part of the path of the program as it was typed, or what a
 *    process has written there itself: "gunicorn: master [app]",
 *  - the last part of the path of the script, with or without ".py",
 *  - MODULE of -m MODULE.
 */
bool called_so(const char *comm, const struct str *command, const char *name);

/* The same for a process that runs. */
bool called_pid(pid_t pid, const char *name);

#endif
