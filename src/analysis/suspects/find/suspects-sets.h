/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/find/suspects-sets.h - suspects that are no holders:
 * garbage, what gc.freeze() hides, what only native code or atexit holds.
 */
#ifndef ANALYSIS_SUSPECTS_FIND_SUSPECTS_SETS_H
#define ANALYSIS_SUSPECTS_FIND_SUSPECTS_SETS_H

#include "analysis/suspects/suspect.h"

void suspects_sets_add(struct suspects *s);
/*
 * The objects that only the ledger of `older` knows, by type of s->heap; it is
 * a heap of the same process.  NULL: it has no ledger, or one of an older
 * pyheld that did not look for them.  The caller frees it.
 */
struct tally *suspects_sets_lost(const struct suspects *s,
				 const struct heap *older);

#endif
