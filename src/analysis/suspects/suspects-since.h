/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/suspects-since.h - which objects came or grew since each
 * older heap, and by how much a suspect did that is no holder.
 *
 * Holders have suspects-growth.h.  Any other suspect is a set of objects.  It
 * grew by what its objects grew by; but where others of their type have gone,
 * these were replaced, so by no more than all objects of that type grew.
 *
 * For the oldest heap each object has a column (s->grown).  Of the others we
 * keep 16 bytes for each object that came or grew.
 */
#ifndef ANALYSIS_SUSPECTS_SUSPECTS_SINCE_H
#define ANALYSIS_SUSPECTS_SUSPECTS_SINCE_H

#include "analysis/compare/match.h"
#include "analysis/suspects/suspect.h"

/*
 * Note what came since `older`, of which `match` is.  s->nr_compared heaps were
 * given before; of the first one, also set s->heap_growth and the columns.
 */
void suspects_since_note(struct suspects *s, const struct heap *older,
			 const struct match *match);

/*
 * The bytes by which a suspect that is no holder grew since the older heap
 * number `older`.  0 if that heap was of another process.
 */
uint64_t suspects_since_bytes(const struct suspects *s,
			      const struct suspect *suspect, size_t older);

/*
 * Is it known how many of the suspect's lost objects the older heap number
 * `older` had?  Yes, too, if it has no lost objects, or if that heap was of
 * another process.
 */
bool suspects_since_is_known(const struct suspects *s,
			     const struct suspect *suspect, size_t older);

/* Free what suspects_since_note() keeps. */
void suspects_since_release(struct suspects *s);

#endif
