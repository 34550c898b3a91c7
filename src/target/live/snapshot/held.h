/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/snapshot/held.h - a copy of a process of which only one thread
 * stands still: the one that alone may change its objects (CPython: that holds
 * the GIL).
 *
 * The others go on, and wait as soon as they want to change an object.  So the
 * objects, and all that their lists and pools are made of, are those of one
 * moment.  What native code does without the lock is not: the stacks of threads
 * that run, malloc's lists, the contents of a buffer that is being filled.  So
 * with STOP_AUTO a copy is only taken if all other threads wait when it begins.
 *
 * A thread that sleeps while it holds is not even stopped: it is proved that it
 * slept on (quiet.h).
 */
#ifndef TARGET_LIVE_SNAPSHOT_HELD_H
#define TARGET_LIVE_SNAPSHOT_HELD_H

#include "target/live/copy.h"
#include "target/live/snapshot/pause.h"
#include "target/target-data.h"

/* How it went. */
struct held {
	bool taken;
	struct thread_vec threads; /* if taken; without .pc and .sp: it ran */
	uint64_t taken_at;	/* seconds since the epoch */
	uint64_t pause_ns;	/* how long the holder was stopped for the copy
				   that counts; 0: it slept */
	uint64_t stood_ns;	/* for how long threads were stopped, those in
				   vain too */
	uint64_t copy_ns, took_ns; /* how long the copy took, and all of it */
	unsigned int nr_misses;	/* how often a thread was stopped in vain */
	bool closed;		/* the last time the gate was closed */
	const char *why;	/* why it can't be done, now or later: a clause,
				   static; NULL: it can */
};

/*
 * Copy the memory of `t` while the thread that options->words name stands
 * still.  That is tried for options->patience_ms, or until the user gives up.
 *
 * The caller releases ret->threads.  Errors: see target_snapshot().
 */
struct error *held_take(struct target *t,
			const struct snapshot_options *options,
			struct copy *copy, struct pause *pause,
			struct held *ret) MUST_CHECK;

#endif
