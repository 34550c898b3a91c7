/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/watch/metrics.h - the samples of `watch` for Prometheus.
 *
 * The text is valid as OpenMetrics 1.0 and in Prometheus' own text format,
 * which is what the textfile collector of node_exporter reads.  The two differ
 * on counters: the one wants the family to be named without "_total", the other
 * with it.  So there is no counter.  Lines "# UNIT" and "# EOF" are comments in
 * the second format.
 *
 * Families with a label beside the PID have a bounded number of series:
 * METRICS_TYPES, METRICS_RAW, and one for each part of the ledger.
 */
#ifndef OUTPUT_WATCH_METRICS_H
#define OUTPUT_WATCH_METRICS_H

#include "analysis/limits/condition.h"
#include "analysis/trend.h"
#include "heap/heap.h"

#define METRICS_TYPES 10	/* types that grow */
#define METRICS_RAW 10		/* owners of raw memory */

struct metrics {
	const char *process;	/* the PID as the user typed it */
	/* The last sample; NULL: the process could not be sampled. */
	const struct heap *heap;
	const struct sample *sample;	/* its figures; NULL with `heap` */
	uint64_t taken_at;	/* of the last sample that could be taken, in
				   seconds since the epoch; 0: there was none */
	uint64_t nr_samples, nr_captures;
	const struct trend_type *const *top;	/* the types that grew most */
	unsigned int nr_top;	/* at most METRICS_TYPES */
};

void metrics_text(const struct metrics *m, struct str *out);

#endif
