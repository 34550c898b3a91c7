/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/coverage.h - how well the references are known that a report is of.
 *
 * Pyheld's readers and emulated code tell what an object refers to; a scan of
 * its memory for pointers only guesses.  Every report says how many objects
 * were read how: JSON in a key "coverage", text in a line where something is a
 * guess or unknown.  A reference that is a guess is marked where it is shown.
 */
#ifndef OUTPUT_COVERAGE_H
#define OUTPUT_COVERAGE_H

#include <jansson.h>

#include "base/str.h"
#include "heap/heap.h"

/* Behind the name of a reference that is a guess. */
#define COVERAGE_MARK " *"

/* Are the references of `o` a guess? */
static inline bool coverage_is_guess(const struct heap *h, oid o)
{
	return h->flags[o] & OBJECT_SCANNED;
}

/* The line that says what the mark means. */
void coverage_add_legend(unsigned int indent, struct str *out);

/* "coverage: ...", or, of a report's many targets, "coverage of NAME: ...";
 * nothing where all is known. */
void coverage_add_line(const struct heap *h, const char *name,
		       struct str *out);
/* "partial: ...", likewise; nothing where no memory is missing. */
void coverage_add_partial(const struct heap *h, const char *name,
			  struct str *out);
/* "pyheld's readers 100, ...", also where all is known; without a line's end */
void coverage_add_all(const struct heap *h, struct str *out);

/* {"native", "emulated", "scanned", "unread", "bad_pointers", "emulator"} */
json_t *coverage_json(const struct heap *h);

#endif
