/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/owners.h - which object owns which raw block.
 *
 * A raw block is a block in use that is no Python object.  Here it is a node,
 * 0 .. nr - 1.  What points to nodes is found elsewhere and given as claims
 * (from an object, CPython's state, a library or a stack) and as edges (from
 * another node).  The rules, in this order:
 *
 *  1. Nodes that point to the starts of one another, round about, are one
 *     component, and a component has one owner: a tree with links to the
 *     parents is freed as a whole.
 *  2. A claim that a reader of the type makes outranks a pointer found in an
 *     object, and that outranks a pointer in a raw block, to which the owner of
 *     that block is the claimant.
 *  3. A library's pointer to the start outranks an object's pointer to the
 *     inside.
 *  4. Pointers to the inside count only where none to the start has led: first
 *     those of objects, then those of raw blocks that have an owner.
 *  5. What no object has is a library's or CPython's; what these do not have
 *     either is a stack's.  Only then doubtful pointers count, from blocks that
 *     have an owner and at last from objects.  A pointer to the inside that is
 *     not aligned is doubtful.
 *  6. Nothing points to the rest: it has no owner.
 *  7. Where several claim a component by edges, doubted ones do not count
 *     beside others.
 *  8. Of several objects that claim a component, the one that most others hold
 *     on to, by references of at most two steps, is the owner.  If there is
 *     none, the component is shared, and the list of claimants is kept.
 *
 * Order of calls: owners_init(), owners_claim() and owners_edge() for all that
 * is known, owners_decide() of native/owners-decide.h, owners_of();
 * owners_release() frees all.
 *
 * Most nodes are claimed once, by a reader, and no edge leads on from them: the
 * items of a list.  They are settled: that claim is their owner, whatever else
 * points to them.  The others are open, and what is decided is by open node.
 *
 * Cost: linear in nodes, claims and edges, but for sorting what is decided.
 * Memory: 5 bytes a node, 8 a claim, 12 an edge, 54 an open node while it
 * decides.
 */
#ifndef NATIVE_OWNERS_H
#define NATIVE_OWNERS_H

#include "heap/heap.h"

enum owner_kind {
	OWNER_NOBODY,
	OWNER_OBJECT,		/* id: oid */
	OWNER_SHARED,		/* id: index in owners.shared */
	OWNER_PYTHON,		/* CPython's own state; id: 0 */
	OWNER_LIBRARY,		/* id: what owners_claim() was given */
	OWNER_STACK,		/* a thread's; id: what owners_claim() was
				   given */
};

/* How much a claim says, most first. */
enum claim_strength {
	CLAIM_FIELD,		/* a reader: this field owns the block */
	CLAIM_START,		/* a pointer to the start */
	CLAIM_INTERIOR,		/* a pointer to the inside */
	CLAIM_DOUBTFUL,		/* a word that need not be a pointer */
	NR_CLAIM_STRENGTHS,
};

struct owner {
	enum owner_kind kind;
	uint32_t id;
};
VEC_DEFINE(owner_vec, struct owner);

/* A claimant of a node. */
struct owners_claim {
	uint32_t claimant, node;
};
VEC_DEFINE(owners_claim_vec, struct owners_claim);

/* Where claims come from. */
enum owners_source {
	SOURCE_OBJECT,		/* claimant: oid */
	SOURCE_ROOT,		/* a library, or OWNERS_PYTHON */
	SOURCE_STACK,
	NR_OWNERS_SOURCES,
};
#define OWNERS_PYTHON UINT32_MAX

/* Pointers between nodes, as they are added: from[i] has those to
 * to[first[i]] .. to[first[i + 1] - 1], or to the end. */
struct owners_links {
	struct u32_vec from;	/* nodes that have some, ascending */
	struct u32_vec first;
	struct u32_vec to;
};

enum owners_link_kind {
	LINK_START,
	LINK_INTERIOR,
	LINK_DOUBTFUL,
	LINK_DOUBTED,		/* of LINK_START, those that say least */
	NR_OWNERS_LINK_KINDS,
};

/* From an open node or component to others: to[first[n]] .. to[first[n + 1] -
 * 1]. */
struct owners_edges {
	uint32_t *first;	/* one more than there are nodes */
	struct u32_vec to;
};

#define OWNERS_FIELD 1		/* a reader has claimed the node */
#define OWNERS_SETTLED 2
#define OWNERS_OPEN 4		/* while it is found out what is settled */
#define OWNERS_POINTED 8	/* another node has a pointer to it */

/* Components that several objects claim and that none of them clearly owns. */
struct owners_shared {
	oid label;		/* of the claimants, who has most pointers to
				   it; of several, the first object */
	uint64_t first;		/* in owners.claimants */
	uint32_t nr;
};
VEC_DEFINE(owners_shared_vec, struct owners_shared);

/* More edges than that, of each strength, are dropped: 2 GiB of memory. */
#define OWNERS_MAX_EDGES (1u << 29)
/* So are more claims of each source and strength: 4 GiB. */
#define OWNERS_MAX_CLAIMS (1u << 29)

struct owners {
	const struct heap *heap; /* who refers to whom */
	uint32_t nr;		/* nodes */
	struct owners_claim_vec claims[NR_OWNERS_SOURCES][NR_CLAIM_STRENGTHS];
	struct owners_links links[NR_OWNERS_LINK_KINDS];
	uint64_t nr_dropped;	/* claims and edges: see OWNERS_MAX_EDGES */
	uint64_t nr_steps;	/* references that rule 8 may still look at */

	uint8_t *flags;		/* by node: OWNERS_* */
	/* By node: the first object for which a reader has claimed it, or
	 * OID_NONE; once it is known to be open, its number as that. */
	uint32_t *link;

	/* From here on: what owners_decide() finds.  A component has a higher
	 * number than all others that its nodes point to the start of. */
	uint32_t nr_open;
	struct owners_edges edges[NR_OWNERS_LINK_KINDS];
	uint32_t *component;	/* by open node */
	uint32_t nr_components;
	uint8_t *kind;		/* by component: enum owner_kind */
	uint32_t *id;		/* by component: that of struct owner */
	struct owners_shared_vec shared;
	/* OWNER_OBJECT or OWNER_SHARED (an earlier one of the list). */
	struct owner_vec claimants;
};

/* `nr` nodes without claims and edges; at most 2^32 - 2.  `h` has all its
 * objects and edges, and outlives `o`. */
void owners_init(struct owners *o, const struct heap *h, uint32_t nr);
void owners_release(struct owners *o);

/* The strength of a pointer that leads `offset` bytes behind a block's start.
 * Wrappers of malloc() put 8 or 16 bytes of their own before what they give
 * (sqlite, OpenSSL's debug mode).  What C has of structs inside of others is
 * aligned; a word that leads elsewhere is a number more often than a place in a
 * text, whose start something else points to. */
static inline enum claim_strength owners_strength(uint64_t offset)
{
	if (offset == 0 || offset == 8 || offset == 16)
		return CLAIM_START;
	return offset % 8 ? CLAIM_DOUBTFUL : CLAIM_INTERIOR;
}

/*
 * `by` has a pointer to the node.  `by` is OWNER_OBJECT, OWNER_PYTHON,
 * OWNER_LIBRARY (its id is below OWNERS_PYTHON) or OWNER_STACK.  Repeat it for
 * each pointer.
 */
void owners_claim(struct owners *o, struct owner by, uint32_t node,
		  enum claim_strength strength);

/*
 * Node `from` has a pointer to node `to`: CLAIM_START, CLAIM_INTERIOR, or
 * CLAIM_DOUBTFUL wherever in `to` it leads.
 * `from` must not be lower than in the call before.
 */
void owners_edge(struct owners *o, uint32_t from, uint32_t to,
		 enum claim_strength strength);

/*
 * The pointer of `from` to the start of `to`, which owners_edge() was given,
 * need not be one: if the owners of other nodes claim `to` as well, it does not
 * count.  `from` must not be lower than in the call before.
 */
void owners_doubt(struct owners *o, uint32_t from, uint32_t to);

/* Who owns the node. */
static inline struct owner owners_of(const struct owners *o, uint32_t node)
{
	uint32_t link = o->link[node], c;

	if (o->flags[node] & OWNERS_SETTLED)
		return (struct owner){ OWNER_OBJECT, link };
	c = o->component[link];
	return (struct owner){ (enum owner_kind)o->kind[c], o->id[c] };
}

/* Does a reader say so, not just a pointer?  Then the owner is no guess. */
static inline bool owners_is_known(const struct owners *o, uint32_t node)
{
	return o->flags[node] & OWNERS_FIELD;
}

/* For native/owners-open.c and native/owners-decide.c: edges from `nr` open
 * nodes or components. */
void owners_edges_init(struct owners_edges *e, uint32_t nr);
void owners_edges_release(struct owners_edges *e);
/* Claims and links are no longer needed. */
void owners_release_claims(struct owners *o);
void owners_release_links(struct owners *o);

#endif
