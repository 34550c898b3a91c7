/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/tasks.h - asyncio's tasks: how many in which state, and
 * what they wait for.
 *
 * The state of a task is seen from its references (Modules/_asynciomodule.c): a
 * future that will wake it, a result or an exception, a coroutine that still
 * has a frame.
 */
#ifndef ANALYSIS_SUSPECTS_TASKS_H
#define ANALYSIS_SUSPECTS_TASKS_H

#include "heap/heap.h"

/* At most this many tasks are asked for what they wait for. */
#define TASKS_MAX_ASKED 100000

/* Tasks of one coroutine function that wait in the same function. */
struct task_wait {
	char *coroutine;	/* its qualified name, "handle"; "?": unknown */
	/* The innermost coroutine, "Event.wait"; "": the task's coroutine
	 * awaits no other. */
	char *awaits;
	uint64_t nr;		/* of tasks */
	oid future;		/* that will wake the first of them */
};
VEC_DEFINE(task_wait_vec, struct task_wait);

struct tasks {
	uint64_t nr;
	uint64_t waiting;	/* wait for a future */
	uint64_t ready;		/* run, or will run next */
	uint64_t done;
	struct task_wait_vec waits; /* the waiting ones; most tasks first */
};

/* Of the tasks in `set`, a set as in bits.h, or of all if it is NULL.  The
 * caller releases `*ret` by tasks_release(). */
void tasks_build(struct heap *h, const uint64_t *set, struct tasks *ret);
void tasks_release(struct tasks *t);

#endif
