/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/place.h - one place in two heaps, by its name.
 *
 * A place is a root and the names of the references from there on.
 */
#ifndef ANALYSIS_COMPARE_PLACE_H
#define ANALYSIS_COMPARE_PLACE_H

#include "analysis/graph/reach.h"

/*
 * The edge of `o` that has this name; UINT32_MAX: none, or `o` has so many
 * that looking at all would take too long.
 */
uint32_t place_edge(struct heap *h, oid o, const char *name);

/*
 * What of `to` is at the place where the shortest way in `from` leads to `o`;
 * OID_NONE: nothing is there.  Threads' ids and lines of code do not count.
 */
oid place_find(struct heap *from, const struct reach *reach, oid o,
	       struct heap *to);

/* The name of the edge that reaches `o`, the caller's to free; "" of a root's
 * object. */
char *place_last_name(struct heap *h, const struct reach *reach, oid o);

#endif
