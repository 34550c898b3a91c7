/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/reports/garbage.h - what the next full collection would find and do.
 */
#ifndef OUTPUT_REPORTS_GARBAGE_H
#define OUTPUT_REPORTS_GARBAGE_H

#include <jansson.h>

#include "analysis/collect.h"
#include "output/format.h"

/* At most `limit` types and groups, 0: all. */
void garbage_text(struct heap *h, const struct garbage *g,
		  const struct collect *c, uint64_t limit,
		  const struct format *f, struct str *out);
json_t *garbage_json(struct heap *h, const struct garbage *g,
		     const struct collect *c, uint64_t limit);

#endif
