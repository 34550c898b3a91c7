/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.h - processes to try target/live/live.h on: children that are forked
 * from the test, so that addresses are the same here and there.
 *
 * A child ends with the test.  What goes wrong here fails the test.
 */
#ifndef TESTS_UNIT_SUPPORT_CHILD_H
#define TESTS_UNIT_SUPPORT_CHILD_H

#include "target/target.h"

#define CHILD_THREADS 4

/* What child_counting()'s threads count: `first` is ahead by at most one. */
extern struct child_pair {
	volatile uint64_t first, second;
} child_pairs[CHILD_THREADS];

/* SIGUSR1s that it got; the sum of SIGRTMIN's values. */
extern volatile uint64_t child_nr_signals, child_nr_queued;

static inline raddr child_address(const volatile void *p)
{
	return (uintptr_t)p;
}

/* Run `body` in a child; returns when that calls child_ready(). */
pid_t child_start(void (*body)(void));
void child_ready(void);
void child_finish(pid_t pid);

/* Bodies, for ever: threads that count and handle signals; nothing. */
void child_counting(void);
void child_waiting(void);

/* Wait until child_waiting() sleeps: on its way it still maps pages. */
void child_settle(pid_t pid);

struct target *child_open(pid_t pid);
/* For target_snapshot(): with a stop. */
extern const struct snapshot_options child_stopped;

void child_snapshot(struct target *t, const struct snapshot_options *o);

/* The word at `p`, in the process now and in the copy. */
uint64_t child_peek(struct target *t, const volatile void *p);
uint64_t child_copied(struct target *t, const volatile void *p);

/* A field of /proc/PID/status as text; valid until the next call. */
char *child_status(pid_t pid, const char *key);
void child_expect_untraced(pid_t pid);
/* child_counting()'s threads go on. */
void child_expect_running(struct target *t);

/* `err`, which is freed, is of that kind and says that. */
void expect_error(struct error *err, enum error_code code, const char *text);
void sleep_ms(long ms);

#endif
