/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confined.h - children to try base/broker/sandbox.h in.
 *
 * What goes wrong here fails the test, or ends the child with a status that is
 * not 0.
 */
#ifndef TESTS_UNIT_BASE_BROKER_CONFINED_H
#define TESTS_UNIT_BASE_BROKER_CONFINED_H

#include <sys/types.h>

#include "base/broker/sandbox.h"

#define CONFINED_RESULTS 256

/* What the child leaves, in memory that both have. */
extern struct confined {
	struct sandbox sandbox;
	int value;
	int errnums[CONFINED_RESULTS];
} *confined;

/* The socket: the test has the first end, the child the second. */
extern int confined_ends[2];

/* Run `body` in a child, which then ends with status 0. */
pid_t confined_start(void (*body)(void));

/* Like confined_start(); returns the status of waitpid(). */
int confined_run(void (*body)(void));

/* Like confined_run(); it is to end with this exit status. */
void confined_expect_exit(void (*body)(void), int expected);

/* In the child: sandbox_enter(), with its end of the socket. */
void confined_enter(void);

#endif
