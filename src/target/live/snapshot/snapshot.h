/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/snapshot/snapshot.h - the copy of a process, of one moment.
 *
 * If the process has to be stopped for it, a thread of its own does that:
 * whatever happens, the kernel resumes the process when that thread ends.
 */
#ifndef TARGET_LIVE_SNAPSHOT_SNAPSHOT_H
#define TARGET_LIVE_SNAPSHOT_SNAPSHOT_H

#include "target/live/copy.h"
#include "target/target-data.h"

/* What a stop gave, before it becomes the memory of a target. */
struct shot {
	struct copy copy;
	struct thread_vec threads; /* the main one first */
	struct residency residency;
	enum stopped stopped;	/* these five: see struct target */
	uint64_t pause_ns, copy_ns, taken_at, resident;
	uint64_t stood_ns;	/* for how long threads were stopped in all */
	unsigned int nr_retries; /* because of the gate */
};

/*
 * Take a snapshot of the live target `t`: its mappings, threads and memory are
 * replaced.  `options` may be NULL.  Modules are not looked for.
 *
 * Errors: see target_snapshot().  Only if the process is resumed and the copy
 * can't be used (ERR_CORRUPT) is the memory of the snapshot before lost.
 */
struct error *snapshot_take(struct target *t,
			    const struct snapshot_options *options) MUST_CHECK;

/*
 * The two halves of snapshot_take(): take a shot of the live target `t`, which
 * keeps what it has; and make it what `t` is.  `shared`: the copy is in a file,
 * and another process of ours makes the second step, with a target that is
 * reached by struct live_access.
 *
 * The caller releases *ret, and after shot_adopt() `s`, in any case.
 */
struct error *shot_take(struct target *t,
			const struct snapshot_options *options, bool shared,
			struct shot *ret) MUST_CHECK;
struct error *shot_adopt(struct target *t, struct shot *s) MUST_CHECK;
void shot_release(struct shot *s);

#endif
