/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/coverage.h - how complete and how certain the references are.
 *
 * pyheld's readers and emulated code tell exactly what an object refers to; a
 * scan of its memory for pointers is a guess.  Every report says how many
 * objects were read in which way: JSON has a key "coverage", text has a line if
 * something is a guess or unknown.  A reference that is a guess is marked where
 * it is shown.
 */
#ifndef OUTPUT_COVERAGE_H
#define OUTPUT_COVERAGE_H

#include <jansson.h>

#include "base/str.h"
#include "heap/heap.h"

/* It stands behind the name of a reference that is a guess. */
#define COVERAGE_MARK " *"

/* Are the references of `o` a guess? */
static inline bool coverage_is_guess(const struct heap *h, oid o)
{
	return h->flags[o] & OBJECT_SCANNED;
}

/* How edge `i` of `o` is known, for JSON: by its "tp_traverse", by a "field"
 * that this does not visit, by a "pointer" in its memory that explains a
 * reference, or by a "scan" of the object, which is a guess.  Static text. */
const char *coverage_found(const struct heap *h, oid o, uint32_t i);

/* Add a line, indented by `indent` columns, that explains the mark. */
void coverage_add_legend(unsigned int indent, struct str *out);

/*
 * Add the line "coverage: ...", or "coverage of NAME: ..." if `name`, which a
 * report on several targets needs, is not NULL.  If all references are known,
 * adds nothing.
 */
void coverage_add_line(const struct heap *h, const char *name,
		       struct str *out);
/*
 * Add the line "partial: ...", or "partial of NAME: ..." if `name`, which a
 * report on several targets needs, is not NULL.  If none of the target's memory
 * is missing, adds nothing.
 */
void coverage_add_partial(const struct heap *h, const char *name,
			  struct str *out);
/*
 * Add how many objects were read in which way, "pyheld's readers 100, ...",
 * without a newline; also if all is known.
 */
void coverage_add_all(const struct heap *h, struct str *out);

/* The value of the key "coverage" (pyheld-json(5)), a new reference. */
json_t *coverage_json(const struct heap *h);

#endif
