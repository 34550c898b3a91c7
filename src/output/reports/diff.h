/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/reports/diff.h - what came, what went, what grew. */
#ifndef OUTPUT_REPORTS_DIFF_H
#define OUTPUT_REPORTS_DIFF_H

#include <jansson.h>

#include "analysis/compare/series.h"
#include "output/format.h"

/* All that a diff found; what it points to is the caller's. */
struct diff_found {
	struct heap *old, *new;
	/* Of each heap, in order, what is left when it is not kept, and what
	 * the user calls it. */
	const struct heap_info *const *infos;
	const char *const *names;
	const struct match *match;
	const struct diff *diff;
	const struct grow *grow;
	const struct series *series;
	uint64_t limit;		/* of types; 0: all */
	uint64_t holders;	/* limit of holders; 0: all */
};

/*
 * Of two heaps what grew most; of more what grew in every step.  Without
 * f->header only the rows of the table of types, for scripts.
 */
void diff_text(const struct diff_found *d, const struct format *f,
	       struct str *out);
json_t *diff_json(const struct diff_found *d);

/*
 * How a holder is called, in one line.  The chain of one that is too far from
 * a root (the end of a long linked list) is not worth the time to name it.
 */
bool diff_has_name(const struct diff_found *d, oid o);
void diff_add_name(const struct diff_found *d, oid o, struct str *out);

#endif
