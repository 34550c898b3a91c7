/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/reports/retained.h - who keeps how much memory alive, as text and
 * as JSON.
 */
#ifndef OUTPUT_REPORTS_RETAINED_H
#define OUTPUT_REPORTS_RETAINED_H

#include <jansson.h>

#include "analysis/retained.h"
#include "output/format.h"

struct retained_shown {
	struct oid_vec objects;	/* in the order in which they are shown */
	uint64_t nr;		/* how many there are, shown or not; 0: what
				 * is not shown is not counted */
	uint64_t depth;		/* levels below each */
	/* What was asked for; a single object: it is objects.v[0]. */
	bool single;
	const char *type;	/* as the user typed it; NULL: all objects */
	uint64_t nr_of_type;	/* ... its objects, */
	uint64_t size_of_type;	/* ... their own bytes, */
	struct tally sum;	/* ... and what they retain together */
};

void retained_text(struct retained_view *v, const struct retained_shown *shown,
		   const struct format *f, struct str *out);
json_t *retained_json(struct retained_view *v,
		      const struct retained_shown *shown);

#endif
