/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/reports/diff.h - what two heaps or more differ in. */
#ifndef OUTPUT_REPORTS_DIFF_H
#define OUTPUT_REPORTS_DIFF_H

#include <jansson.h>

#include "analysis/compare/explained.h"
#include "analysis/compare/series.h"
#include "output/format.h"

/* All that a diff found; what it points to is the caller's. */
struct diff_found {
	struct heap *old, *new;
	/*
	 * For each heap, the oldest first: what its process was, and its name
	 * as the user typed it.  Of the heaps between `old` and `new`, only
	 * this and `series` is kept.
	 */
	const struct heap_info *const *infos;
	const char *const *names;
	bool reordered;		/* they were given in another order */
	const struct match *match;
	const struct diff *diff;
	const struct grow *grow;
	const struct series *series;
	const struct ledger_growth *ledger; /* NULL: not both heaps have one */
	uint64_t limit;		/* how many types are shown; 0: all */
	uint64_t holders;	/* how many holders are shown; 0: all */
};

/*
 * Of two heaps, show what grew most; of more, what grew in every step.  Without
 * f->header, show only the rows of the table of types, for scripts.
 */
void diff_text(const struct diff_found *d, const struct format *f,
	       struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *diff_json(const struct diff_found *d);

/*
 * How much of the growth of the resident memory the holders and the garbage
 * that are shown explain.  Not known if d->ledger is NULL or the heaps are of
 * two processes.
 */
struct explained diff_explained(const struct diff_found *d);

/*
 * Add the name of a holder: its path from a root, in one line.  A holder that
 * is very far from a root (the end of a long linked list) has no name, because
 * its path would take long to make.
 */
bool diff_has_name(const struct diff_found *d, oid o);
void diff_add_name(const struct diff_found *d, oid o, struct str *out);

#endif
