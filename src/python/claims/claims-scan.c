/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/claims/claims-doubt.h"
#include "python/claims/claims-fields.h"
#include "python/claims/claims-hidden.h"
#include "python/claims/claims-scan.h"
#include "python/claims/claims-words.h"
#include "python/allocators/object-blocks.h"
#include "python/raw/raw.h"
#include "python/state/words.h"
#include "python/types/object-map.h"

/* --- objects ------------------------------------------------------------ */

struct object_scan {
	struct claims_fields fields;
	oid object;
};

/* A pointer further behind has this place: 32 GiB. */
#define LAST_PLACE UINT32_MAX

/* If an object at `word` counts more references than are known, this may be one
 * of them. */
static void hit_referent(struct claims *c, struct claims_edge_vec *ret,
			 uint32_t from, uint64_t offset, uint64_t word)
{
	oid o = object_map_find(c->py, word);

	if (o == OID_NONE || !claims_missing_any(c->missing, o) ||
	    ret->nr >= CLAIMS_MAX_EDGES)
		return;
	claims_edge_vec_push(ret, (struct claims_edge){
		from, o, (uint32_t)MIN(offset / 8, LAST_PLACE) });
}

static void hit_own(struct claims *c, raddr at, uint64_t word,
		    const struct object_scan *s)
{
	raddr start = c->py->heap->address[s->object];

	if (at >= start)
		hit_referent(c, &c->own_edges, s->object, at - start, word);
}

static void hit_of_object(struct claims *c, raddr at, uint64_t word,
			  uint32_t block, void *context)
{
	struct object_scan *s = context;
	uint32_t node = claims_node(c, block);
	enum claim_strength strength;

	if (node == NODE_NONE) {
		hit_own(c, at, word, s);
		return;
	}
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

	if (node == NODE_NONE || c->flags[node] & NODE_HIDDEN)
		hit_of_object(c, at, word, block, context);
}

static void scan_object(struct claims *c, struct object_scan *s, oid o,
			claims_hit *hit)
{
	uint32_t block = object_blocks_find(c->py, c->native, o);
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

/* What is known of these: their words need not be looked at. */
#define NODE_KNOWN (NODE_LEAF | NODE_READ | NODE_DEAD)

/* A pointer from a page of a large block. */
struct page_edge {
	uint32_t to;
	enum claim_strength strength;
};
VEC_DEFINE(page_edge_vec, struct page_edge);

struct node_scan {
	const struct claims_doubt *doubt; /* NULL: the block is an object */
	struct page_edge_vec page; /* edges of the page that is looked at */
	raddr page_start;	/* of that page */
	uint32_t alive;		/* words of that page that point to blocks */
	uint64_t offset;	/* to which the last one of that page leads */
	uint32_t node;
	uint64_t size;
	raddr start, end;	/* words of the node that are looked at */
};

/* All pointers of the page are known: are they sure? */
static void end_page(struct claims *c, struct node_scan *s)
{
	raddr start = MAX(s->page_start, s->start + DOUBT_HEAD);
	raddr end = MIN(s->page_start + MEMORY_PAGE, s->end);
	bool sparse = s->page.nr &&
		      claims_doubt_sparse(claims_doubt_set(c, start, end),
					  s->alive);

	for (size_t i = 0; i < s->page.nr; i++)
		owners_edge(&c->owners, s->node, s->page.v[i].to,
			    sparse ? CLAIM_DOUBTFUL : s->page.v[i].strength);
	s->page.nr = 0;
	s->alive = 0;
}

/* A word behind the first ones of a large block leads `offset` bytes behind
 * the start of another, which is `node` or an object. */
static void hit_of_page(struct claims *c, struct node_scan *s, raddr at,
			uint32_t node, uint64_t offset)
{
	if (memory_page_start(at) != s->page_start) {
		end_page(c, s);
		s->page_start = memory_page_start(at);
		s->offset = UINT64_MAX;
	}
	s->alive += offset <= CLAIMS_NEAR || offset == s->offset;
	s->offset = offset;
	if (node != NODE_NONE)
		page_edge_vec_push(&s->page, (struct page_edge){
			node, owners_strength(offset) });
}

/*
 * The word at `from` in the node leads `to` bytes behind the start of `node`.
 * Blocks of one size may be of several structs, so a doubtful word may be a
 * pointer all the same: one to a start still hands an owner on.
 */
static void add_edge(struct claims *c, struct node_scan *s, uint32_t node,
		     uint64_t from, uint64_t to)
{
	enum claim_strength strength = owners_strength(to);
	bool doubtful = s->doubt && claims_doubt_small(s->doubt, s->size, from);

	if (doubtful && strength == CLAIM_INTERIOR)
		strength = CLAIM_DOUBTFUL;
	owners_edge(&c->owners, s->node, node, strength);
	if (doubtful && strength == CLAIM_START)
		owners_doubt(&c->owners, s->node, node);
}

static void hit_of_node(struct claims *c, raddr at, uint64_t word,
			uint32_t block, void *context)
{
	struct node_scan *s = context;
	uint32_t node = claims_node(c, block);
	uint64_t from = at - s->start, to = claims_offset(c, block, word);

	if (s->doubt && s->size > DOUBT_SMALL && from >= DOUBT_HEAD)
		hit_of_page(c, s, at, node, to);
	else if (node != NODE_NONE)
		add_edge(c, s, node, from, to);
	if (node == NODE_NONE)
		hit_referent(c, &c->edges, s->node, from, word);
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
	uint32_t node = claims_field_node(c, address, flags);

	(void)length;
	(void)field;
	if (node == NODE_NONE)
		return;
	owners_edge(&c->owners, s->node, node, CLAIM_START);
}

/*
 * Where the pointers of a hidden object end: items of other than 8 bytes are
 * none, and what is behind the object in its block is from an earlier use.  The
 * values behind an instance and the items of a variable type may go up to the
 * end of the block; a struct sequence has more than its length says.
 */
static raddr end_of_hidden(struct python *py, const struct pytype *t, raddr obj,
			   const struct block *b)
{
	raddr end = obj + (uint64_t)MAX(t->basicsize, 0);

	if (t->flags & TPFLAG_UNICODE_SUBCLASS || t->itemsize % 8)
		return end;
	if (t->address == py->known.tuple)
		return obj + py->layout.tuple_item + 8 *
			MIN(word_at(py, obj, py->layout.var_size), b->size);
	return t->itemsize || t->flags & TPFLAG_INLINE_VALUES ?
	       b->start + b->size : end;
}

static raddr scan_hidden(struct claims *c, uint32_t node)
{
	const struct block b = claims_block(c, node);
	const struct pytype *t = &c->py->types.v[c->type[node]];
	raddr obj = claims_hidden_address(c, node);
	struct hidden_scan h = { c, node };

	raw_fields_at(c->py, c->type[node], obj, visit_field, &h);
	return MIN(b.start + b.size, end_of_hidden(c->py, t, obj, &b));
}

static void visit_leaf(void *context, raddr address, uint64_t length,
		       enum raw_field field, unsigned int flags)
{
	(void)length;
	(void)field;
	claims_field_node(context, address, flags);
}

/* A bytearray's data may lie before it, and must not be scanned. */
static void find_leaves(struct claims *c)
{
	raw_begin(c->py);
	for (uint32_t n = 0; n < c->owners.nr; n++)
		if (c->flags[n] & NODE_HIDDEN)
			raw_fields_at(c->py, c->type[n],
				      claims_hidden_address(c, n), visit_leaf,
				      c);
}

static void scan_node(struct claims *c, struct node_scan *s, uint32_t node,
		      const struct claims_doubt *doubt)
{
	const struct block b = claims_block(c, node);

	if (c->flags[node] & NODE_KNOWN)
		return;
	s->doubt = c->flags[node] & NODE_HIDDEN ? NULL : doubt;
	s->node = node;
	s->size = b.size;
	s->start = b.start;
	s->end = b.start + b.size;
	if (c->flags[node] & NODE_HIDDEN)
		s->end = scan_hidden(c, node);
	claims_each_word(c, s->start, s->end, hit_of_node, s);
	end_page(c, s);
}

void claims_scan_nodes(struct claims *c)
{
	CLEANUP(freep) struct claims_doubt *doubt = xmalloc(sizeof(*doubt));
	struct node_scan s = { .page = VEC_INIT };

	find_leaves(c);
	claims_doubt_count(c, NODE_KNOWN | NODE_HIDDEN, doubt);
	for (uint32_t n = 0; n < c->owners.nr; n++)
		scan_node(c, &s, n, doubt);
	page_edge_vec_release(&s.page);
}
