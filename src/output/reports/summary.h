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
 * At most `limit` rows (0: all).  Without f->header only the table's rows
 * are shown, for scripts.
 */
void summary_text(const struct heap *h, const struct summary *s,
		  uint64_t limit, const struct format *f, struct str *out);
json_t *summary_json(const struct heap *h, const struct summary *s,
		     uint64_t limit);

/* The lines "process" and "python". */
void summary_add_target(const struct heap *h, const struct format *f,
			struct str *out);

#endif
