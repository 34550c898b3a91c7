/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/find/suspects-kind.h - what a Python programmer calls a
 * holder, and whether it has a bound.
 */
#ifndef ANALYSIS_SUSPECTS_FIND_SUSPECTS_KIND_H
#define ANALYSIS_SUSPECTS_FIND_SUSPECTS_KIND_H

#include "analysis/suspects/suspect.h"

/*
 * Set the kind of a suspect that was added as SUSPECT_CONTAINER, by the chain
 * to its object and by what hangs on it: also `via`, `flags`, `entry_type` and
 * `fact`.  Others keep theirs.
 */
void suspects_kind_set(struct suspects *s, struct suspect *suspect);

/*
 * Has the container a bound (a maxlen, a maxsize, a number called a limit
 * beside it, a number in its class) that it is near to?  `nr` is how many are
 * like it, itself included.  Of many that are alike, a number in their class
 * may be the one that they are made with, and says nothing.
 */
bool suspects_kind_is_bounded(struct suspects *s, oid holder, uint32_t nr);

#endif
