/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/live.h - a running process as a target.
 */
#ifndef TARGET_LIVE_LIVE_H
#define TARGET_LIVE_LIVE_H

#include "target/target-data.h"

/*
 * Open the process `pid` and fill `t`, which is all zero, but for its modules,
 * and without a snapshot.  Nothing is stopped.  Whatever it returns,
 * t->source->close() frees t->live if t->source is set.  Errors: see
 * target_open_pid().
 */
struct error *live_open(pid_t pid, struct target *t) MUST_CHECK;

#endif
