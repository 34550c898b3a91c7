/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/sampling/wait.h - sleep between two samples, until SIGINT or SIGTERM.
 */
#ifndef CLI_SAMPLING_WAIT_H
#define CLI_SAMPLING_WAIT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Handle SIGINT and SIGTERM only in wait_until(): a sample that has begun is
 * finished, and no signal gets lost just before the sleep.  *sleeping is the
 * signal mask for wait_until().
 */
void wait_catch_interrupts(sigset_t *sleeping);

/* Milliseconds of a monotonic clock. */
uint64_t wait_now_ms(void);

/*
 * Sleep until wait_now_ms() is `ms`, or a signal comes.  Sleeps at least once,
 * so that a pending signal is taken.  Returns false when the program shall
 * end.
 */
bool wait_until(uint64_t ms, const sigset_t *sleeping);

#endif
