/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/loop.h - a shortest way from an object back to itself.
 */
#ifndef ANALYSIS_GRAPH_LOOP_H
#define ANALYSIS_GRAPH_LOOP_H

#include "analysis/graph/path.h"

/*
 * A shortest closed path through `start` that stays within `members` (oids,
 * ascending, `start` one of them).  It begins and ends with `start`; the edge
 * of its last step closes it.  False: there is none, and `ret` is untouched.
 */
bool loop_find(const struct heap *h, const oid *members, uint32_t nr,
	       oid start, struct path *ret);

#endif
