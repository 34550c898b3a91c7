/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - a live CPython for a test: the python3 that configure found.
 *
 * It ends with the test.  What goes wrong here fails the test.
 */
#ifndef TESTS_UNIT_CLI_LIVE_H
#define TESTS_UNIT_CLI_LIVE_H

#include <sys/types.h>

struct live {
	pid_t pid;
	char *name;		/* the PID in digits */
};

/*
 * Start it on `program`, Python that writes a byte to descriptor 3 when it is
 * ready; returns when it is.  The program is a file of the name `script` in the
 * folder "scripts", or given by -c, if that is NULL.
 */
struct live live_start(const char *script, const char *program);
/* The same with -c PROGRAM and these arguments behind it, up to NULL: at most
 * LIVE_WORDS. */
#define LIVE_WORDS 8
struct live live_start_words(const char *program, const char *const *words);
/* Kill it and free what is in `l`. */
void live_end(struct live *l);

#endif
