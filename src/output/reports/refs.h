/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/reports/refs.h - reference counts, and which references explain them.
 */
#ifndef OUTPUT_REPORTS_REFS_H
#define OUTPUT_REPORTS_REFS_H

#include <jansson.h>

#include "analysis/audit.h"
#include "output/format.h"

/* Show at most `limit` types; 0: all. */
void refs_text(struct heap *h, const struct audit *a, uint64_t limit,
	       const struct format *f, struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *refs_json(struct heap *h, const struct audit *a, uint64_t limit);

#endif
