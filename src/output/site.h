/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/site.h - where an object was allocated, if tracemalloc runs in the
 * target (heap/sites/allocation.h).
 */
#ifndef OUTPUT_SITE_H
#define OUTPUT_SITE_H

#include <jansson.h>

#include "heap/heap.h"

/* Add "app.py:12". */
void site_add(const struct heap *h, struct heap_site site, struct str *out);

/* Add a line "allocated at app.py:12" behind `indent`; nothing if it is not
 * known. */
void site_add_line(const struct heap *h, oid o, const char *indent,
		   struct str *out);

/* {"file", "line"}, a new reference. */
json_t *site_json(const struct heap *h, struct heap_site site);

/* The site of `o`; null: it is not known.  A new reference. */
json_t *site_json_of(const struct heap *h, oid o);

/* All recorded sites of `o`, the oldest call first; empty if none is known. */
json_t *site_traceback_json(const struct heap *h, oid o);

/* Add a line for each of them, behind `indent`: "app.py:12". */
void site_add_traceback(const struct heap *h, oid o, const char *indent,
			struct str *out);

#endif
