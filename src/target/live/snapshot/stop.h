/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/snapshot/stop.h - stops all threads of a process, and resumes
 * them.
 *
 * A stop belongs to the thread that called stop_all(): no other may use it.
 * When that thread ends, however it ends, the kernel detaches and the target
 * runs on.
 */
#ifndef TARGET_LIVE_SNAPSHOT_STOP_H
#define TARGET_LIVE_SNAPSHOT_STOP_H

#include "target/target-data.h"

/* Of the thread that stops: on a busy machine, other processes would prolong
 * the pause. */
#define STOP_PRIORITY (-20)

enum tracee_state {
	TRACEE_SEIZED,	/* attached; it may still run */
	TRACEE_STOPPED,
	TRACEE_STUCK,	/* waits in the kernel, and stops before it leaves it */
	TRACEE_GONE,	/* exited, or detached */
};

struct tracee {
	struct thread thread;
	enum tracee_state state;
	int signal;	/* that it was about to get: delivered when it goes on;
			   0: none */
};
VEC_DEFINE(tracee_vec, struct tracee);

struct stop {
	pid_t pid;
	int dir;	/* /proc/PID; not owned */
	bool our_numbers; /* see threads_have_our_numbers() */
	struct tracee_vec tracees;
	uint64_t since;	/* CLOCK_MONOTONIC, ns; 0: nothing stopped yet */
};

/*
 * Stop every thread of the process, also those that start meanwhile.  `dir` is
 * /proc/PID.  On success stop_release() must follow.  On error all threads run.
 *
 * ERR_GONE: the process exited.  ERR_PERMISSION: it must not be traced.
 * ERR_SYSTEM: a thread does not stop, or threads start too fast.
 * ERR_UNSUPPORTED: it has too many threads.
 */
struct error *stop_all(struct stop *s, int dir, pid_t pid) MUST_CHECK;

/*
 * Stop the thread `tid` of the process alone, as stop_all() does.  If there is
 * no such thread any more, none stands still.
 */
struct error *stop_one(struct stop *s, int dir, pid_t pid, pid_t tid)
	MUST_CHECK;
bool stop_has_one(const struct stop *s);
/* Is a thread attached that stop_resume() can't detach from?  It is until the
 * thread that called stop_one() ends.  To be asked before stop_resume(). */
bool stop_clings(const struct stop *s);

/*
 * Run a function in a thread of its own, which stops threads, and wait for it:
 * whatever happens, they run again when it has ended.  ERR_SYSTEM: no thread
 * can be made.
 */
struct error *stop_in_thread(void *(*run)(void *), void *argument) MUST_CHECK;

/* Resume all threads; returns for how many ns they stood still. */
uint64_t stop_resume(struct stop *s);
/* Resume all threads that are still stopped, and free the contents. */
void stop_release(struct stop *s);

/* Set pc, sp and fs_base of all threads that are stopped. */
void stop_read_registers(struct stop *s);

/* CLOCK_MONOTONIC in ns. */
uint64_t monotonic_ns(void);

#endif
