/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/remote/remote.h - a running process that the broker reaches for us.
 *
 * The worker (base/broker/task.h) may neither open nor stop a process.  The
 * struct target is the same as that of live/; the broker has one of its own
 * (serve.h), with a number, and does what takes privileges: it says who the
 * process is, reads memory before the stop, stops and copies, and gives the
 * descriptors of mapped files.  The copy is shared memory.
 */
#ifndef TARGET_REMOTE_REMOTE_H
#define TARGET_REMOTE_REMOTE_H

#include "target/processes/census.h"
#include "target/live/children.h"
#include "target/target-data.h"

/* See live_open() and target_open_pid(): the same, for the worker. */
struct error *remote_open(pid_t pid, struct target *t) MUST_CHECK;

/* See children_find(): the same, for the worker. */
void remote_children(pid_t pid, size_t max, struct pid_vec *ret);
/* See census_read() and census_read_file(): the same, for the worker. */
struct error *remote_census(const struct census_query *q,
			    struct census *ret) MUST_CHECK;
struct error *remote_census_details(pid_t pid, struct census_details *ret)
	MUST_CHECK;
int remote_census_file(pid_t pid, bool library);
/* See proc_is_alive(). */
bool remote_is_alive(pid_t pid);

#endif
