/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/path.h - a way through the graph, object by object.
 *
 * Each step says which edge of the step before leads to it: its edge is an
 * index into that object's references (0 .. edge_nr - 1).  The first step has
 * no step before: PATH_START.  A closed path ends with the object that it
 * began with.
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

/* Turn the order of the steps around; their edges stay with their objects. */
static inline UNUSED void path_reverse(struct path *p)
{
	for (size_t i = 0, j = p->nr; i + 1 < j; i++) {
		struct step s = p->v[i];

		p->v[i] = p->v[--j];
		p->v[j] = s;
	}
}

#endif
