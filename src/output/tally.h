/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/tally.h - which types a set of objects has, as text and as JSON.
 */
#ifndef OUTPUT_TALLY_H
#define OUTPUT_TALLY_H

#include <jansson.h>

#include "analysis/graph/tally.h"
#include "base/str.h"
#include "output/format.h"

/*
 * Add `label` and the most frequent types of the `nr` objects `members`, in
 * lines that fit the format: "types: Node 2, dict 2 and 3 more types".
 */
void tally_text(const struct heap *h, const oid *members, size_t nr,
		const char *label, const struct format *f, struct str *out);
/* [{"type", "count", "bytes"}] of all their types, a new reference. */
json_t *tally_json(const struct heap *h, const oid *members, size_t nr);

#endif
