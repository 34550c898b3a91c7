/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/process.h - who a PID is, and why it can't be looked into.
 */
#ifndef TARGET_LIVE_PROCESS_H
#define TARGET_LIVE_PROCESS_H

#include "target/target-data.h"

/*
 * May we look into the process whose /proc directory is `dir`?  Nothing is
 * stopped.  Errors: see target_open_pid().
 */
struct error *process_check(int dir, pid_t pid) MUST_CHECK;

/*
 * The system said no (EPERM, EACCES): which rule, and what to do.  Never
 * NULL; ERR_GONE where the process has exited meanwhile.
 */
struct error *process_refused(int dir, pid_t pid) MUST_CHECK;

/* Set what `t` tells of the process: command, host, start_time ... */
void process_describe(struct target *t, int dir);

/* Bytes of its memory that are resident; 0 unknown. */
uint64_t process_resident(int dir);

#endif
