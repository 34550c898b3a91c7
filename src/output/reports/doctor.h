/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/reports/doctor.h - how well pyheld knows a target.
 */
#ifndef OUTPUT_REPORTS_DOCTOR_H
#define OUTPUT_REPORTS_DOCTOR_H

#include <jansson.h>

#include "analysis/audit.h"
#include "output/format.h"

struct doctor {
	const char *target;	/* as the user typed it */
	const char *pyheld;	/* its version */
	const char *sandbox;	/* what of it is in force, as words */
	const char *unreadable;	/* why it can't be read: the heap is then
				   empty; NULL: it can be read */
	bool capture;		/* it is a capture, which has no self-checks */
	const struct audit *audit;
};

/* Did all checks pass? */
bool doctor_is_well(const struct heap *h, const struct doctor *d);

void doctor_text(const struct heap *h, const struct doctor *d,
		 const struct format *f, struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *doctor_json(const struct heap *h, const struct doctor *d);

#endif
