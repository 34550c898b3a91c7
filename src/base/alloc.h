/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/alloc.h - memory that is there or ends the program.
 *
 * Running out of memory prints one line and exits with status 3; a length
 * that a target claims is checked against its mappings before it gets here.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/compiler.h"

void out_of_memory(void) __attribute__((noreturn));

void *xmalloc(size_t size);
void *xcalloc(size_t nr, size_t size);
/* An array of `nr` items of `size` bytes; the product is checked. */
void *xreallocarray(void *p, size_t nr, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *format, ...) PRINTF(1, 2);

/* For CLEANUP(): free what the variable points to. */
static inline void freep(void *variable)
{
	free(*(void **)variable);
}

/* For CLEANUP() of a file descriptor; -1 is none. */
void closep(int *fd);

#endif
