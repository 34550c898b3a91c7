/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/memory/growth.h - how a ledger of memory differs from an older one, as
 * text and as JSON.
 */
#ifndef OUTPUT_MEMORY_GROWTH_H
#define OUTPUT_MEMORY_GROWTH_H

#include <jansson.h>

#include "analysis/compare/ledger-growth.h"
#include "output/memory/memory.h"

/* Two ledgers and how they differ. */
struct memory_growth {
	const struct heap *old, *new;
	const struct ledger_growth *growth;
};

/*
 * Add "335.0 MiB more is resident than 2 h before: ..." and, below it, the
 * table of what grew and what shrank.  Without f->header, only its rows.
 */
void growth_text(const struct memory_growth *g,
		 const struct memory_shown *shown, const struct format *f,
		 struct str *out);

/* Add "resident grew by 335.0 MiB: 312.0 MiB raw blocks, ...", the kinds that
 * grew most first.  A line without its end. */
void growth_add_kinds(const struct memory_growth *g, struct str *out);

/* Add "grown in 2 h: +312.0 MiB raw blocks, ..."; nothing if no resident memory
 * grew. */
void growth_add_parts(const struct memory_growth *g, struct str *out);

/* {"resident", "kinds": {...}, "unexplained"}: bytes by which these grew, a new
 * reference. */
json_t *growth_kinds_json(const struct ledger_growth *g);

/* Add the keys "older" and "growth" to the report of `new`. */
void growth_json(const struct memory_growth *g,
		 const struct memory_shown *shown, json_t *report);

#endif
