/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/scc.h - strongly connected components.
 *
 * Pearce's form of Tarjan's algorithm without recursion: one column of 4
 * bytes an object, and a stack of at most 12 bytes an object while it runs.
 */
#ifndef ANALYSIS_GRAPH_SCC_H
#define ANALYSIS_GRAPH_SCC_H

#include "heap/heap.h"

#define SCC_NONE UINT32_MAX

struct scc {
	/* Of each object its component's number, 0 .. nr - 1; SCC_NONE: not
	 * in the part of the graph that was asked for. */
	uint32_t *of;
	uint32_t nr;
};

/*
 * The components of the graph of the objects in `within` (a set in the sense
 * of bits.h; NULL: all) and the edges between them.  A component's number is
 * lower than those of all other components that refer to it.
 */
void scc_build(const struct heap *h, const uint64_t *within, struct scc *ret);
void scc_release(struct scc *s);

#endif
