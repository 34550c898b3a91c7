/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/reports/leaks.h - the suspects, as a person or a program reads them.
 */
#ifndef OUTPUT_REPORTS_LEAKS_H
#define OUTPUT_REPORTS_LEAKS_H

#include <jansson.h>

#include "analysis/suspects/suspects.h"
#include "analysis/suspects/tasks.h"
#include "output/format.h"

struct leaks_found {
	const struct suspects *suspects;
	const struct tasks *tasks;
	uint64_t limit;		/* so many are shown; 0: all */
};

void leaks_text(const struct leaks_found *found, const struct format *f,
		struct str *out);
json_t *leaks_json(const struct leaks_found *found);

/* --- leaks-words.c --- */

/*
 * The most important sentence of a suspect, without what it keeps: "the list
 * app.SESSIONS only grows".  `place`: Python, or words, for what is to blame.
 */
void leaks_add_title(const struct suspects *s, const struct suspect *suspect,
		     const char *place, struct str *out);
/* What usually fixes it, a sentence or two. */
const char *leaks_fix(const struct suspects *s, const struct suspect *suspect);
/* The name of a type, cut in its middle where it is long. */
void leaks_add_type(const struct suspects *s, uint32_t type, struct str *out);
/* Python, or words, for an object by its way from a root: "app.SESSIONS". */
void leaks_add_place(const struct suspects *s, oid o, struct str *out);

#endif
