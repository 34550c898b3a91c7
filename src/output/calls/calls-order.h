/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/calls/calls-order.h - which stacks are shown, in which order, and
 * which of them are alike.
 */
#ifndef OUTPUT_CALLS_CALLS_ORDER_H
#define OUTPUT_CALLS_CALLS_ORDER_H

#include "analysis/calls/call-awaits.h"

struct calls_shown {
	uint64_t limit;		/* at most so many stacks, and circles in text;
				   0: all */
	bool locals;		/* the locals of each frame */
	bool by_retained;	/* largest first; else tasks as a tree */
	/* By index in heap.types: only stacks with a local of these; NULL:
	 * all. */
	const bool *types;
};

/* A stack as it is shown. */
struct stack_row {
	size_t stack;		/* number in call_stacks.stacks: of those alike
				   the one that retains most */
	unsigned int depth;	/* in the tree of who awaits whom */
	uint64_t nr;		/* it, and those that are alike */
	uint64_t retained;	/* of all of them */
	bool again;		/* it was shown above already */
};
VEC_DEFINE(stack_row_vec, struct stack_row);

/* Has a frame of the stack a local of one of the types?  True if `types` is
 * NULL. */
bool calls_has_type(const struct call_stacks *c, const struct call_stack *s,
		     const bool *types);

/*
 * The stacks that are shown, one after the other; the limit is not applied.  If
 * not `by_retained`, a task stands below the one that awaits it, and stacks
 * alike at the same place are one row.  The caller owns `*ret`.
 */
void calls_order(const struct call_stacks *c,
		  const struct calls_shown *shown, struct stack_row_vec *ret);

#endif
