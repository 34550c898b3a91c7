/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/sites/commonest.h - where most of a set of objects were allocated.
 */
#ifndef ANALYSIS_SITES_COMMONEST_H
#define ANALYSIS_SITES_COMMONEST_H

#include "heap/heap.h"

struct commonest {
	struct heap_site site;
	uint64_t nr;		/* objects of the set from there; 0: no site is
				   known */
	uint64_t known;		/* objects of the set whose site is known */
};

/* `members` is a set of objects of `h`, as in bits.h.  Of sites with as many
 * objects, the one with the lowest file and line. */
struct commonest commonest_find(const struct heap *h, const uint64_t *members);

#endif
