/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/reports/chain.h - chains of references, as trees and as JSON. */
#ifndef OUTPUT_REPORTS_CHAIN_H
#define OUTPUT_REPORTS_CHAIN_H

#include <jansson.h>

#include "analysis/chain.h"
#include "output/format.h"

/*
 * `c` are the chains to `nr_targets` objects.  `what` is the name of their type
 * as the user typed it; NULL: one object was asked for by its address.
 */
void chain_text(struct heap *h, const struct chains *c, size_t nr_targets,
		const char *what, const struct format *f, struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *chain_json(struct heap *h, const struct chains *c, size_t nr_targets);

#endif
