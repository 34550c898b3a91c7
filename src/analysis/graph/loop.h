/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/loop.h - a shortest reference chain from an object back to
 * itself.
 */
#ifndef ANALYSIS_GRAPH_LOOP_H
#define ANALYSIS_GRAPH_LOOP_H

#include "analysis/graph/path.h"

/*
 * Find a shortest closed path through `start` that stays within `members`:
 * `nr` oids, ascending.  It begins and ends with `start`; the edge of its last
 * step closes it.  The caller owns `*ret`.
 *
 * False if there is none, or if `start` is no member; `*ret` is untouched then.
 */
bool loop_find(const struct heap *h, const oid *members, uint32_t nr,
	       oid start, struct path *ret);

#endif
