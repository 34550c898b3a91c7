/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/trend.h - which types grow, from sample to sample.
 */
#ifndef ANALYSIS_COMPARE_TREND_H
#define ANALYSIS_COMPARE_TREND_H

#include "heap/heap.h"

struct trend_type {
	char *name;
	uint64_t first, last;	/* objects in the first and last sample */
};
VEC_DEFINE(trend_type_vec, struct trend_type);

/* Types by name: classes come, go and are made anew. */
struct trend {
	struct trend_type_vec types; /* sorted by name */
	bool started;
};

/* Take in a sample. */
void trend_add(struct trend *t, const struct heap *h);
void trend_release(struct trend *t);

/* The `max` that have grown most since the first sample, most first, into
 * ret[]; how many there are. */
unsigned int trend_top(const struct trend *t, unsigned int max,
		       const struct trend_type **ret);

#endif
