/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/limits/condition.h - when `watch --when` takes a capture.
 *
 *	CONDITION = METRIC '>' AMOUNT | 'growth>' AMOUNT '/' DURATION
 *		  | LINES '>' AMOUNT | LINES '>+' AMOUNT [ '/' DURATION ]
 *	METRIC    = 'rss' | 'objects' | 'bytes'
 *	LINES     = lines of the ledger of memory: analysis/limits/lines.h
 *	AMOUNT    = number with k, M, G or T; for growth and LINES also with %
 *	DURATION  = number with s, m, h or d
 *
 * rss is the resident memory of the process; bytes is what its objects take
 * (heap_bytes()).  growth is how much rss grew from an older sample to the last
 * one.  The older one is the newest of those that are at least as old as the
 * duration; the first sample while none is that old, or without a duration.
 * LINES are bytes now or, behind a +, their growth; a percentage without + is
 * their share of the resident memory.
 */
#ifndef ANALYSIS_LIMITS_CONDITION_H
#define ANALYSIS_LIMITS_CONDITION_H

#include "analysis/limits/lines.h"

enum condition_metric {
	CONDITION_RSS,
	CONDITION_OBJECTS,
	CONDITION_BYTES,
	CONDITION_GROWTH,	/* of rss */
	CONDITION_LINES,
};

struct condition {
	enum condition_metric metric;
	double amount;
	bool grows;		/* it is about growth */
	bool percent;		/* the amount is percent */
	uint64_t window_ms;	/* of growth; 0: since the first sample */
	struct lines lines;	/* of CONDITION_LINES */
};
VEC_DEFINE(condition_vec, struct condition);

/* The figures of the process at one time. */
struct sample {
	uint64_t at_ms;		/* milliseconds of a monotonic clock */
	uint64_t resident, objects, bytes;
	uint64_t size;		/* the sum of all known sizes of objects */
	uint64_t sizes_unknown;	/* objects whose size is not in it */
	uint64_t *lines;	/* by condition: the sum of its lines; NULL:
				   no condition has lines */
};
VEC_DEFINE(sample_vec, struct sample);

/* Release the samples and what they own; for CLEANUP(). */
void samples_release(struct sample_vec *samples);

/* ERR_USAGE says what is wrong with `text`; `*ret` is untouched then.  On
 * success the caller releases `*ret` by conditions_release(). */
struct error *condition_parse(const char *text, struct condition *ret)
	MUST_CHECK;
void conditions_release(struct condition_vec *conditions);

/*
 * Does condition number `i` hold at the last sample?  `samples` is not empty;
 * sample.lines has an entry for each of the conditions if one is
 * CONDITION_LINES.
 */
bool condition_holds(const struct condition_vec *conditions, size_t i,
		     const struct sample_vec *samples);

#endif
