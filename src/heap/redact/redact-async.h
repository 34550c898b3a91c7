/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/redact/redact-async.h - functions and their files, and tasks, as a
 * redacted capture has them.
 */
#ifndef HEAP_REDACT_REDACT_ASYNC_H
#define HEAP_REDACT_REDACT_ASYNC_H

#include "heap/heap.h"

/* The name of a function or of its file, or "?"; the caller frees it.  `all`:
 * the program's own names are hidden, too. */
char *redact_function(const char *name, bool all);
char *redact_function_file(const char *path, bool all);

/* Set the codes and futures of `to` to copies of those of `h`, which the caller
 * releases.  No task keeps its name. */
void redact_async(const struct heap *h, bool all, struct heap *to);

#endif
