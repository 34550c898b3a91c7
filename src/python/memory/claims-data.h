/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/claims-data.h - what the parts of claims.h share.
 *
 *	claims-hidden	which raw blocks are objects that the heap lacks
 *	claims-scan	pointers in objects and in raw blocks
 *	claims-roots	pointers in CPython's state, libraries and stacks
 *	claims		the order, and objects that have a reader
 */
#ifndef PYTHON_MEMORY_CLAIMS_DATA_H
#define PYTHON_MEMORY_CLAIMS_DATA_H

#include "native/native.h"
#include "native/owners.h"
#include "python/state/python.h"

#define NODE_NONE UINT32_MAX

/* What is known of a raw block. */
#define NODE_LEAF 1		/* it has no pointers */
#define NODE_READ 2		/* a reader knows what it has: its pointers are
				   references of the owner */
#define NODE_HIDDEN 4		/* an object that the heap lacks */
#define NODE_DEAD 8		/* one whose reference count is 0: CPython
				   keeps it for reuse */

/* Raw block `node` has `nr` pointers to the object. */
struct claims_edge {
	uint32_t node;
	oid object;
	uint32_t nr;
};
VEC_DEFINE(claims_edge_vec, struct claims_edge);

struct claims {
	struct python *py;
	struct native *native;	/* the blocks are sorted */
	const oid *objects;	/* by block: the object in it, or OID_NONE */
	uint32_t *nodes;	/* by block: its node, or NODE_NONE where it is
				   an object */
	uint32_t *blocks;	/* by node */
	uint8_t *flags;		/* by node: NODE_* */
	uint32_t *type;		/* by node: index of the type of a hidden or
				   dead object, else UINT32_MAX */
	struct owners owners;
	raddr low, high;	/* all blocks lie in low .. high - 1 */
	struct oid_vec unread;	/* objects without a reader, ascending */
	struct oid_vec untold;	/* objects with a reader, and without a
				   tp_traverse that leads to what they refer
				   to, such as the base of a numpy view */
	/*
	 * Pointers to objects that count more references than the heap has
	 * edges for, by node.  Those that claims_explain() leaves explain
	 * counted references.
	 */
	struct claims_edge_vec edges;
	uint32_t *missing;	/* by object: how many references nobody has;
				   NULL: not counted */
};

static inline const struct block *claims_block(const struct claims *c,
					       uint32_t node)
{
	return &c->native->blocks.all.v[c->blocks[node]];
}

/* The block that is the object's own, or BLOCK_NONE: it lies in none, or in one
 * that is something larger. */
static inline uint32_t claims_own_block(const struct claims *c, oid o)
{
	uint32_t block = blocks_find(&c->native->blocks,
				     c->py->heap->address[o]);

	return block != BLOCK_NONE && c->objects[block] == o ? block :
							       BLOCK_NONE;
}

#endif
