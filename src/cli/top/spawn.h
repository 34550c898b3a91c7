/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/top/spawn.h - a child process whose output its parent reads.
 *
 * The child has a process group of its own: Ctrl-Z must not stop it while it
 * has stopped a target.  It gets SIGTERM when its parent ends, however that
 * ends; the kernel then lets the target go on.
 */
#ifndef CLI_TOP_SPAWN_H
#define CLI_TOP_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

struct spawned {
	pid_t pid;		/* 0: there is none */
	int out, err;		/* its stdout and stderr, which do not block;
				 * owned; -1: none */
};

#define SPAWNED_NONE { 0, -1, -1 }

/* Start a child that calls `work` and exits with what that returns.  Returns
 * false and errno if there can't be one; `ret` is as SPAWNED_NONE then. */
bool spawn_start(struct spawned *ret, int (*work)(void *argument),
		 void *argument);

/*
 * Wait until the child has ended: its exit status, or -1 if a signal ended it.
 * `stop`: end it first.  A child that does not end within seconds is killed.
 * Its descriptors are closed; with no child nothing happens.
 */
int spawn_end(struct spawned *s, bool stop);

#endif
