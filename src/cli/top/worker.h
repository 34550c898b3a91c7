/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/top/worker.h - a child process that works while its parent waits for
 * keys.
 *
 * A sample of a large heap takes seconds and gigabytes.  In a child it makes no
 * key wait, its memory is gone with it, and what a hostile target could break
 * is the child alone.  The child has a process group of its own: Ctrl-Z must
 * not stop it while it has stopped a target.  It gets SIGTERM when its parent
 * ends, however that ends; the kernel then lets the target go on.
 */
#ifndef CLI_TOP_WORKER_H
#define CLI_TOP_WORKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/str.h"

/* Bytes that it may say: the parent reads them with many times the memory. */
#define WORKER_MAX (UINT64_C(4) << 20)

struct worker {
	pid_t pid;		/* 0: there is none */
	int out, err;		/* its stdout and stderr; -1: ended */
	struct str text, message;	/* what it has said there so far */
};

#define WORKER_INIT { 0, -1, -1, STR_INIT, STR_INIT }

/*
 * Start a child that calls `work` and exits with what that returns.  Returns
 * false and errno if there can't be one; `w` is WORKER_INIT or released.
 */
bool worker_start(struct worker *w, int (*work)(void *argument),
		  void *argument);

/*
 * Take what the child has said, without waiting.  Returns true when it has
 * ended: *status is its exit status, or -1 if a signal ended it.  w->text and
 * w->message are whole then.
 */
bool worker_poll(struct worker *w, int *status);

/* End the child if there is one, and release `w`. */
void worker_stop(struct worker *w);

#endif
