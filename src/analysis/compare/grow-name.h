/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/grow-name.h - who holds what came, for heaps of two
 * processes: holders are compared by their name, see grow.h.
 */
#ifndef ANALYSIS_COMPARE_GROW_NAME_H
#define ANALYSIS_COMPARE_GROW_NAME_H

#include "analysis/compare/growth.h"
#include "analysis/graph/reach.h"

/*
 * Add a row for each of the largest containers of `new` that has more entries
 * than the container of the same name in `old`, or whose name is new.  Rows
 * are in no order, and their number does not depend on options->limit.
 * `reach_old` and `reach_new` are of all of `old` and `new`.
 */
void grow_name_find(struct heap *old, struct heap *new,
		    const struct growth_options *options,
		    const struct reach *reach_old,
		    const struct reach *reach_new, struct growth_vec *ret);

#endif
