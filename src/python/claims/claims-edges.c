/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/log.h"
#include "heap/pointed.h"
#include "python/claims/claims.h"
#include "python/allocators/object-blocks.h"
#include "python/names/details.h"

/* References of an owner that are looked at, to see whether it has one to an
 * object. */
#define MAX_LOOK 64

/* A pointer in a block that something owns, or in an object. */
struct pointer {
	struct owner owner;
	oid to;
	uint32_t node, at;	/* the block, NODE_NONE: the object itself, and
				   the word in it */
};
VEC_DEFINE(pointer_vec, struct pointer);

/* Has the owner a reference to the object that the heap knows? */
static bool refers_already(const struct claims *c, struct owner w, oid object)
{
	struct heap_edges e;

	if (w.kind != OWNER_OBJECT)
		return false;
	if (w.id == object)
		return true;
	e = heap_edges(c->py->heap, w.id);
	for (uint32_t i = 0; i < e.nr && i < MAX_LOOK; i++)
		if (e.to[i] == object)
			return true;
	return false;
}

static void find_pointers(const struct claims *c, struct pointer_vec *ret)
{
	for (size_t i = 0; i < c->edges.nr; i++) {
		const struct claims_edge *e = &c->edges.v[i];
		struct owner w = owners_of(&c->owners, e->from);

		if (!(c->flags[e->from] & NODE_DEAD) &&
		    !refers_already(c, w, e->object))
			pointer_vec_push(ret, (struct pointer){
				w, e->object, e->from, e->at });
	}
	for (size_t i = 0; i < c->own_edges.nr; i++) {
		const struct claims_edge *e = &c->own_edges.v[i];
		struct owner w = { OWNER_OBJECT, e->from };

		if (!refers_already(c, w, e->object))
			pointer_vec_push(ret, (struct pointer){
				w, e->object, NODE_NONE, e->at });
	}
}

static int compare_owners(struct owner a, struct owner b)
{
	if (a.kind != b.kind)
		return a.kind < b.kind ? -1 : 1;
	return (a.id > b.id) - (a.id < b.id);
}

static int compare_places(const struct pointer *a, const struct pointer *b)
{
	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static int by_object(const void *pa, const void *pb)
{
	const struct pointer *a = pa, *b = pb;
	int owners = compare_owners(a->owner, b->owner);

	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return owners ? owners : compare_places(a, b);
}

static int by_owner(const void *pa, const void *pb)
{
	const struct pointer *a = pa, *b = pb;
	int owners = compare_owners(a->owner, b->owner);

	return owners ? owners : compare_places(a, b);
}

static bool is_first_of_owner(const struct pointer *v, size_t i)
{
	return !i || compare_owners(v[i - 1].owner, v[i].owner);
}

/* v[0] .. v[nr - 1] lead to one object, with `missing` references to explain:
 * add those that explain one. */
static void explain_object(const struct pointer *v, size_t nr, size_t missing,
			   struct pointer_vec *ret)
{
	size_t owners = 0, more;

	for (size_t i = 0; i < nr; i++)
		owners += is_first_of_owner(v, i);
	if (owners > missing)
		return;
	more = MIN(missing, nr) - owners;
	for (size_t i = 0; i < nr; i++) {
		bool first = is_first_of_owner(v, i);

		if (!first && !more)
			continue;
		more -= !first;
		pointer_vec_push(ret, v[i]);
	}
}

static void explain_all(const struct claims *c, struct pointer_vec *all,
			struct pointer_vec *ret)
{
	size_t end;

	if (all->nr)
		qsort(all->v, all->nr, sizeof(*all->v), by_object);
	for (size_t i = 0; i < all->nr; i = end) {
		oid to = all->v[i].to;

		for (end = i + 1; end < all->nr && all->v[end].to == to;)
			end++;
		explain_object(all->v + i, end - i,
			       claims_missing_of(c->missing, to), ret);
	}
}

static uint64_t size_of_block(const struct claims *c, uint32_t node)
{
	return node == NODE_NONE ? 0 : claims_block(c, node).size;
}

/* Those of objects become edges. */
static void add_edges(struct claims *c, struct pointer_vec *v)
{
	CLEANUP(heap_pointer_vec_release) struct heap_pointer_vec ret =
		VEC_INIT;

	if (v->nr)
		qsort(v->v, v->nr, sizeof(*v->v), by_owner);
	for (size_t i = 0; i < v->nr; i++) {
		const struct pointer *p = &v->v[i];

		if (p->owner.kind == OWNER_OBJECT)
			heap_pointer_vec_push(&ret, (struct heap_pointer){
				.from = p->owner.id, .to = p->to,
				.at = (uint64_t)p->at * 8,
				.size = size_of_block(c, p->node) });
	}
	if (ret.nr)
		heap_pointed_add(c->py->heap, &ret, details_codes(c->py));
	log_info("memory: pointers explain %zu references, %zu of them are an "
		 "object's", v->nr, ret.nr);
}

void claims_add_edges(struct claims *c)
{
	CLEANUP(pointer_vec_release) struct pointer_vec all = VEC_INIT;
	CLEANUP(pointer_vec_release) struct pointer_vec explain = VEC_INIT;

	find_pointers(c, &all);
	claims_edge_vec_release(&c->edges);
	claims_edge_vec_release(&c->own_edges);
	explain_all(c, &all, &explain);
	pointer_vec_release(&all);
	add_edges(c, &explain);
}

static bool is_lump(const struct claims *c, uint32_t node)
{
	return owners_of(&c->owners, node).kind == OWNER_SHARED &&
	       !(c->flags[node] & NODE_DEAD);
}

void claims_add_lumps(struct claims *c)
{
	struct heap *h = c->py->heap;
	const struct owner_vec *claimants = &c->owners.claimants;

	for (size_t i = 0; i < c->owners.shared.nr; i++) {
		const struct owners_shared *s = &c->owners.shared.v[i];

		heap_lump_vec_push(&h->lumps, (struct heap_lump){
			.first = s->first, .nr = s->nr });
	}
	for (size_t i = 0; i < claimants->nr; i++) {
		struct owner w = claimants->v[i];
		bool is_object = w.kind == OWNER_OBJECT;

		heap_lump_holder_vec_push(&h->lump_holders,
					  (struct heap_lump_holder){
			is_object ? w.id : OID_NONE, is_object ? 0 : w.id });
	}
	for (uint32_t n = 0; h->lumps.nr && n < c->owners.nr; n++)
		if (is_lump(c, n))
			h->lumps.v[owners_of(&c->owners, n).id].bytes +=
				object_blocks_bytes(claims_block(c, n));
}
