/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/snapshot/unstopped.h - a copy of a process that nobody stops.
 */
#ifndef TARGET_LIVE_SNAPSHOT_UNSTOPPED_H
#define TARGET_LIVE_SNAPSHOT_UNSTOPPED_H

#include "target/live/copy.h"
#include "target/target-data.h"

/* How it went. */
struct unstopped {
	bool taken;		/* the copy is that of one moment */
	struct thread_vec threads; /* if taken */
	uint64_t taken_at;	/* seconds since the epoch */
	unsigned int nr_copies;	/* that were begun */
	pid_t busy;		/* a thread that ran the last time; 0: none */
	bool closed;		/* the last time the gate was closed */
	const char *why;	/* why it can't be told whether threads run: a
				   clause, static; NULL: it can */
	uint64_t copy_ns;	/* how long the copy took, if taken */
	uint64_t took_ns;	/* how long all of it took */
};

/*
 * Copy the memory of `t` until the proof of quiet.h holds for a copy, or
 * options->patience_ms are over, or the user gives up.  Nothing is stopped.
 *
 * The caller releases ret->threads.  Errors: see target_snapshot().
 */
struct error *unstopped_take(struct target *t,
			     const struct snapshot_options *options,
			     struct copy *copy, struct unstopped *ret)
	MUST_CHECK;

#endif
