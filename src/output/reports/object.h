/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/reports/object.h - one object: what it is, what it retains, the path
 * to it, what it refers to, and what refers to it.
 */
#ifndef OUTPUT_REPORTS_OBJECT_H
#define OUTPUT_REPORTS_OBJECT_H

#include <jansson.h>

#include "analysis/retained.h"
#include "output/format.h"

/* Show at most `limit` references and `limit` referrers; 0: all. */
void object_text(const struct retained_view *v, oid o, uint64_t limit,
		 const struct format *f, struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *object_json(const struct retained_view *v, oid o, uint64_t limit);

#endif
