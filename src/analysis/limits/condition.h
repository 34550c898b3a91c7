/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/limits/condition.h - when `watch --when` takes a capture.
 *
 *	CONDITION = METRIC '>' AMOUNT | 'growth>' AMOUNT '/' DURATION
 *	METRIC    = 'rss' | 'objects' | 'bytes'
 *	AMOUNT    = number with k, M, G or T; for growth also with %
 *	DURATION  = number with s, m, h or d
 *
 * rss is the resident memory of the process; bytes is the sum of the sizes of
 * its objects.  growth is how much rss grew from an older sample to the last
 * one.  The older one is the newest of those that are at least as old as the
 * duration; the first sample while none is that old.
 */
#ifndef ANALYSIS_LIMITS_CONDITION_H
#define ANALYSIS_LIMITS_CONDITION_H

#include "base/error.h"
#include "base/vec.h"

enum condition_metric {
	CONDITION_RSS,
	CONDITION_OBJECTS,
	CONDITION_BYTES,
	CONDITION_GROWTH,
};

struct condition {
	enum condition_metric metric;
	double amount;
	bool percent;		/* of growth */
	uint64_t window_ms;	/* of growth */
};
VEC_DEFINE(condition_vec, struct condition);

/* The figures of the process at one time. */
struct sample {
	uint64_t at_ms;		/* milliseconds of a monotonic clock */
	uint64_t resident, objects, bytes;
};
VEC_DEFINE(sample_vec, struct sample);

/* ERR_USAGE says what is wrong with `text`; `*ret` is untouched then. */
struct error *condition_parse(const char *text, struct condition *ret)
	MUST_CHECK;

/* Does the condition hold at the last sample?  `samples` is not empty. */
bool condition_holds(const struct condition *c,
		     const struct sample_vec *samples);

#endif
