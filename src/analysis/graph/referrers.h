/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/referrers.h - the references to one object.
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
	/* In the order of oids; an object that refers twice is in it twice. */
	struct referrer_vec v;
	uint64_t total;		/* all references, also beyond the limit */
	/* All places that hold it, as indices in heap.roots. */
	struct u32_vec roots;
	/*
	 * How many references in its reference count are from none of these
	 * objects and places: native code holds them.  0 if it is immortal.
	 */
	uint32_t surplus;
};

/*
 * Find the references to `o` in one pass over all edges, and list at most
 * `limit` of them.  The caller releases `*ret` by referrers_release().
 */
void referrers_build(const struct heap *h, oid o, size_t limit,
		     struct referrers *ret);
void referrers_release(struct referrers *r);

#endif
