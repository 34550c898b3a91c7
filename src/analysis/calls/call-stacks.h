/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/calls/call-stacks.h - every stack of calls of a process: its threads
 * and greenlets, asyncio's tasks, and what is suspended beside them.
 *
 * The frames of a task are those of its coroutine, of what that awaits, and so
 * on.  A coroutine, generator or async generator has a stack of its own if it
 * has a frame, and neither a task nor another one of them waits for it.  One
 * that runs is part of a thread's stack.
 */
#ifndef ANALYSIS_CALLS_CALL_STACKS_H
#define ANALYSIS_CALLS_CALL_STACKS_H

#include "heap/async/async.h"
#include "heap/heap.h"

enum call_kind {
	CALL_THREAD, CALL_GREENLET, CALL_TASK, CALL_COROUTINE, CALL_GENERATOR,
	CALL_ASYNC_GENERATOR, NR_CALL_KINDS,
};
/* "thread", "greenlet", "task", "coroutine", "generator", "async generator" */
extern const char *const call_kind_names[NR_CALL_KINDS];

enum call_state {
	CALL_UNKNOWN,
	CALL_CREATED,		/* it has not begun */
	CALL_SUSPENDED,
	CALL_RUNNING,		/* of a thread: it holds the GIL */
	/* Of a task: */
	CALL_WAITING,		/* for a future that is not done */
	CALL_READY,		/* it will run next */
	CALL_FINISHED,		/* with a result or an exception */
	CALL_CANCELLED,
	NR_CALL_STATES,
};
/* "created", "suspended" and so on; NULL for CALL_UNKNOWN. */
extern const char *const call_state_names[NR_CALL_STATES];

struct call_frame {
	const char *function, *file; /* the heap's */
	int32_t line;		/* from 1; 0: unknown */
	/* Where its locals are: roots of heap.frames[frame]; if that is -1,
	 * references of `generator`. */
	int32_t frame;
	oid generator;
};
VEC_DEFINE(call_frame_vec, struct call_frame);

struct call_stack {
	enum call_kind kind;
	enum call_state state;
	const char *name;	/* the heap's; "" unknown */
	oid object;		/* the task, the coroutine, ...; a thread has
				   none: OID_NONE */
	uint32_t stack;		/* of a thread or greenlet: index in
				   heap.stacks; a thread's in heap.threads */
	size_t first, nr;	/* of call_stacks.frames, innermost first */
	/* Of call_stacks.awaiters: the tasks that wait for it.  0 before
	 * call_awaits_find(). */
	size_t first_awaiter, nr_awaiters;
	/* Bytes that would be freed if the stack went away.  0 before
	 * call_retained_find(). */
	uint64_t retained;
};
VEC_DEFINE(call_stack_vec, struct call_stack);

struct call_stacks {
	struct heap *h;
	struct call_stack_vec stacks; /* by kind; in the heap's order */
	struct call_frame_vec frames;
	struct oid_vec awaiters; /* tasks or futures */
	/* The roots of each frame of the heap: the numbers root_start[i] ..
	 * root_start[i + 1] - 1 of `roots` are indices in heap.roots. */
	uint32_t *root_start, *roots;
};

/* A local variable of a frame. */
struct call_local {
	const char *name;	/* of a root: the heap's */
	struct edge_name edge;	/* else the name is in it */
	oid object;		/* its value; of a cell what is in it */
};
VEC_DEFINE(call_local_vec, struct call_local);

/* `h` must outlive `*ret`.  The caller releases it. */
void call_stacks_build(struct heap *h, struct call_stacks *ret);
void call_stacks_release(struct call_stacks *c);

/* The number in c->stacks of the task `o`; SIZE_MAX: it has no stack. */
size_t call_stacks_task(const struct call_stacks *c, oid o);

/* Append the locals of a frame, as it has them.  The caller releases them. */
void call_locals(const struct call_stacks *c, const struct call_frame *f,
		 struct call_local_vec *ret);
void call_locals_release(struct call_local_vec *locals);

#endif
