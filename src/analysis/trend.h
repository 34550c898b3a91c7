/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/trend.h - which types grow, from sample to sample.
 */
#ifndef ANALYSIS_TREND_H
#define ANALYSIS_TREND_H

#include "heap/heap.h"

struct trend_type {
	char *name;
	uint64_t first, last;	/* objects in the first and last sample */
};
VEC_DEFINE(trend_type_vec, struct trend_type);

/* Types of one name are one type: classes come and go, and may be created
 * again.  All zero is a trend without samples. */
struct trend {
	struct trend_type_vec types; /* sorted by name */
	bool started;
};

/* Add a sample: the number of objects by type in `h`. */
void trend_add(struct trend *t, const struct heap *h);
void trend_release(struct trend *t);

/* Set ret[0], ret[1], ... to the types that have grown most since the first
 * sample, most grown first.  Returns how many there are: at most `max`.  They
 * are valid until the next trend_add(). */
unsigned int trend_top(const struct trend *t, unsigned int max,
		       const struct trend_type **ret);

#endif
