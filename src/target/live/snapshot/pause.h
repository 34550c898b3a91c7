/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/snapshot/pause.h - how long a process will stand still, and
 * whether it may.
 *
 * A copy takes as long under a stop as without one.  So a part of it is copied
 * before, to learn the speed.
 */
#ifndef TARGET_LIVE_SNAPSHOT_PAUSE_H
#define TARGET_LIVE_SNAPSHOT_PAUSE_H

#include "target/live/copy.h"
#include "target/target-data.h"

/* All zeros: nothing is known yet. */
struct pause {
	bool expected;		/* pause_expect() has succeeded */
	uint64_t most_ns;	/* options->max_pause_ms; 0: any */
	uint64_t until;		/* CLOCK_MONOTONIC, ns */
};

/*
 * Before a stop, when the copy is prepared.  If the user wants to be told
 * (options->announces), a line on stderr says that the stop will be long.
 * Repeated calls do nothing.
 *
 * ERR_SYSTEM: it would be longer than options->max_pause_ms.  And those of
 * copy_prepare().
 */
struct error *pause_expect(struct pause *p, const struct target *t,
			   const struct snapshot_options *options,
			   struct copy *copy) MUST_CHECK;

/* The stop begins. */
void pause_begin(struct pause *p);
/* Has it not become too long? */
bool pause_may_last(const struct pause *p);
/* ERR_SYSTEM: it became too long, and was ended. */
struct error *pause_was_too_long(const struct pause *p, const struct target *t)
	MUST_CHECK;

#endif
