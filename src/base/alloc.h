/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/alloc.h - allocate memory, or end the program.
 *
 * No function here returns NULL.  When there is no memory, the program prints
 * "pyheld: out of memory" to stderr, with the limit that is the cause
 * (base/rlimit.h), and exits with status 3, without running atexit() handlers.
 *
 * This is for sizes that are ours.  A length that a target, a core or a
 * capture claims must be checked first against what is mapped or against the
 * size of the file.
 *
 * The caller owns what is returned and frees it with free().
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/compiler.h"

/* die() (base/die.h) of "out of memory" and the limit that is the cause. */
void out_of_memory(void) __attribute__((noreturn));

/*
 * For what is large the functions below ask the kernel for huge pages: a fault
 * for each 4 KiB takes longer than what is done with them.  xcalloc_sparse()
 * does not.
 */

/* `size` bytes, not initialised.  Size 0 gives a pointer that can be freed. */
void *xmalloc(size_t size);

/* `nr` items of `size` bytes, all zero.  A product that overflows size_t ends
 * the program. */
void *xcalloc(size_t nr, size_t size);

/* The same, for arrays most of which is never written: no huge pages. */
void *xcalloc_sparse(size_t nr, size_t size);

/*
 * Resize `p`, which may be NULL, to `nr` items of `size` bytes.  `p` is no
 * longer valid then.  What is new is not initialised.  A product that
 * overflows size_t ends the program.
 */
void *xreallocarray(void *p, size_t nr, size_t size);

/* A copy of the NUL-terminated string `s`. */
char *xstrdup(const char *s);

/* A NUL-terminated copy of the first `len` bytes of `s`, or of all of `s` if
 * that is shorter. */
char *xstrndup(const char *s, size_t len);

/* The string that printf() would print. */
char *xasprintf(const char *format, ...) PRINTF(1, 2);

/* For CLEANUP() of a pointer variable: free what it points to. */
static inline void freep(void *variable)
{
	free(*(void **)variable);
}

/* For CLEANUP() of a file descriptor: close it, unless it is negative. */
void closep(int *fd);

#endif
