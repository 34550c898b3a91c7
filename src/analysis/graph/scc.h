/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/scc.h - strongly connected components.
 *
 * Pearce's variant of Tarjan's algorithm, without recursion: a column of 4
 * bytes an object, and a stack of at most 12 bytes an object while it runs.
 */
#ifndef ANALYSIS_GRAPH_SCC_H
#define ANALYSIS_GRAPH_SCC_H

#include "heap/heap.h"

#define SCC_NONE UINT32_MAX

struct scc {
	/* By oid: the number of the object's component, 0 .. nr - 1;
	 * SCC_NONE: the object is outside of the subgraph. */
	uint32_t *of;
	uint32_t nr;		/* components */
};

/*
 * Find the strongly connected components of a subgraph: the objects in `within`
 * (a set as in bits.h; NULL: all) and the references between them.  The number
 * of a component is lower than those of all other components that refer to it.
 * The caller releases `*ret` by scc_release().
 */
void scc_build(const struct heap *h, const uint64_t *within, struct scc *ret);
void scc_release(struct scc *s);

/*
 * Append an object of each component to which no other component of the
 * subgraph `within` refers: its first instance of a program's class, or else
 * its first object.  All objects of the subgraph can be reached from these.
 * By the number of the component.
 */
void scc_sources(const struct heap *h, const uint64_t *within,
		 struct oid_vec *ret);

#endif
