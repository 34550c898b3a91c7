/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/calls/call-awaits.h - which tasks wait for which, and which in a
 * circle.
 *
 * A task that waits has the future or task that will wake it (fut_waiter).
 * gather(), wait(), shield() and TaskGroup have a future or the group between
 * both tasks.  CPython 3.14 and later record all awaiters, fut_awaited_by, but
 * for a task of Python's class that one of C's awaits.  Before 3.14 the
 * callback of the awaited task leads to what is between.
 */
#ifndef ANALYSIS_CALLS_CALL_AWAITS_H
#define ANALYSIS_CALLS_CALL_AWAITS_H

#include "analysis/calls/call-stacks.h"

/* So many awaiters are found of all tasks together. */
#define CALL_AWAITERS_MAX 1000000

/*
 * Set the awaiters of all tasks of `c`.  N tasks in one gather() that M tasks
 * wait for have N * M: beyond CALL_AWAITERS_MAX only the first one of each task
 * is found, and the heap has a warning.
 */
void call_awaits_find(struct call_stacks *c);

/*
 * Append circles of tasks that wait for each other: the numbers of their stacks
 * in c->stacks, each awaited by the next and the last by the first, and behind
 * them SIZE_MAX.  Each task is in one circle at most: of circles that share a
 * task one is found.  The time grows with the number of awaiters.
 */
VEC_DEFINE(call_number_vec, size_t);
void call_awaits_circles(const struct call_stacks *c,
			 struct call_number_vec *ret);

#endif
