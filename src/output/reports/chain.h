/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/reports/chain.h - chains of references, as trees and as JSON. */
#ifndef OUTPUT_REPORTS_CHAIN_H
#define OUTPUT_REPORTS_CHAIN_H

#include <jansson.h>

#include "analysis/chain.h"
#include "analysis/graph/dominators.h"
#include "output/format.h"

struct chain_shown {
	struct heap *heap;
	const struct chains *chains;
	size_t nr_targets;	/* objects that were asked for */
	/* The name of their type as the user typed it; NULL: one object was
	 * asked for by its address. */
	const char *what;
	const struct dominators *dominators;	/* of `heap` */
};

void chain_text(const struct chain_shown *shown, const struct format *f,
		struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *chain_json(const struct chain_shown *shown);

#endif
