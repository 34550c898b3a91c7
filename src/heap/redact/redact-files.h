/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/redact/redact-files.h - leave out names of mapped files.
 *
 * REDACT_CONTENTS keeps the names of programs and libraries, REDACT_ALL those
 * of no file.  Both keep the kernel's names for what is no file: "[heap]".
 */
#ifndef HEAP_REDACT_REDACT_FILES_H
#define HEAP_REDACT_REDACT_FILES_H

#include "heap/heap.h"

/* Set ret->mappings: those of `info`, which does not change, with "" in place
 * of each name that is left out.  `all`: as REDACT_ALL does. */
void redact_mappings(const struct heap_info *info, bool all,
		     struct heap_info *ret);

/* Set ret->lines: those of the ledger of `h`, which does not change, with ""
 * in place of each path that is left out.  `all`: as REDACT_ALL does. */
void redact_memory(const struct heap *h, bool all, struct heap_memory *ret);

/* Set ret->files: those of `from`, which does not change, with "?" in place of
 * each name that is left out.  `all`: as REDACT_ALL does. */
void redact_sources(const struct heap_allocations *from, bool all,
		    struct heap_allocations *ret);

#endif
