/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/children.h - the processes that a process started.
 */
#ifndef TARGET_LIVE_CHILDREN_H
#define TARGET_LIVE_CHILDREN_H

#include <sys/types.h>

#include "base/vec.h"

VEC_DEFINE(pid_vec, pid_t);

/*
 * Add the descendants of `pid` to `ret`, children before grandchildren, until
 * `ret` has `max`.  Processes that start or exit while /proc is read may be
 * missing.
 */
void children_find(pid_t pid, size_t max, struct pid_vec *ret);

/* The process that started `pid`, or what it has come to; 0: unknown. */
pid_t children_parent(pid_t pid);

#endif
