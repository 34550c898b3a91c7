/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/reports/summary.h - the process, its collector, and the table of
 * types.
 */
#ifndef OUTPUT_REPORTS_SUMMARY_H
#define OUTPUT_REPORTS_SUMMARY_H

#include <jansson.h>

#include "analysis/summary.h"
#include "output/format.h"

/*
 * Show at most `limit` types; 0: all.  Without f->header, show only the rows of
 * the table, for scripts.
 */
void summary_text(const struct heap *h, const struct summary *s,
		  uint64_t limit, const struct format *f, struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *summary_json(const struct heap *h, const struct summary *s,
		     uint64_t limit);

/* Add the lines "process" and "python", with which `doctor` begins, too. */
void summary_add_target(const struct heap *h, const struct format *f,
			struct str *out);

#endif
