/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/snapshot.h - the copy of a process, taken while it is stopped.
 *
 * A thread of its own stops the process: whatever happens, the kernel resumes
 * the process when that thread ends.
 */
#ifndef TARGET_LIVE_SNAPSHOT_H
#define TARGET_LIVE_SNAPSHOT_H

#include "target/target-data.h"

/*
 * Take a snapshot of the live target `t`: its mappings, threads and memory are
 * replaced.  `options` may be NULL.  Modules are not looked for.
 *
 * Errors: see target_snapshot().  Only if the process is resumed and the copy
 * can't be used (ERR_CORRUPT) is the memory of the snapshot before lost.
 */
struct error *snapshot_take(struct target *t,
			    const struct snapshot_options *options) MUST_CHECK;

#endif
