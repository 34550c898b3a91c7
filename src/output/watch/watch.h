/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/watch/watch.h - a sample of `pyheld watch`, in one line. */
#ifndef OUTPUT_WATCH_WATCH_H
#define OUTPUT_WATCH_WATCH_H

#include <jansson.h>

#include "analysis/limits/condition.h"
#include "analysis/trend.h"
#include "output/format.h"

struct watch_line {
	uint64_t taken_at;	/* seconds since the epoch */
	uint64_t pause_ns;	/* how long the process was stopped */
	const struct heap *heap;
	const struct sample *sample;	/* this one */
	const struct sample *first;	/* the first one, to compare with */
	const struct trend_type *const *top;	/* the types that grew most */
	unsigned int nr_top;
	bool names_process;	/* several are watched: the text says which */
	const char *condition;	/* the condition that became true, or NULL */
	const char *file;	/* the capture that was written, or NULL */
};

/* Add the line, and a second one if a capture was written. */
void watch_text(const struct watch_line *line, struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *watch_json(const struct watch_line *line);

#endif
