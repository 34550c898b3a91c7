/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/reports/cycles.h - cycles, as text and as JSON. */
#ifndef OUTPUT_REPORTS_CYCLES_H
#define OUTPUT_REPORTS_CYCLES_H

#include <jansson.h>

#include "analysis/cycles.h"
#include "output/format.h"

/* Which cycles are shown. */
struct cycles_shown {
	uint64_t limit;		/* how many at most; 0: all */
	const bool *types;	/* types[i]: show cycles that have an object of
				   type i; NULL: of any type */
	bool garbage;		/* only those that are garbage */
	bool machinery;		/* also those of classes and modules, which
				   every Python has */
};

void cycles_text(struct heap *h, const struct cycles *c,
		 const struct reach *reach, const struct cycles_shown *shown,
		 const struct format *f, struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *cycles_json(struct heap *h, const struct cycles *c,
		    const struct reach *reach,
		    const struct cycles_shown *shown);

#endif
