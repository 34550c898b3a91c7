/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/reports/chain.h - reference chains, as trees and as JSON. */
#ifndef OUTPUT_REPORTS_CHAIN_H
#define OUTPUT_REPORTS_CHAIN_H

#include <jansson.h>

#include "analysis/chain.h"
#include "output/format.h"

/* `nr_targets` and `what` ("type app.User") are what was asked for. */
void chain_text(struct heap *h, const struct chains *c, size_t nr_targets,
		const char *what, const struct format *f, struct str *out);
json_t *chain_json(struct heap *h, const struct chains *c, size_t nr_targets);

#endif
