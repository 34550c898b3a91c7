/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/referrers.h - what refers to one object.
 */
#ifndef ANALYSIS_GRAPH_REFERRERS_H
#define ANALYSIS_GRAPH_REFERRERS_H

#include "heap/heap.h"

struct referrer {
	oid from;
	uint32_t edge;		/* index in the references of `from` */
};
VEC_DEFINE(referrer_vec, struct referrer);

struct referrers {
	/* In the heap's order; an object twice that refers twice. */
	struct referrer_vec v;
	uint64_t total;		/* references, also beyond the limit */
	/* Places in heap.roots that hold it, all of them. */
	struct u32_vec roots;
	/*
	 * References by count that neither these nor the objects above
	 * account for: somebody native holds them.  0 also for an immortal.
	 */
	uint32_t surplus;
};

/*
 * One pass over all edges, nothing built for other objects.  At most `limit`
 * references are listed.
 */
void referrers_build(const struct heap *h, oid o, size_t limit,
		     struct referrers *ret);
void referrers_release(struct referrers *r);

#endif
