/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/tasks.h - asyncio's tasks: how many in which state, and
 * what they wait for.
 *
 * A task's state is told by what it refers to (Modules/_asynciomodule.c): a
 * future that will wake it, a result or an exception, a coroutine that still
 * has a frame.
 */
#ifndef ANALYSIS_SUSPECTS_TASKS_H
#define ANALYSIS_SUSPECTS_TASKS_H

#include "heap/heap.h"

/* More tasks are not asked for what they wait for. */
#define TASKS_MAX_ASKED 100000

/* Tasks of one coroutine function that wait in the same function. */
struct task_wait {
	char *coroutine;	/* "handle", its qualified name; "?" unknown */
	char *awaits;		/* "Event.wait", the innermost coroutine; "":
				   none but the coroutine itself */
	uint64_t nr;
};
VEC_DEFINE(task_wait_vec, struct task_wait);

struct tasks {
	uint64_t nr;
	uint64_t waiting;	/* for a future */
	uint64_t ready;		/* running, or soon */
	uint64_t done;
	struct task_wait_vec waits; /* those that wait; most first */
};

void tasks_build(struct heap *h, struct tasks *ret);
void tasks_release(struct tasks *t);

#endif
