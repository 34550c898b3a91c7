/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/reports/alloc.h - what tracemalloc traces, as text and JSON. */
#ifndef OUTPUT_REPORTS_ALLOC_H
#define OUTPUT_REPORTS_ALLOC_H

#include <jansson.h>

#include "analysis/sites/allocated.h"
#include "output/format.h"

struct alloc_found {
	const struct heap *new, *old; /* old: NULL if there is none */
	const struct allocated *allocated;
	uint64_t limit;		/* of rows; 0: all */
};

/*
 * Why there is nothing to show: tracemalloc does not run, and how to turn it
 * on; or the capture is of an older pyheld.  A line without a newline; NULL:
 * `h` has allocations.
 */
const char *alloc_why_none(const struct heap *h);

void alloc_text(const struct alloc_found *found, const struct format *f,
		struct str *out);
/* A new reference. */
json_t *alloc_json(const struct alloc_found *found);

#endif
