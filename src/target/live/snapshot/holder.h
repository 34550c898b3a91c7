/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/snapshot/holder.h - which thread of a process alone may change
 * its objects, as the process itself says in its memory.
 */
#ifndef TARGET_LIVE_SNAPSHOT_HOLDER_H
#define TARGET_LIVE_SNAPSHOT_HOLDER_H

#include "target/target-data.h"

struct holder {
	raddr record;	/* of the thread, in the target's memory */
	pid_t number;	/* of the thread, in its own PID namespace */
	pid_t tid;	/* and in ours */
};

/*
 * Who is it now?  `words` says where that is written; its .holder is not 0.
 * False: nobody, what is written is being changed, or it names no thread of the
 * process.
 *
 * The answer is old at once, unless that thread is stopped: then ask
 * holder_is_still().
 */
bool holder_find(struct target *t, const struct holder_words *words,
		 struct holder *ret);

/* Does the memory still say so? */
bool holder_is_still(struct target *t, const struct holder_words *words,
		     const struct holder *h);

/*
 * Does the thread itself say so, whose TLS base is `fs_base`?  Ask while it
 * stands still.  False where that is 0.
 */
bool holder_says_so(struct target *t, const struct holder_words *words,
		    const struct holder *h, raddr fs_base);

#endif
