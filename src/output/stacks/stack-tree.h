/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/stacks/stack-tree.h - a tree of frames that grows: the part of
 * stacks.h that joins chains.
 */
#ifndef OUTPUT_STACKS_STACK_TREE_H
#define OUTPUT_STACKS_STACK_TREE_H

#include "analysis/graph/tally.h"
#include "base/hash.h"
#include "output/stacks/steps.h"

/* So many nodes are made.  What has no node then, or is deeper than so many, is
 * cut: it belongs to the node above. */
#define STACK_TREE_MAX 500000
#define STACK_TREE_DEPTH 200
#define STACK_CUT (UINT32_C(1) << 31)

#define STACK_NO_TYPE STEPS_NONE

struct stack_node {
	uint32_t above;		/* of the top, 0, itself */
	uint32_t step, type;	/* texts of struct steps; STACK_NO_TYPE: it is
				   a root, and no object */
	uint32_t depth;		/* 0: the top */
	uint32_t rough;		/* the node of the other tree; 0: none */
	uint32_t nr_keys, nr_attributes; /* of the rough tree: distinct ones */
	int32_t function;	/* in heap.frames, or -1 */
	const char *root;	/* of a node below the top: stacks_frame.root;
				   static */
	bool is_module, is_attribute, is_repeated;
	struct tally self, cut;
};
VEC_DEFINE(stack_node_vec, struct stack_node);

/* A node by what leads to it. */
struct stack_link {
	uint32_t above, step, type;
	uint32_t node;		/* 0: it is not used */
};

static inline bool stack_links_used(const void *none UNUSED,
				    const struct stack_link *l)
{
	return l->node != 0;
}

static inline const struct stack_link *
stack_links_key(const void *none UNUSED, const struct stack_link *l)
{
	return l;
}

static inline uint64_t stack_links_hash(const void *none UNUSED,
					const struct stack_link *l,
					uint64_t salt)
{
	uint64_t hash = hash_u64(salt ^ ((uint64_t)l->above << 32 | l->step));

	return hash_u64((hash ^ hash >> 32) + l->type);
}

static inline bool stack_links_same(const struct stack_link *a,
				    const struct stack_link *b)
{
	return a->above == b->above && a->step == b->step &&
	       a->type == b->type;
}

HASH_DEFINE(stack_links, struct stack_link, const struct stack_link *,
	    const void *);

struct stack_tree {
	struct stack_node_vec v;
	struct stack_links links;
	uint64_t nr_cut;	/* steps for which there was no node */
};

/* A tree of the top alone.  The caller releases it by stack_tree_release(). */
void stack_tree_init(struct stack_tree *t);
void stack_tree_release(struct stack_tree *t);

/* The node for the step from node `above`: one that is there, or a new one, or
 * if it repeats a node above that one.  With STACK_CUT: it is `above`, as there
 * is no room for the step. */
uint32_t stack_tree_step(struct stack_tree *t, uint32_t above, uint32_t step,
			 uint32_t type);

/* The node that a step led to; 0: there was no such step. */
uint32_t stack_tree_find(const struct stack_tree *t, uint32_t above,
			 uint32_t step, uint32_t type);

#endif
