/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/limits/condition.h - when is it time to take a capture: `watch
 * --when`.
 *
 *	CONDITION = METRIC '>' AMOUNT | 'growth>' AMOUNT '/' DURATION
 *	METRIC    = 'rss' | 'objects' | 'bytes'
 *	AMOUNT    = number with k, M, G or T; for growth also with %
 *	DURATION  = number with s, m, h or d
 *
 * rss is the process's resident memory, bytes what its objects take.  growth
 * is that of rss, from the sample that is as old as the duration (the first
 * one while none is that old) to the last.
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

/* What one look at the process found. */
struct sample {
	uint64_t at_ms;		/* of a clock that only goes forward */
	uint64_t resident, objects, bytes;
};
VEC_DEFINE(sample_vec, struct sample);

/* ERR_USAGE says what is wrong with it. */
struct error *condition_parse(const char *text, struct condition *ret)
	MUST_CHECK;

/* Does it hold at the last of the samples?  There is at least one. */
bool condition_holds(const struct condition *c,
		     const struct sample_vec *samples);

#endif
