/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/stacks/stacks-cut.h - from the tree that stack-tree.h has made to the
 * bounded one with names of stacks.h.
 */
#ifndef OUTPUT_STACKS_STACKS_CUT_H
#define OUTPUT_STACKS_STACKS_CUT_H

#include "output/stacks/stack-tree.h"
#include "output/stacks/stacks.h"

/* Fill `*ret`, which is empty, with the `max` nodes of the most bytes.  Texts
 * are added to `steps`. */
void stacks_cut(struct steps *steps, const struct stack_tree *tree,
		size_t max, struct stacks *ret);

#endif
