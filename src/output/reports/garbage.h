/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/reports/garbage.h - what the next full collection would find and do.
 */
#ifndef OUTPUT_REPORTS_GARBAGE_H
#define OUTPUT_REPORTS_GARBAGE_H

#include <jansson.h>

#include "analysis/collect.h"
#include "output/format.h"

/* Show at most `limit` types and `limit` kinds of components; 0: all. */
void garbage_text(struct heap *h, const struct garbage *g,
		  const struct collect *c, uint64_t limit,
		  const struct format *f, struct str *out);
/* A new reference; pyheld-json(5) has the keys.  All types are in it. */
json_t *garbage_json(struct heap *h, const struct garbage *g,
		     const struct collect *c, uint64_t limit);

#endif
