/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/stacks/stack-tree.h"

/* So often "[...]" of one type may come in a chain: a dict of dicts of dicts is
 * no recursion yet. */
#define ITEMS_IN_A_CHAIN 3

void stack_tree_init(struct stack_tree *t)
{
	*t = (struct stack_tree){ VEC_INIT, HASH_INIT, 0 };
	stack_node_vec_push(&t->v, (struct stack_node){ .function = -1 });
}

void stack_tree_release(struct stack_tree *t)
{
	stack_node_vec_release(&t->v);
	stack_links_release(&t->links);
}

/* The node at or above `from` that the step would repeat; 0: none. */
static uint32_t find_repeated(const struct stack_tree *t, uint32_t from,
			      uint32_t step, uint32_t type)
{
	unsigned int may_be = step == STEPS_ITEM ? ITEMS_IN_A_CHAIN : 1;
	uint32_t nearest = 0;

	if (type == STACK_NO_TYPE)
		return 0;
	for (uint32_t n = from; n; n = t->v.v[n].above) {
		if (t->v.v[n].step != step || t->v.v[n].type != type)
			continue;
		nearest = nearest ? nearest : n;
		if (!--may_be)
			return nearest;
	}
	return 0;
}

uint32_t stack_tree_find(const struct stack_tree *t, uint32_t above,
			 uint32_t step, uint32_t type)
{
	const struct stack_link key = { above, step, type, 0 };
	const struct stack_link *found = stack_links_find(&t->links, NULL,
							  &key);

	return found ? found->node : 0;
}

uint32_t stack_tree_step(struct stack_tree *t, uint32_t above, uint32_t step,
			 uint32_t type)
{
	uint32_t node = stack_tree_find(t, above, step, type);
	uint32_t depth = t->v.v[above].depth + 1;

	if (likely(node))
		return node;
	node = find_repeated(t, above, step, type);
	if (node) {
		t->v.v[node].is_repeated = true;
	} else if (t->v.nr >= STACK_TREE_MAX || depth > STACK_TREE_DEPTH) {
		t->nr_cut++;
		return above | STACK_CUT;
	} else {
		node = (uint32_t)t->v.nr;
		stack_node_vec_push(&t->v, (struct stack_node){
			.above = above, .step = step, .type = type,
			.depth = depth, .function = -1 });
	}
	stack_links_put(&t->links, NULL,
			(struct stack_link){ above, step, type, node });
	return node;
}
