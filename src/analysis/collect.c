/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/collect.h"
#include "analysis/graph/loop.h"
#include "analysis/graph/scc.h"
#include "analysis/graph/telling.h"

struct garbage_component {
	uint64_t kind;		/* the same of those that are alike */
	size_t first;		/* of its objects in collect.members */
	uint32_t nr;
	uint64_t bytes, finalizers, callbacks, uncollectable;
	oid telling;		/* OID_NONE: no object of it is in a cycle */
};
VEC_DEFINE(garbage_component_vec, struct garbage_component);

struct collector {
	const struct heap *h;
	const struct garbage *garbage;
	uint32_t *of;		/* the component of each piece of garbage */
	uint64_t *stays;	/* garbage that can't be collected */
	uint64_t *in_cycle;
	struct garbage_component_vec components;
	struct collect *c;
};

static bool collector_frees(const struct collector *b, oid o)
{
	return bits_get(b->garbage->bits, o);
}

/* --- what stays, what goes ------------------------------------------------ */

static void mark_uncollectable(struct collector *b, struct oid_vec *queue,
			       oid o)
{
	if (!collector_frees(b, o) || bits_get(b->stays, o))
		return;
	bits_set(b->stays, o);
	tally_add(&b->c->uncollectable, heap_bytes(b->h, o));
	oid_vec_push(queue, o);
}

/* What has the old tp_del, and all that it reaches. */
static void find_uncollectable(struct collector *b)
{
	CLEANUP(oid_vec_release) struct oid_vec queue = VEC_INIT;
	const struct heap *h = b->h;

	for (size_t i = 0; i < b->garbage->objects.nr; i++) {
		oid o = b->garbage->objects.v[i];

		if (heap_type_of(h, o)->flags & TYPE_LEGACY_DEL)
			mark_uncollectable(b, &queue, o);
	}
	while (queue.nr) {
		struct heap_edges edges = heap_visited(h, queue.v[--queue.nr]);

		for (uint32_t i = 0; i < edges.nr; i++)
			mark_uncollectable(b, &queue, edges.to[i]);
	}
}

/* `o` is gone, and with it its references: what had no others goes too. */
static void drop_references(struct collector *b, oid o, uint32_t *left,
			    struct oid_vec *queue)
{
	const struct heap *h = b->h;
	struct heap_edges edges = heap_edges(h, o);

	for (uint32_t i = 0; i < edges.nr; i++) {
		oid t = edges.to[i];

		if (heap_is_guess(h, o, i) || !heap_owns(h, o, i) ||
		    collector_frees(b, t) || !left[t] ||
		    left[t] == REFCOUNT_IMMORTAL || --left[t])
			continue;
		tally_add(&b->c->untracked, heap_bytes(h, t));
		oid_vec_push(queue, t);
	}
}

static void find_untracked(struct collector *b)
{
	CLEANUP(oid_vec_release) struct oid_vec queue = VEC_INIT;
	CLEANUP(freep) uint32_t *left = NULL;
	const struct heap *h = b->h;

	if (!b->garbage->objects.nr)
		return;
	left = xreallocarray(NULL, h->nr_objects, sizeof(*left));
	memcpy(left, h->refcount, h->nr_objects * sizeof(*left));
	for (size_t i = 0; i < b->garbage->objects.nr; i++) {
		oid o = b->garbage->objects.v[i];

		if (!bits_get(b->stays, o))
			drop_references(b, o, left, &queue);
	}
	while (queue.nr)
		drop_references(b, queue.v[--queue.nr], left, &queue);
}

/* --- components ----------------------------------------------------------- */

static oid find_representative(uint32_t *of, oid o)
{
	while (of[o] != o)
		o = of[o] = of[of[o]];
	return o;
}

/* Set of[] of each object to the representative of its component. */
static void join_components(struct collector *b)
{
	const struct heap *h = b->h;
	const struct oid_vec *objects = &b->garbage->objects;

	for (size_t i = 0; i < objects->nr; i++)
		b->of[objects->v[i]] = objects->v[i];
	for (size_t i = 0; i < objects->nr; i++) {
		oid o = objects->v[i];
		struct heap_edges edges = heap_visited(h, o);

		for (uint32_t k = 0; k < edges.nr; k++) {
			oid to = edges.to[k], x, y;

			if (!collector_frees(b, to))
				continue;
			x = find_representative(b->of, o);
			y = find_representative(b->of, to);
			b->of[MAX(x, y)] = MIN(x, y);
		}
	}
}

/* Number the components in order of their first objects; list the members of
 * each. */
static void number_components(struct collector *b)
{
	const struct oid_vec *objects = &b->garbage->objects;
	struct garbage_component_vec *all = &b->components;
	CLEANUP(freep) uint32_t *done = NULL;
	size_t at = 0;

	for (size_t i = 0; i < objects->nr; i++) {
		oid o = objects->v[i], first = find_representative(b->of, o);

		if (first == o)
			garbage_component_vec_push(
				all, (struct garbage_component){
					     .telling = OID_NONE });
		b->of[o] = first;
	}
	done = xcalloc(b->h->nr_objects, sizeof(*done));
	/* The representative is the first object of its component. */
	for (size_t i = 0, nr = 0; i < objects->nr; i++) {
		oid o = objects->v[i], first = b->of[o];

		if (first == o)
			done[o] = (uint32_t)nr++;
		all->v[done[first]].nr++;
	}
	for (size_t i = 0; i < objects->nr; i++)
		b->of[objects->v[i]] = done[b->of[objects->v[i]]];
	for (size_t i = 0; i < all->nr; i++) {
		all->v[i].first = at;
		at += all->v[i].nr;
		all->v[i].nr = 0;
	}
	oid_vec_resize(&b->c->members, at);
}

/* Numbers of types without a pattern, so that sums of them tell. */
static uint64_t mix_type(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void add_to_component(struct collector *b, oid o)
{
	const struct heap *h = b->h;
	struct garbage_component *p = &b->components.v[b->of[o]];

	b->c->members.v[p->first + p->nr++] = o;
	p->kind += mix_type(h->type[o]);
	p->bytes += heap_bytes(h, o);
	if (bits_get(b->stays, o))
		p->uncollectable++;
	else if (heap_type_of(h, o)->flags & TYPE_HAS_DEL) {
		if (h->flags[o] & OBJECT_FINALIZED)
			b->c->finalized++;
		else
			p->finalizers++;
	}
	if (bits_get(b->in_cycle, o) &&
	    (p->telling == OID_NONE ||
	     telling_more(h, o, p->telling)))
		p->telling = o;
}

/* Weak references that are garbage are cleared without a word. */
static void count_weak_callbacks(struct collector *b)
{
	const struct heap_weak_vec *weak = &b->h->weak;

	for (size_t i = 0; i < weak->nr; i++) {
		const struct heap_weak *w = &weak->v[i];

		if (w->callback == OID_NONE ||
		    collector_frees(b, w->reference) ||
		    !collector_frees(b, w->referent) ||
		    bits_get(b->stays, w->referent))
			continue;
		b->components.v[b->of[w->referent]].callbacks++;
	}
}

static void mark_cycles(struct collector *b)
{
	const struct oid_vec *objects = &b->garbage->objects;
	const struct heap *h = b->h;
	struct scc scc;

	scc_build(h, b->garbage->bits, &scc);
	for (size_t i = 0; i < objects->nr; i++) {
		oid o = objects->v[i];
		struct heap_edges edges = heap_edges(h, o);

		for (uint32_t k = 0; k < edges.nr; k++)
			if (scc.of[edges.to[k]] == scc.of[o])
				bits_set(b->in_cycle, o);
	}
	scc_release(&scc);
}

/* --- groups --------------------------------------------------------------- */

static int compare_components(const void *pa, const void *pb)
{
	const struct garbage_component *a = pa, *b = pb;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->nr != b->nr)
		return a->nr < b->nr ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

/* Whether some of it is uncollectable follows from its types. */
static bool are_components_alike(const struct garbage_component *a,
				 const struct garbage_component *b)
{
	return a->kind == b->kind && a->nr == b->nr;
}

static void add_to_group(struct collect *c, const struct garbage_component *p)
{
	struct collect_group *g = &c->groups.v[c->groups.nr - 1];

	g->nr++;
	g->objects.nr += p->nr;
	g->objects.bytes += p->bytes;
	g->finalizers += p->finalizers;
	g->callbacks += p->callbacks;
	g->uncollectable += p->uncollectable;
	c->finalizers += p->finalizers;
	c->callbacks += p->callbacks;
}

static int compare_collect_groups(const void *pa, const void *pb)
{
	const struct collect_group *a = pa, *b = pb;

	if (a->objects.bytes != b->objects.bytes)
		return a->objects.bytes > b->objects.bytes ? -1 : 1;
	if (a->objects.nr != b->objects.nr)
		return a->objects.nr > b->objects.nr ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

static void make_collect_groups(struct collector *b)
{
	struct garbage_component_vec *all = &b->components;
	struct collect *c = b->c;

	if (!all->nr)
		return;
	qsort(all->v, all->nr, sizeof(*all->v), compare_components);
	for (size_t i = 0; i < all->nr; i++) {
		const struct garbage_component *p = &all->v[i];

		if (!i || !are_components_alike(&all->v[i - 1], p))
			collect_group_vec_push(&c->groups,
					       (struct collect_group){
				.first = p->first, .nr_members = p->nr,
				.telling = p->telling });
		add_to_group(c, p);
	}
	qsort(c->groups.v, c->groups.nr, sizeof(*c->groups.v),
	      compare_collect_groups);
}

static void count_scanned(const struct heap *h, struct collect *c)
{
	for (oid o = 0; o < h->nr_objects; o++)
		c->scanned += garbage_is_candidate(h, o) &&
			      (h->flags[o] & (OBJECT_SCANNED | OBJECT_UNREAD));
}

void collect_build(const struct heap *h, const struct garbage *garbage,
		   struct collect *ret)
{
	struct collector b = {
		.h = h, .garbage = garbage, .c = ret,
		.stays = bits_new(h->nr_objects),
		.in_cycle = bits_new(h->nr_objects),
	};

	memset(ret, 0, sizeof(*ret));
	b.of = xcalloc((size_t)h->nr_objects + 1, sizeof(*b.of));
	count_scanned(h, ret);
	find_uncollectable(&b);
	find_untracked(&b);
	mark_cycles(&b);
	join_components(&b);
	number_components(&b);
	for (size_t i = 0; i < garbage->objects.nr; i++)
		add_to_component(&b, garbage->objects.v[i]);
	count_weak_callbacks(&b);
	ret->nr_components = b.components.nr;
	make_collect_groups(&b);
	garbage_component_vec_release(&b.components);
	free(b.of);
	free(b.stays);
	free(b.in_cycle);
}

void collect_release(struct collect *c)
{
	collect_group_vec_release(&c->groups);
	oid_vec_release(&c->members);
}

void collect_loop(const struct heap *h, const struct collect *c,
		  const struct collect_group *group, struct path *ret)
{
	*ret = (struct path)VEC_INIT;
	if (group->telling != OID_NONE)
		loop_find(h, c->members.v + group->first, group->nr_members,
			  group->telling, ret);
}
