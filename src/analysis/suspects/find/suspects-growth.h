/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/find/suspects-growth.h - how much each holder grew since
 * older heaps.
 *
 * A holder is found in an older heap as the same object (match.h), else as what
 * was at the same place (place.h), and with it holders that were alike then and
 * are gone.  What a holder has is all that is below it on the shortest chains
 * of reach.h, in both heaps alike.  So entries that were replaced by others are
 * no growth, even if the table moved.  A holder can't have grown by more than
 * what came below it.
 */
#ifndef ANALYSIS_SUSPECTS_FIND_SUSPECTS_GROWTH_H
#define ANALYSIS_SUSPECTS_FIND_SUSPECTS_GROWTH_H

#include "analysis/compare/match.h"
#include "analysis/suspects/suspect.h"

/*
 * Note for each group of s->groups what it had in `older`, of which `match` is.
 * s->nr_compared heaps were given before.
 */
void suspects_growth_note(struct suspects *s, struct heap *older,
			  const struct match *match);

/*
 * Did the group grow since the oldest heap by as much as makes a suspect, and
 * in entries in each step?  True if no heap was compared.
 */
bool suspects_growth_has(const struct suspects *s, size_t group);

/* The bytes by which the group grew since the older heap number `older`, 0 if
 * it shrank. */
uint64_t suspects_growth_bytes(const struct suspects *s, size_t group,
			       size_t older);

#endif
