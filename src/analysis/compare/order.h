/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/order.h - which targets are of one process, and which of
 * these is older.
 *
 * People give captures in any order, and those of several workers of a service
 * together.  What seems to grow from a newer target to an older one shrank, and
 * between two processes nothing grows.  So targets are put into order before
 * they are compared.
 *
 * match_same_process() decides what is one process: its PID, its start and its
 * version of Python.  Time is heap.info.taken_at; of a core, when its file was
 * last written.
 */
#ifndef ANALYSIS_COMPARE_ORDER_H
#define ANALYSIS_COMPARE_ORDER_H

#include "analysis/compare/match.h"

struct order {
	size_t nr;		/* targets */
	size_t nr_processes;
	/* Indices of the targets, process by process in the order in which each
	 * was first given; the targets of one process are oldest first. */
	size_t *target;
	/* By process: the index in `target` of its first one; nr_processes + 1
	 * entries, the last is `nr`. */
	size_t *first;
	/* The targets of a process were not given from the oldest to the newest
	 * one. */
	bool reordered;
};

/*
 * Put `nr` targets, at least one, into order.  `newest_first`: of each process
 * the first is given as the newest one, and the others as older ones, oldest
 * first; else all are given oldest first.  Targets of the same second stay as
 * given, and so do all of a process if the time of one of them is 0, unknown.
 *
 * A target that was not read yet may lack its version of Python (hexversion 0).
 * The caller releases *ret by order_release().  Takes targets times processes
 * steps.
 */
void order_build(const struct heap_info *const *infos, size_t nr,
		 bool newest_first, struct order *ret);
void order_release(struct order *o);

/* How many targets process `i` has. */
static inline size_t order_nr_of(const struct order *o, size_t i)
{
	return o->first[i + 1] - o->first[i];
}

#endif
