/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/place.h - find the same place in another heap, by its name.
 *
 * A place is a GC root and the names of the references from there on.
 */
#ifndef ANALYSIS_COMPARE_PLACE_H
#define ANALYSIS_COMPARE_PLACE_H

#include "analysis/graph/reach.h"

/*
 * The index of the reference of `o` that has this name.  UINT32_MAX: there is
 * none, or `o` has so many references that looking at all takes too long.
 */
uint32_t place_edge(struct heap *h, oid o, const struct edge_name *name);

/*
 * The object of `to` at the place of `o` of `from`: the root and the names of
 * the shortest reference chain to `o`.  `reach` is of `from`.  OID_NONE:
 * nothing is at that place.  Ids of threads and numbers of lines may differ.
 */
oid place_find(struct heap *from, const struct reach *reach, oid o,
	       struct heap *to);

/* The name of the last reference of the shortest chain to `o`; EDGE_UNKNOWN if
 * `o` is a root's object or unreached.  The caller releases it. */
void place_last_edge(struct heap *h, const struct reach *reach, oid o,
		     struct edge_name *ret);

#endif
