/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/stray.h - the cycle of garbage that keeps an unreached object
 * alive.
 */
#ifndef ANALYSIS_GRAPH_STRAY_H
#define ANALYSIS_GRAPH_STRAY_H

#include "analysis/graph/path.h"
#include "analysis/graph/reach.h"

/*
 * Find the cycle nearest to `o` among the objects that are unreached in
 * `reach`; `o` is one of them.  `from_cycle` is a shortest reference chain from
 * the cycle: it begins with an object of the cycle and ends with `o`.  `cycle`
 * is a shortest closed path through that object.  If `o` is in a cycle itself,
 * `from_cycle` is `o` alone.  Both are empty if no cycle leads to `o`.  The
 * caller owns both.
 */
void stray_find(const struct heap *h, const struct reach *reach, oid o,
		struct path *cycle, struct path *from_cycle);

#endif
