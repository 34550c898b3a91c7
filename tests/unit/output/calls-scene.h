/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls-scene.h - a small heap with stacks of calls, and the report of them
 * that people and programs should get.
 *
 * A test begins with scene_begin(), adds threads, generators and tasks to
 * `heap` (see expect.h), then calls scene_build(), looks at reports of `calls`
 * and ends with scene_end().
 */
#ifndef TESTS_UNIT_OUTPUT_CALLS_SCENE_H
#define TESTS_UNIT_OUTPUT_CALLS_SCENE_H

#include "output/calls/calls.h"

extern struct call_stacks calls;
extern struct dominators tree;

/*
 * Make `heap` of `graph`, of CPython 3.14: who awaits a task is in its row.  A
 * reference to v0, v1, ... or to a cell is a local of that name.
 */
void scene_begin(const char *graph);

/*
 * Add a suspended generator or coroutine of app.py, and a task or future that
 * is pending: one whose name begins with t is a task.  They are added in the
 * order of the objects.  NULL is no object.
 */
void scene_generator(const char *object, const char *function, int32_t line,
		     const char *awaits);
void scene_task(const char *object, const char *name, const char *coroutine,
		const char *waits_for, const char *awaited_by);

/* Add a frame of srv.py to heap.stacks[stack]. */
void scene_frame(uint32_t stack, const char *function, int32_t line);
/* Make heap.roots[root] a local of heap.frames[frame]. */
void scene_local(size_t root, int32_t frame, const char *name);

/* Make `calls` and `tree` of `heap`, with awaiters and retained sizes. */
void scene_build(void);

/* End the test unless calls_text() gives `text`. */
void scene_text(struct calls_shown shown, const char *text);
/* The same for calls_json(); `text` has ' for ". */
void scene_json(struct calls_shown shown, const char *text);
/* End the test unless calls_json() has stacks of these addresses, each with a
 * space behind it in `addresses`, and says that there are `nr`. */
void scene_addresses(struct calls_shown shown, json_int_t nr,
		     const char *addresses);

void scene_end(void);

#endif
