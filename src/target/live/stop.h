/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/stop.h - all threads of a process stand still for a while.
 *
 * Belongs to the calling thread: only it may use a stop.  When that thread
 * ends, however it ends, the kernel detaches and the target runs on.
 */
#ifndef TARGET_LIVE_STOP_H
#define TARGET_LIVE_STOP_H

#include "target/target-data.h"

enum tracee_state {
	TRACEE_SEIZED,	/* attached, may still run */
	TRACEE_STOPPED,
	TRACEE_STUCK,	/* in the kernel, will stop before it leaves it */
	TRACEE_GONE,
};

struct tracee {
	struct thread thread;
	enum tracee_state state;
	int signal;	/* it was about to get this one; given back */
};
VEC_DEFINE(tracee_vec, struct tracee);

struct stop {
	pid_t pid;
	int dir;	/* /proc/PID; not owned */
	bool own_ids;	/* the target's PID namespace is ours */
	struct tracee_vec tracees;
	uint64_t since;	/* CLOCK_MONOTONIC, ns; 0: nothing stopped yet */
};

/*
 * Stop every thread, also those that are born meanwhile.  On error all are
 * let go.  ERR_GONE, ERR_PERMISSION, ERR_SYSTEM.
 */
struct error *stop_all(struct stop *s, int dir, pid_t pid) MUST_CHECK;

/* Let all go on; returns how long they stood still, in ns. */
uint64_t stop_resume(struct stop *s);
void stop_release(struct stop *s);

/* Set pc, sp and fs_base of all that stand still. */
void stop_read_registers(struct stop *s);

uint64_t monotonic_ns(void);

#endif
