/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/stray.h - which cycle of garbage leads to an unreached object.
 */
#ifndef ANALYSIS_GRAPH_STRAY_H
#define ANALYSIS_GRAPH_STRAY_H

#include "analysis/graph/path.h"
#include "analysis/graph/reach.h"

/*
 * Among the objects that `reach` has as unreached, find the cycle nearest to
 * `o`, one of them, and a shortest way from it: `from_cycle` begins with an
 * object of the cycle and ends with `o`; `cycle` is a shortest closed path
 * through that object.  When `o` is in a cycle itself, `from_cycle` is `o`
 * alone.  Both are empty when no cycle leads to `o`.  The caller owns them.
 */
void stray_find(const struct heap *h, const struct reach *reach, oid o,
		struct path *cycle, struct path *from_cycle);

#endif
