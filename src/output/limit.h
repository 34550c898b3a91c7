/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/limit.h - limits of --fail-if, and what became of them. */
#ifndef OUTPUT_LIMIT_H
#define OUTPUT_LIMIT_H

#include <jansson.h>

#include "analysis/limits/limit.h"

/* "'bytes>+1M' is crossed: bytes grew by 2.0 MiB, from ... */
void limit_text(const struct limit *l, const struct limit_result *r,
		struct str *out);
/* {"limit", "crossed", "old", "new"}; `has_old`: there is an old heap */
json_t *limit_json(const struct limit *l, const struct limit_result *r,
		   bool has_old);

#endif
