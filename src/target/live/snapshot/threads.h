/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/snapshot/threads.h - what /proc says of a process's threads.
 *
 * `dir` is /proc/PID in all of it, as of proc_open().
 */
#ifndef TARGET_LIVE_SNAPSHOT_THREADS_H
#define TARGET_LIVE_SNAPSHOT_THREADS_H

#include "base/str.h"
#include "target/target-data.h"

/* No more threads of a process are looked at. */
#define MAX_THREADS 100000

/* proc_read() of a file of the thread `tid`, such as "stat". */
bool thread_read(int dir, pid_t tid, const char *file, struct str *text);

/* Its state, as proc_stat_state(); 'X': there is no such thread any more. */
char thread_state(int dir, pid_t tid);

/* Is the process in our PID namespace, so that it has the same numbers for its
 * threads as we have? */
bool threads_have_our_numbers(int dir);

/* Set t->name and t->tid of the thread t->host_tid, stopped or not.
 * `our_numbers` is that of threads_have_our_numbers(). */
void thread_describe(int dir, bool our_numbers, struct thread *t);

#endif
