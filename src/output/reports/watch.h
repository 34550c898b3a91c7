/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/reports/watch.h - one line a sample of `pyheld watch`. */
#ifndef OUTPUT_REPORTS_WATCH_H
#define OUTPUT_REPORTS_WATCH_H

#include <jansson.h>

#include "analysis/limits/condition.h"
#include "analysis/compare/trend.h"
#include "output/format.h"

struct watch_line {
	uint64_t taken_at;	/* seconds since the epoch */
	uint64_t pause_ns;
	const struct heap *heap;
	const struct sample *sample, *first;
	const struct trend_type *const *top;
	unsigned int nr_top;
	const char *condition;	/* that became true, or NULL */
	const char *file;	/* the capture that was taken, or NULL */
};

void watch_text(const struct watch_line *line, struct str *out);
json_t *watch_json(const struct watch_line *line);

#endif
