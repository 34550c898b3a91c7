/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/memory/claims-fields.h"
#include "python/memory/claims-hidden.h"
#include "python/memory/claims-scan.h"
#include "python/memory/claims-words.h"
#include "python/memory/memory-objects.h"
#include "python/raw/raw.h"
#include "python/types/object-map.h"

/* --- objects ------------------------------------------------------------ */

struct object_scan {
	struct claims_fields fields;
	oid object;
};

static void hit_of_object(struct claims *c, raddr at, uint64_t word,
			  uint32_t block, void *context)
{
	struct object_scan *s = context;
	uint32_t node = claims_node(c, block);
	enum claim_strength strength;

	if (node == NODE_NONE)
		return;
	strength = claims_fields_doubt(c, &s->fields, s->object, at) ?
		   CLAIM_DOUBTFUL :
		   owners_strength(claims_offset(c, block, word));
	owners_claim(&c->owners, (struct owner){ OWNER_OBJECT, s->object },
		     node, strength);
}

/* What a reader does not tell: an object that no tp_traverse leads to. */
static void hit_hidden(struct claims *c, raddr at, uint64_t word,
		       uint32_t block, void *context)
{
	uint32_t node = claims_node(c, block);

	if (node != NODE_NONE && c->flags[node] & NODE_HIDDEN)
		hit_of_object(c, at, word, block, context);
}

static void scan_object(struct claims *c, struct object_scan *s, oid o,
			claims_hit *hit)
{
	uint32_t block = memory_block_of(c->py, c->native, o);
	raddr start, end;

	s->object = o;
	if (claims_object_range(c, o, block, &start, &end))
		claims_each_word(c, start, end, hit, s);
}

void claims_scan_objects(struct claims *c)
{
	struct object_scan s;

	claims_fields_count(c, &s.fields);
	for (size_t i = 0; i < c->unread.nr; i++)
		scan_object(c, &s, c->unread.v[i], hit_of_object);
	for (size_t i = 0; i < c->untold.nr; i++)
		scan_object(c, &s, c->untold.v[i], hit_hidden);
	claims_fields_release(&s.fields);
}

/* --- raw blocks --------------------------------------------------------- */

struct node_scan {
	uint32_t node;
	size_t first_edge;	/* of the node, in c->edges */
};

/* A pointer to an object that counts more references than are known.  `o` may be
 * OID_NONE. */
static void hit_object(struct claims *c, struct node_scan *s, oid o)
{
	struct claims_edge *last = c->edges.nr > s->first_edge ?
				   &c->edges.v[c->edges.nr - 1] : NULL;

	if (o == OID_NONE || !c->missing || !c->missing[o])
		return;
	if (last && last->object == o)
		last->nr++;
	else
		claims_edge_vec_push(&c->edges,
				     (struct claims_edge){ s->node, o, 1 });
}

static void hit_of_node(struct claims *c, raddr at, uint64_t word,
			uint32_t block, void *context)
{
	struct node_scan *s = context;
	uint32_t node = claims_node(c, block);

	(void)at;
	if (node != NODE_NONE)
		owners_edge(&c->owners, s->node, node,
			    owners_strength(claims_offset(c, block, word)));
	else
		hit_object(c, s, object_map_find(c->py, word));
}

/* A field of a hidden object that a reader knows. */
struct hidden_scan {
	struct claims *c;
	uint32_t node;
};

static void visit_field(void *context, raddr address, uint64_t length,
			enum raw_field field, unsigned int flags)
{
	struct hidden_scan *s = context;
	struct claims *c = s->c;
	uint32_t block = blocks_find(&c->native->blocks, address);
	uint32_t node = claims_node(c, block);

	(void)length;
	(void)field;
	if (node == NODE_NONE)
		return;
	if (flags & RAW_LEAF)
		c->flags[node] |= NODE_LEAF;
	owners_edge(&c->owners, s->node, node, CLAIM_START);
}

/* Where the pointers of a hidden object end. */
static raddr scan_hidden(struct claims *c, uint32_t node)
{
	const struct block *b = claims_block(c, node);
	const struct pytype *t = &c->py->types.v[c->type[node]];
	raddr obj = claims_hidden_address(c, node);
	struct hidden_scan h = { c, node };

	raw_fields_at(c->py, c->type[node], obj, visit_field, &h);
	if (t->itemsize % 8 || t->flags & TPFLAG_UNICODE_SUBCLASS)
		return MIN(b->start + b->size,
			   obj + (uint64_t)MAX(t->basicsize, 0));
	return b->start + b->size;
}

static void scan_node(struct claims *c, uint32_t node)
{
	const struct block *b = claims_block(c, node);
	struct node_scan s = { node, c->edges.nr };
	raddr end = b->start + b->size;

	if (c->flags[node] & (NODE_LEAF | NODE_READ | NODE_DEAD))
		return;
	if (c->flags[node] & NODE_HIDDEN)
		end = scan_hidden(c, node);
	claims_each_word(c, b->start, end, hit_of_node, &s);
}

void claims_scan_nodes(struct claims *c)
{
	for (uint32_t n = 0; n < c->owners.nr; n++)
		scan_node(c, n);
}
