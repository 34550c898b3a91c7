/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/calls/call-retained.h - what each stack of calls keeps alive.
 *
 * Of a task, a coroutine or a generator that is its retained size, with its
 * frames.  A thread or greenlet retains what could be reached no more if its
 * frames went away: the locals that nothing else has, and what they alone hold.
 */
#ifndef ANALYSIS_CALLS_CALL_RETAINED_H
#define ANALYSIS_CALLS_CALL_RETAINED_H

#include "analysis/calls/call-stacks.h"
#include "analysis/graph/dominators.h"

/* Set `retained` of all stacks.  `d` is the tree of c->h; `known` is what
 * roots_count() gave.  Linear in objects and edges. */
void call_retained_find(struct call_stacks *c, const struct dominators *d,
			const uint32_t *known);

#endif
