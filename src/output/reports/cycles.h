/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/reports/cycles.h - cycles, as text and as JSON. */
#ifndef OUTPUT_REPORTS_CYCLES_H
#define OUTPUT_REPORTS_CYCLES_H

#include <jansson.h>

#include "analysis/cycles.h"
#include "output/format.h"

struct cycles_shown {
	uint64_t limit;		/* 0: all */
	const bool *types;	/* only cycles with one of these; NULL: any */
	bool garbage;		/* only garbage */
	bool machinery;		/* also those of classes and modules */
};

void cycles_text(struct heap *h, const struct cycles *c,
		 const struct reach *reach, const struct cycles_shown *shown,
		 const struct format *f, struct str *out);
json_t *cycles_json(struct heap *h, const struct cycles *c,
		    const struct reach *reach,
		    const struct cycles_shown *shown);

#endif
