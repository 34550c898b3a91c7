/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/cycles.h"
#include "analysis/graph/loop.h"
#include "analysis/graph/scc.h"
#include "analysis/graph/telling.h"

#define NO_CYCLE UINT32_MAX

const char *const cycle_kind_names[NR_CYCLE_KINDS] = {
	[CYCLE_DATA] = "data",
	[CYCLE_MACHINERY] = "machinery",
	[CYCLE_WITHIN] = "within",
};

const char *const cycle_state_names[NR_CYCLE_STATES] = {
	[CYCLE_GARBAGE] = "garbage",
	[CYCLE_HELD] = "held",
	[CYCLE_LOST] = "lost",
};

struct cycle_finder {
	struct heap *h;
	const struct reach *reach;
	const struct garbage *garbage;
	uint64_t *anchors;	/* classes, modules, namespaces */
	uint64_t *loops;	/* objects that refer to themselves */
	struct cycles *c;
};

/*
 * The type that most module roots have, the first of such; UINT32_MAX: there
 * are no module roots.  Its other objects are modules, too: sys.monitoring.
 */
static uint32_t find_module_type(const struct heap *h)
{
	CLEANUP(freep) uint32_t *nr = xcalloc(h->types.nr, sizeof(*nr));
	uint32_t best = UINT32_MAX;

	for (size_t i = 0; i < h->roots.nr; i++)
		if (h->roots.v[i].kind == ROOT_MODULE &&
		    h->roots.v[i].object < h->nr_objects)
			nr[h->type[h->roots.v[i].object]]++;
	for (uint32_t i = 0; i < h->types.nr; i++)
		if (nr[i] && (best == UINT32_MAX || nr[i] > nr[best]))
			best = i;
	return best;
}

static void find_anchors(struct cycle_finder *b)
{
	const struct heap *h = b->h;
	const struct namespace_vec *names = &b->reach->namespaces;
	uint32_t module = find_module_type(h);

	for (oid o = 0; o < h->nr_objects; o++)
		if (h->type[o] == module ||
		    heap_type_of(h, o)->flags & TYPE_IS_TYPE)
			bits_set(b->anchors, o);
	for (size_t i = 0; i < h->roots.nr; i++)
		if (h->roots.v[i].kind == ROOT_MODULE &&
		    h->roots.v[i].object < h->nr_objects)
			bits_set(b->anchors, h->roots.v[i].object);
	for (size_t i = 0; i < names->nr; i++)
		bits_set(b->anchors, names->v[i].object);
}

static void find_self_references(struct cycle_finder *b)
{
	const struct heap *h = b->h;

	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_edges(h, o);

		for (uint32_t i = 0; i < edges.nr; i++)
			if (edges.to[i] == o)
				bits_set(b->loops, o);
	}
}

static bool is_nearer_to_root(const struct cycle_finder *b, oid a, oid than)
{
	const struct reach *r = b->reach;
	unsigned int round_a = reach_round(r->penalty[a]);
	unsigned int round_than = reach_round(r->penalty[than]);

	if (reach_has(r, a) != reach_has(r, than))
		return reach_has(r, a);
	if (round_a != round_than)
		return round_a < round_than;
	if (r->distance[a] != r->distance[than])
		return r->distance[a] < r->distance[than];
	if (r->penalty[a] != r->penalty[than])
		return r->penalty[a] < r->penalty[than];
	return b->h->address[a] < b->h->address[than];
}

static void add_to_cycle(struct cycle_finder *b, struct cycle *cycle, oid o)
{
	const struct heap *h = b->h;
	uint32_t type = heap_type_of(h, o)->flags;

	b->c->members.v[cycle->first + cycle->nr] = o;
	if (!cycle->nr++)
		cycle->telling = cycle->entry = cycle->lowest = o;
	cycle->bytes += heap_bytes(h, o);
	if (type & TYPE_HAS_DEL)
		cycle->flags |= CYCLE_HAS_DEL;
	if (type & TYPE_LEGACY_DEL)
		cycle->flags |= CYCLE_LEGACY_DEL;
	if (h->flags[o] & OBJECT_FINALIZED)
		cycle->flags |= CYCLE_FINALIZED;
	if (h->flags[o] & OBJECT_SCANNED)
		cycle->flags |= CYCLE_SCANNED;
	if (cycle->kind == CYCLE_DATA && bits_get(b->anchors, o))
		cycle->kind = CYCLE_MACHINERY;
	if (telling_more(h, o, cycle->telling))
		cycle->telling = o;
	if (is_nearer_to_root(b, o, cycle->entry))
		cycle->entry = o;
	if (h->address[o] < h->address[cycle->lowest])
		cycle->lowest = o;
}

/*
 * Make a cycle for each component that is one; of[component] is its index,
 * or NO_CYCLE.  Room for its members is set aside, in order of components.
 */
static uint32_t *make_cycles(struct cycle_finder *b, const struct scc *scc,
			     enum cycle_kind kind)
{
	CLEANUP(freep) uint32_t *size = xcalloc(scc->nr, sizeof(*size));
	uint32_t *of = xreallocarray(NULL, scc->nr, sizeof(*of));
	CLEANUP(freep) uint64_t *loops = bits_new(scc->nr);

	for (oid o = 0; o < b->h->nr_objects; o++) {
		if (scc->of[o] == SCC_NONE)
			continue;
		size[scc->of[o]]++;
		if (bits_get(b->loops, o))
			bits_set(loops, scc->of[o]);
	}
	for (uint32_t i = 0; i < scc->nr; i++) {
		struct cycle cycle = { .kind = kind, .outer = NO_CYCLE,
				       .first = b->c->members.nr };

		of[i] = NO_CYCLE;
		if (size[i] == 1 && !bits_get(loops, i))
			continue;
		of[i] = (uint32_t)b->c->all.nr;
		cycle_vec_push(&b->c->all, cycle);
		oid_vec_resize(&b->c->members, cycle.first + size[i]);
	}
	return of;
}

static void fill_cycles(struct cycle_finder *b, const struct scc *scc,
			const uint32_t *of)
{
	for (oid o = 0; o < b->h->nr_objects; o++)
		if (scc->of[o] != SCC_NONE && of[scc->of[o]] != NO_CYCLE)
			add_to_cycle(b, &b->c->all.v[of[scc->of[o]]], o);
}

/* The components of the whole graph; of[object] becomes its cycle. */
static uint32_t *add_whole(struct cycle_finder *b)
{
	CLEANUP(freep) uint32_t *of = NULL;
	struct scc scc;

	scc_build(b->h, NULL, &scc);
	of = make_cycles(b, &scc, CYCLE_DATA);
	fill_cycles(b, &scc, of);
	for (oid o = 0; o < b->h->nr_objects; o++)
		scc.of[o] = of[scc.of[o]];
	return scc.of;
}

/* What is left of CYCLE_MACHINERY without what makes it that. */
static void add_within(struct cycle_finder *b, const uint32_t *outer)
{
	CLEANUP(freep) uint64_t *within = bits_new(b->h->nr_objects);
	CLEANUP(scc_release) struct scc scc = { NULL, 0 };
	CLEANUP(freep) uint32_t *of = NULL;
	struct cycle_vec *all = &b->c->all;
	size_t nr = all->nr;

	for (oid o = 0; o < b->h->nr_objects; o++)
		if (outer[o] != NO_CYCLE && !bits_get(b->anchors, o) &&
		    all->v[outer[o]].kind == CYCLE_MACHINERY)
			bits_set(within, o);
	scc_build(b->h, within, &scc);
	of = make_cycles(b, &scc, CYCLE_WITHIN);
	fill_cycles(b, &scc, of);
	for (size_t i = nr; i < all->nr; i++)
		all->v[i].outer = outer[all->v[i].telling];
}

/* All objects of a component have the same state. */
static void find_cycle_states(struct cycle_finder *b)
{
	struct cycles *c = b->c;

	for (size_t i = 0; i < c->all.nr; i++) {
		struct cycle *cycle = &c->all.v[i];

		if (bits_get(b->garbage->bits, cycle->entry))
			cycle->state = CYCLE_GARBAGE;
		else if (reach_has(b->reach, cycle->entry))
			cycle->state = CYCLE_HELD;
		else
			cycle->state = CYCLE_LOST;
		if (cycle->state != CYCLE_GARBAGE ||
		    cycle->kind == CYCLE_WITHIN)
			continue;
		c->nr_garbage++;
		c->garbage_objects += cycle->nr;
		c->garbage_bytes += cycle->bytes;
	}
}

struct cycle_item {
	const struct heap *h;
	struct cycle cycle;
	uint32_t index;
};

static int compare_cycles(const void *pa, const void *pb)
{
	const struct cycle_item *ia = pa, *ib = pb;
	const struct cycle *a = &ia->cycle, *b = &ib->cycle;
	uint64_t at_a = ia->h->address[a->lowest];
	uint64_t at_b = ib->h->address[b->lowest];

	if (a->nr != b->nr)
		return a->nr > b->nr ? -1 : 1;
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	if (at_a != at_b)
		return at_a < at_b ? -1 : 1;
	return (a->kind > b->kind) - (a->kind < b->kind);
}

static void sort_cycles(struct cycle_finder *b)
{
	struct cycle_vec *all = &b->c->all;
	CLEANUP(freep) struct cycle_item *items =
		xreallocarray(NULL, all->nr, sizeof(*items));
	CLEANUP(freep) uint32_t *moved =
		xreallocarray(NULL, all->nr, sizeof(*moved));

	for (size_t i = 0; i < all->nr; i++)
		items[i] = (struct cycle_item){ b->h, all->v[i], (uint32_t)i };
	qsort(items, all->nr, sizeof(*items), compare_cycles);
	for (size_t i = 0; i < all->nr; i++)
		moved[items[i].index] = (uint32_t)i;
	for (size_t i = 0; i < all->nr; i++) {
		all->v[i] = items[i].cycle;
		if (all->v[i].outer != NO_CYCLE)
			all->v[i].outer = moved[all->v[i].outer];
	}
}

void cycles_build(struct heap *h, const struct reach *reach,
		  const struct garbage *garbage, struct cycles *ret)
{
	struct cycle_finder b = { h,
				  reach,
				  garbage,
				  bits_new(h->nr_objects),
				  bits_new(h->nr_objects),
				  ret };
	CLEANUP(freep) uint32_t *outer = NULL;

	memset(ret, 0, sizeof(*ret));
	find_anchors(&b);
	find_self_references(&b);
	outer = add_whole(&b);
	add_within(&b, outer);
	find_cycle_states(&b);
	sort_cycles(&b);
	free(b.anchors);
	free(b.loops);
}

void cycles_release(struct cycles *c)
{
	cycle_vec_release(&c->all);
	oid_vec_release(&c->members);
	memset(c, 0, sizeof(*c));
}

void cycles_loop(const struct heap *h, const struct cycles *c,
		 const struct cycle *cycle, struct path *ret)
{
	struct path p = VEC_INIT;

	loop_find(h, c->members.v + cycle->first, cycle->nr, cycle->telling,
		  &p);
	*ret = p;
}
