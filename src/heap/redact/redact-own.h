/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/redact/redact-own.h - which static types are Python's own.
 *
 * REDACT_ALL keeps the names of these alone.  A static type lies in the file
 * that defines it: Python's own lie in the executable, in libpython or in an
 * extension module of the standard library (lib-dynload).  Those of other
 * extension modules tell what the program uses.
 */
#ifndef HEAP_REDACT_REDACT_OWN_H
#define HEAP_REDACT_REDACT_OWN_H

#include <stdbool.h>

#include "base/vec.h"
#include "heap/heap.h"

struct redact_range {
	uint64_t start, end;
};
VEC_DEFINE(redact_range_vec, struct redact_range);

/* Where Python's own files are mapped, by address. */
struct redact_own {
	struct redact_range_vec ranges;
};

/* Find the files of `h`; *own is empty.  The caller releases it. */
void redact_own_find(struct redact_own *own, const struct heap *h);
void redact_own_release(struct redact_own *own);

/*
 * Is a type of that name and address Python's own?  `is_heap`: it was made at
 * run time, so it is not.  If no file of Python is known, as in a core without
 * notes of its files, a name without a dot is taken for one.
 */
bool redact_own_has(const struct redact_own *own, const char *name,
		    uint64_t address, bool is_heap);

#endif
