/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/limits/lines.h - which lines of the ledger a user means, for limits
 * (--fail-if) and conditions (--when).
 *
 *	LINES = KIND [ ":" PATTERN ] | "unexplained" | "swapped"
 *	KIND  = "objects" | "raw" | "unowned" | "free" | "overhead" | "stack"
 *		| "file" | "shared" | "other"
 *
 * A KIND means all lines of it.  "objects" without a PATTERN means no lines: in
 * limits it is the number of objects.  With a PATTERN, those lines are meant
 * whose type it means (analysis/limits/pattern.h), whose file or allocator it
 * matches with or without the path, or whose part it matches ("free-top").
 */
#ifndef ANALYSIS_LIMITS_LINES_H
#define ANALYSIS_LIMITS_LINES_H

#include "heap/heap.h"

/* Beyond the kinds of heap/memory.h. */
#define LINES_UNEXPLAINED NR_MEMORY_KINDS
#define LINES_SWAPPED (NR_MEMORY_KINDS + 1)

struct lines {
	unsigned int kind;	/* enum memory_kind or LINES_* */
	char *pattern;		/* NULL: all lines of the kind */
};

/* False: `text` means no lines, and `*ret` is unchanged.  Else the caller
 * releases `*ret` by lines_release(). */
bool lines_parse(const char *text, struct lines *ret);

/* "raw", "unexplained" */
const char *lines_name(const struct lines *l);

/*
 * The bytes of the lines; 0 if there are none.  The ledger of `h` is known (its
 * basis is not MEMORY_UNKNOWN).
 */
uint64_t lines_sum(const struct heap *h, const struct lines *l);

void lines_release(struct lines *l);

#endif
