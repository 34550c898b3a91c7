/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/reports/retained.h - objects and the memory that they keep alive, as
 * text and as JSON.
 */
#ifndef OUTPUT_REPORTS_RETAINED_H
#define OUTPUT_REPORTS_RETAINED_H

#include <jansson.h>

#include "analysis/retained.h"
#include "output/format.h"

struct retained_shown {
	struct oid_vec objects;	/* in the order in which they are shown */
	uint64_t nr;		/* how many could be shown; 0: not counted */
	uint64_t depth;		/* levels that are shown below each */
	bool single;		/* one object was asked for: objects.v[0] */
	const char *type;	/* the pattern of types that was asked for, as
				   the user typed it; NULL: all objects */
	/* If `type` is set: */
	uint64_t nr_of_type;	/* objects that match, */
	uint64_t size_of_type;	/* the sum of their shallow sizes, in bytes, */
	struct tally sum;	/* and what they retain together */
};

void retained_text(struct retained_view *v, const struct retained_shown *shown,
		   const struct format *f, struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *retained_json(struct retained_view *v,
		      const struct retained_shown *shown);

/*
 * What the reports on one object share.  Add the path to `o`, in one line: from
 * a root if `from` is OID_NONE, else from an object that retains it.
 */
void retained_add_way(const struct retained_view *v, oid from, oid o,
		      struct str *out);
/* Add which part of the heap so many bytes are: "71.2%". */
void retained_add_share(const struct retained_view *v, uint64_t bytes,
			struct str *out);
/* Add what `o` retains: "1.2 GiB (71.2%) in 2,943,390 objects". */
void retained_add_amount(const struct retained_view *v, oid o,
			 struct str *out);
/* Put "readable", the path, and "retained", {"objects", "bytes"}. */
void retained_put(const struct retained_view *v, oid o, json_t *ret);

#endif
