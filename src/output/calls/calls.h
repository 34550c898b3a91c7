/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/calls/calls.h - the report of `pyheld stacks`. */
#ifndef OUTPUT_CALLS_CALLS_H
#define OUTPUT_CALLS_CALLS_H

#include <jansson.h>

#include "analysis/graph/dominators.h"
#include "output/calls/calls-order.h"
#include "output/format.h"

/* Add the report to `out`.  `d` is the tree of c->h. */
void calls_text(const struct call_stacks *c, const struct dominators *d,
		 const struct calls_shown *shown, const struct format *f,
		 struct str *out);
/* The same as JSON, a new reference: see pyheld-json(5). */
json_t *calls_json(const struct call_stacks *c, const struct dominators *d,
		    const struct calls_shown *shown);

#endif
