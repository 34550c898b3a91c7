/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/rlimit.h - the resource limits of this process (ulimit, setrlimit(2)).
 *
 * A system call that fails because of a limit fails with an errno that does
 * not name the limit.  These functions name it, by the letter that the shell's
 * `ulimit` takes, with its value.
 *
 * Nothing here allocates memory, and all of it may be called in any thread.
 */
#ifndef BASE_RLIMIT_H
#define BASE_RLIMIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

/* Enough for each text of rlimit_hint(). */
#define RLIMIT_HINT_MAX 128

/*
 * Write into `buf` which limit explains `errnum`, and what to do:
 * " (ulimit -n allows 10: raise it)".  Writes "" if no limit does: the errno
 * has another cause, or the limit is infinite.
 *
 * EMFILE: open files.  EFBIG: the size of a file.  ENOMEM: the address space or
 * the data, of which the one with less room left is named.  Any other errno has
 * no limit.
 *
 * `buf` has RLIMIT_HINT_MAX bytes.  errno stays as it was.
 */
void rlimit_hint(int errnum, char *buf);

/*
 * End the program if `errnum` says that it has run out of file descriptors
 * (EMFILE, ENFILE) or memory (ENOMEM): print one line that names the limit and
 * exit with status 3, as out_of_memory() does.  Else errno stays as it was.
 *
 * For a file that is optional: that it can't be opened must not be taken for
 * its absence.
 */
void rlimit_check(int errnum);

/*
 * Prepare the process: a write behind RLIMIT_FSIZE fails with EFBIG, instead of
 * ending us by SIGXFSZ, and the limit of the stack is raised as far as that is
 * allowed.  If the stack stays too small to work with, print one line and exit
 * with status 3.
 */
void rlimit_prepare(void);

/*
 * Like pthread_create(), but the size of the stack does not depend on
 * RLIMIT_STACK.  Returns 0 or an errno.  ENOMEM means memory, and EAGAIN that
 * no more threads are allowed; pthread_create() says EAGAIN for both.
 */
int rlimit_thread(pthread_t *ret, void *(*function)(void *), void *arg)
	MUST_CHECK;

/* Is there a limit that counts what is reserved: of the address space, or of
 * the data? */
bool rlimit_bounds_memory(void);

/* Bytes of this process that RLIMIT_DATA counts, from /proc/self/statm, which
 * counts its stacks, too.  0: unknown. */
uint64_t rlimit_data_used(void);

/*
 * The limit of data is pyheld's own now (base/broker/sandbox.h): no hint tells
 * the user to raise it.
 */
void rlimit_data_is_own(void);

/*
 * Write into `buf` (RLIMIT_HINT_MAX bytes) which limit explains that no thread
 * or process could be made, where `errnum` is what rlimit_thread() or fork()
 * gave.  Like rlimit_hint(), but EAGAIN means `ulimit -u`.
 */
void rlimit_task_hint(int errnum, char *buf);

#endif
