/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/process.h - who a PID is, and why it can't be read.
 */
#ifndef TARGET_LIVE_PROCESS_H
#define TARGET_LIVE_PROCESS_H

#include "target/target-data.h"

/*
 * May we read the process `pid`, whose /proc directory is `dir` (-1: there is
 * none)?  Nothing is stopped.  Errors: see target_open_pid().
 */
struct error *process_check(int dir, pid_t pid) MUST_CHECK;

/* The error for a /proc of another PID namespace: ERR_UNSUPPORTED. */
struct error *process_foreign(void) MUST_CHECK;

/*
 * The system refused with EPERM or EACCES: an error that says by which rule,
 * and what to do.  Never NULL.  ERR_PERMISSION, or ERR_GONE if the process has
 * exited meanwhile.
 */
struct error *process_refused(int dir, pid_t pid) MUST_CHECK;

/* The error for a process of which `tracer` traces a thread: ERR_PERMISSION. */
struct error *process_traced(pid_t pid, pid_t tracer) MUST_CHECK;

/*
 * `dir` is /proc/PID or that of proc_open_other(), `main` is /proc/PID.
 * Set command, host, boot, start_time, start_ticks, pid_namespace, inner_pid
 * and resident of `t`.  What can't be read is "" or 0.
 */
void process_describe(struct target *t, int dir, int main);

/* Resident bytes of the process; 0: unknown. */
uint64_t process_resident(int dir);

#endif
