/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/limit.h - the limits of --fail-if and their results. */
#ifndef OUTPUT_LIMIT_H
#define OUTPUT_LIMIT_H

#include <jansson.h>

#include "analysis/limits/limit.h"

/*
 * Add the line about a limit that is crossed, without a newline:
 * "limit 'bytes>+1M' is crossed: bytes grew by 2.0 MiB, ...".
 */
void limit_text(const struct limit *l, const struct limit_result *r,
		struct str *out);
/*
 * {"limit", "crossed", "old", "new"}, a new reference.  `has_old`: the limit
 * was checked with an old heap; else "old" is null.
 */
json_t *limit_json(const struct limit *l, const struct limit_result *r,
		   bool has_old);

#endif
