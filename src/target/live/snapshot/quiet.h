/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/snapshot/quiet.h - proves that no thread of a process ran for a
 * time.  Nothing is stopped, and no thread notices.
 *
 *	quiet_init()
 *	quiet_begin()	until it says QUIET_YES
 *	...copy...	with quiet_lasts() now and then, to give up early
 *	quiet_end()	true: no thread ran between the two
 *	quiet_release()	in any case
 *
 * The same for one thread begins with quiet_begin_one().
 *
 * Why it holds.  /proc/PID/task/TID/syscall has numbers only if the kernel saw
 * the thread off the processor, and "running" else.  The third number of
 * schedstat grows whenever the scheduler puts the thread on a processor, before
 * it runs an instruction.  That number is read first, then the thread is seen
 * off the processor, and at the end the number is the same: the thread did not
 * run since.  Only a thread that runs makes threads or ends, so an equal list
 * at both ends proves it of all of them.
 *
 * What looks simpler proves nothing: a thread that is about to sleep has the
 * state S and may go on without a switch, so neither states nor counts of
 * switches nor times tell.
 *
 * It says nothing about what others write to memory that they share with the
 * process, as processes and devices may; nor does a stop of all threads.
 */
#ifndef TARGET_LIVE_SNAPSHOT_QUIET_H
#define TARGET_LIVE_SNAPSHOT_QUIET_H

#include "target/target-data.h"

VEC_DEFINE(tid_vec, pid_t);
VEC_DEFINE(bytes_vec, char);

/* Two descriptors each are open: with more threads it can't be proved. */
#define QUIET_MAX_THREADS 10000

enum quiet_answer {
	QUIET_YES,	/* no thread runs */
	QUIET_BUSY,	/* .busy says which one ran, began or ended */
	QUIET_UNKNOWN,	/* it can't be told, now or later: .why */
};

struct quiet_thread {
	/* .host_tid; and .pc and .sp as of quiet_begin() */
	struct thread thread;
	int schedstat, syscall;	/* its files; -1: it was gone */
	uint64_t arrivals;	/* how often it was put on a processor */
};
VEC_DEFINE(quiet_thread_vec, struct quiet_thread);

struct quiet {
	int dir;		/* /proc/PID; not owned */
	int task;		/* its folder of threads */
	struct quiet_thread_vec threads;
	struct tid_vec listed;	/* by the last listing */
	struct bytes_vec buffer;	/* for a listing */
	bool counts;		/* does this kernel count arrivals? */
	pid_t busy;		/* in our PID namespace; 0: none */
	const char *why;	/* static, a clause: "the kernel ..." */
};

/* `dir` is /proc/PID, which must stay open. */
void quiet_init(struct quiet *q, int dir);
void quiet_release(struct quiet *q);

enum quiet_answer quiet_begin(struct quiet *q);
/* False: a thread ran since quiet_begin().  True proves nothing. */
bool quiet_lasts(struct quiet *q);
bool quiet_end(struct quiet *q);

/* quiet_begin() for the thread `tid` alone.  The proof ends with
 * quiet_lasts(): true proves that it did not run. */
enum quiet_answer quiet_begin_one(struct quiet *q, pid_t tid);

/*
 * Nothing is proved: look at all threads, whether they run or not.  .pc and .sp
 * are 0 of those that run.  QUIET_BUSY: threads begin and end all the time.
 */
enum quiet_answer quiet_look(struct quiet *q);
/* Look once more at those that ran at quiet_look(): most wait by then. */
void quiet_look_again(struct quiet *q);

/* Add the threads to `ret`, as thread_describe() and quiet_begin() know them:
 * without .fs_base. */
void quiet_threads(const struct quiet *q, struct thread_vec *ret);

#endif
