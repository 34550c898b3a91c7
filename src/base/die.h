/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/die.h - end the program where it can't go on.
 */
#ifndef BASE_DIE_H
#define BASE_DIE_H

/*
 * Print "pyheld: ", `what` and a newline on stderr and exit with status 3,
 * without running atexit() handlers.  Safe in handlers of signals.
 */
void die(const char *what) __attribute__((noreturn));

/*
 * Called by die() first, in this order, unless they are NULL: what has the
 * terminal gives it back; a file that is not finished is removed.  They are
 * safe in handlers of signals.
 */
extern void (*die_terminal_hook)(void);
extern void (*die_file_hook)(void);

#endif
