/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/claims/claims-data.h - what the parts of claims.h share.
 *
 *	claims-hidden	which raw blocks are objects that the heap lacks
 *	claims-doubt	which words of raw blocks need not be pointers
 *	claims-scan	pointers in objects and in raw blocks
 *	claims-tables	hash tables of CPython's own
 *	claims-roots	pointers in CPython's state, libraries and stacks
 *	claims-edges	pointers that explain references become edges
 *	claims-missing	references that nobody has
 *	claims		the order, and objects that have a reader
 */
#ifndef PYTHON_CLAIMS_CLAIMS_DATA_H
#define PYTHON_CLAIMS_CLAIMS_DATA_H

#include "native/native.h"
#include "native/owners.h"
#include "python/claims/claims-missing.h"
#include "python/raw/raw.h"
#include "python/state/python.h"

/* What is known of a raw block. */
#define NODE_LEAF 1		/* it has no pointers */
#define NODE_READ 2		/* a reader knows what it has: its pointers are
				   references of the owner */
#define NODE_HIDDEN 4		/* an object that the heap lacks */
#define NODE_DEAD 8		/* one whose reference count is 0: CPython
				   keeps it for reuse */
#define NODE_TRACE 16		/* a part of tracemalloc's tables */
#define NODE_LOST 32		/* only a hidden object has it that nothing
				   points to */

/* Raw block or object `from` has a pointer to the object, `at` words behind its
 * start. */
struct claims_edge {
	uint32_t from;		/* a node or an oid */
	oid object;
	uint32_t at;
};
VEC_DEFINE(claims_edge_vec, struct claims_edge);

/* More pointers to objects than that, from blocks or from objects, are not
 * looked at.  Each takes up to 100 bytes until it is an edge: 1.6 GiB. */
#define CLAIMS_MAX_EDGES (1u << 24)

struct claims {
	struct python *py;
	struct native *native;	/* its raw blocks have numbers: a node is an
				   index in blocks.raw */
	uint8_t *flags;		/* by node: NODE_* */
	uint32_t *type;		/* by node, of a hidden or dead object, or of
				   the one that has a NODE_LOST: index of its
				   type */
	struct owners owners;
	raddr low, high;	/* all blocks lie in low .. high - 1 */
	struct oid_vec unread;	/* objects without a reader, ascending */
	struct oid_vec untold;	/* objects with a reader, and without a
				   tp_traverse that leads to what they refer
				   to, such as the base of a numpy view */
	/*
	 * Pointers to objects that count more references than the heap has
	 * edges for: in raw blocks, by node, and in structs of objects.
	 * claims_add_edges() says which of them explain these.
	 */
	struct claims_edge_vec edges, own_edges;
	const struct claims_missing *missing;
};

static inline struct block claims_block(const struct claims *c, uint32_t node)
{
	return blocks_of_node(&c->native->blocks, node);
}

/* How far behind the start of a block `addr` lies. */
static inline uint64_t claims_offset(const struct claims *c, uint32_t block,
				     raddr addr)
{
	return addr - blocks_get(&c->native->blocks, block).start;
}

/* The node of a block, or NODE_NONE: it is an object, or `block` is BLOCK_NONE.
 */
static inline uint32_t claims_node(const struct claims *c, uint32_t block)
{
	return block == BLOCK_NONE ? NODE_NONE :
				     blocks_node(&c->native->blocks, block);
}

/* The node at the address that a reader gives, with RAW_* flags, or NODE_NONE.
 * A leaf is marked as one. */
static inline uint32_t claims_field_node(struct claims *c, raddr address,
					 unsigned int flags)
{
	uint32_t node = claims_node(c, blocks_find(&c->native->blocks,
						   address));

	if (node != NODE_NONE && flags & RAW_LEAF)
		c->flags[node] |= NODE_LEAF;
	return node;
}

#endif
