/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/path.h - a reference chain, object by object.
 *
 * The edge of a step is the index of the reference, among those of the object
 * of the previous step, that leads to this one.  The first step has no edge:
 * PATH_START.  A closed path ends with the object that it began with.
 */
#ifndef ANALYSIS_GRAPH_PATH_H
#define ANALYSIS_GRAPH_PATH_H

#include "heap/heap.h"

#define PATH_START UINT32_MAX

struct step {
	oid object;
	uint32_t edge;
};

/* struct path: .v, .nr; path_push(), path_release(). */
VEC_DEFINE(path, struct step);

/* Reverse the order of the steps.  Each edge stays with its object. */
static inline UNUSED void path_reverse(struct path *p)
{
	for (size_t i = 0, j = p->nr; i + 1 < j; i++) {
		struct step s = p->v[i];

		p->v[i] = p->v[--j];
		p->v[j] = s;
	}
}

#endif
