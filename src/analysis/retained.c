/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/retained.h"
#include "base/queue.h"

/* At most this many objects in a row are skipped. */
#define MAX_PASSED 32
/* At most this often a built-in type is skipped in a row: dicts of dicts. */
#define MAX_SAME_TYPE 3

/* --- the view --- */

static void add_garbage_ways(struct retained_view *v)
{
	CLEANUP(oid_vec_release) struct oid_vec garbage = VEC_INIT;
	const struct dominators *d = &v->dominators;

	for (oid o = 0; o < v->h->nr_objects; o++)
		if (d->holder[o] == HOLDER_GARBAGE && bits_get(d->roots, o))
			oid_vec_push(&garbage, o);
	reach_add_garbage(v->h, garbage.v, garbage.nr, &v->reach);
}

static void finish(struct retained_view *v)
{
	add_garbage_ways(v);
	v->namespaces = bits_new(v->h->nr_objects);
	for (size_t i = 0; i < v->reach.namespaces.nr; i++)
		bits_set(v->namespaces, v->reach.namespaces.v[i].object);
}

void retained_build(struct heap *h, struct retained_view *ret)
{
	CLEANUP(freep) uint32_t *known = roots_count(h);

	ret->h = h;
	ret->borrows = false;
	dominators_build_counted(h, known, &ret->dominators);
	reach_build_counted(h, NULL, known, &ret->reach);
	finish(ret);
}

void retained_build_from(struct heap *h, const struct dominators *d,
			 const struct reach *reach, struct retained_view *ret)
{
	ret->h = h;
	ret->borrows = true;
	ret->dominators = *d;
	ret->reach = reach_copy(reach);
	finish(ret);
}

void retained_release(struct retained_view *v)
{
	if (!v->borrows)
		dominators_release(&v->dominators);
	reach_release(&v->reach);
	free(v->namespaces);
	v->namespaces = NULL;
}

/* --- an object and its __dict__ --- */

static bool is_dominator(const struct retained_view *v, oid parent, oid o)
{
	return v->dominators.parent[o] == parent;
}

/* The object's own __dict__, if it is the only one to hold that; OID_NONE. */
static oid own_dict(struct retained_view *v, oid o)
{
	struct heap *h = v->h;
	struct heap_edges edges = heap_edges(h, o);
	uint32_t nr = MIN(edges.nr, (uint32_t)ROOTS_NAMESPACE_EDGES_MAX);
	bool any = false;
	uint32_t edge;

	/* Asking for names takes long. */
	if (heap_type_of(h, o)->shape != SHAPE_NONE)
		return OID_NONE;
	for (uint32_t i = 0; i < nr && !any; i++)
		any = is_dominator(v, o, edges.to[i]) &&
		      heap_type_of(h, edges.to[i])->flags & TYPE_IS_DICT;
	edge = any ? roots_namespace_edge(h, o) : UINT32_MAX;
	if (edge == UINT32_MAX || !is_dominator(v, o, edges.to[edge]))
		return OID_NONE;
	return edges.to[edge];
}

static void add_dominated(const struct retained_view *v, oid o, oid but,
			  struct oid_vec *ret)
{
	const struct dominators *d = &v->dominators;

	for (oid c = dominators_first(d, o); c != OID_NONE;
	     c = dominators_next(d, o, c))
		if (c != but)
			oid_vec_push(ret, c);
}

void retained_below(struct retained_view *v, oid o, struct oid_vec *ret)
{
	oid dict = o == OID_NONE ? OID_NONE : own_dict(v, o);

	add_dominated(v, o, dict, ret);
	if (dict != OID_NONE)
		add_dominated(v, dict, OID_NONE, ret);
}

oid retained_above(struct retained_view *v, oid o)
{
	oid parent = v->dominators.parent[o];
	oid above = parent == OID_NONE ? OID_NONE :
					 v->dominators.parent[parent];

	if (above != OID_NONE && own_dict(v, above) == parent)
		return above;
	return parent;
}

/* --- what is skipped --- */

static bool holds_names(const struct retained_view *v, oid o)
{
	oid parent = v->dominators.parent[o];

	if (bits_get(v->namespaces, o) ||
	    heap_type_of(v->h, o)->flags & TYPE_IS_TYPE)
		return true;
	/* A module is known by its namespace. */
	for (oid c = dominators_first(&v->dominators, o); c != OID_NONE;
	     c = dominators_next(&v->dominators, o, c))
		if (bits_get(v->namespaces, c))
			return true;
	return parent != OID_NONE &&
	       heap_type_of(v->h, parent)->flags & TYPE_IS_TYPE &&
	       heap_type_of(v->h, o)->flags & TYPE_IS_DICT;
}

/*
 * Is there a Python expression for `o` from its holder?  There is none for the
 * dict within an lru_cache, the items of a set, and the private objects of C
 * code: a person knows these only by their holder.
 */
static bool is_accessible(struct retained_view *v, oid o)
{
	struct edge_name name = { 0 };
	oid parent = v->reach.parent[o];
	bool ret;

	if (parent == OID_NONE)
		return true;
	heap_name_edges(v->h, parent, v->reach.edge[o], 1, &name);
	ret = name.prefix && name.suffix;
	edge_name_release(&name);
	return ret;
}

/* The child for which `o` is skipped; OID_NONE: `o` is not skipped. */
static oid leads_to_largest(struct retained_view *v, oid o,
			    const struct oid_vec *below)
{
	const struct dominators *d = &v->dominators;
	oid largest = OID_NONE;

	for (size_t i = 0; i < below->nr; i++)
		if (largest == OID_NONE ||
		    dominators_compare(d, below->v[i], largest) < 0)
			largest = below->v[i];
	if (largest == OID_NONE)
		return OID_NONE;
	if (d->bytes[largest] < d->bytes[o] / 10 ||
	    !is_accessible(v, largest))
		return OID_NONE;
	if (d->bytes[largest] >= d->bytes[o] - d->bytes[o] / 4 ||
	    holds_names(v, o))
		return largest;
	return OID_NONE;
}

/* The index in `passed` where a row of objects of the type of `o` begins, if
 * `o` ends it; SIZE_MAX: it does not. */
static size_t find_kind(const struct retained_view *v,
			const struct oid_vec *passed, oid o)
{
	const struct heap *h = v->h;
	uint32_t flags = heap_type_of(h, o)->flags;
	size_t nr = 0, first = SIZE_MAX;

	for (size_t i = passed->nr; i-- > 0;) {
		if (h->type[passed->v[i]] != h->type[o])
			continue;
		first = i;
		nr++;
	}
	if (flags & TYPE_IS_TYPE ||
	    nr < (flags & TYPE_IS_HEAP ? 1 : MAX_SAME_TYPE))
		return SIZE_MAX;
	return first;
}

/*
 * Append the objects that are skipped, from `o` on, and the one that they lead
 * to.  If the last ones are a row of one type, end with the first of that row.
 */
static void follow_passed(struct retained_view *v, oid o,
			  struct oid_vec *passed)
{
	CLEANUP(oid_vec_release) struct oid_vec below = VEC_INIT;

	for (oid at = o; at != OID_NONE && passed->nr < MAX_PASSED;) {
		size_t kind = find_kind(v, passed, at);

		if (kind != SIZE_MAX) {
			passed->nr = kind + 1;
			return;
		}
		oid_vec_push(passed, at);
		below.nr = 0;
		retained_below(v, at, &below);
		at = leads_to_largest(v, at, &below);
	}
}

/* --- the largest --- */

static int largest_first(const void *dominators, uint32_t a, uint32_t b)
{
	return dominators_compare(dominators, a, b);
}

/* `o` is the next largest object: put back the object that it leads to, as a
 * final one, and the other children of those that are skipped. */
static void take_largest(struct retained_view *v, oid o,
			 struct queue *queue, uint64_t *is_final)
{
	CLEANUP(oid_vec_release) struct oid_vec passed = VEC_INIT;
	CLEANUP(oid_vec_release) struct oid_vec below = VEC_INIT;

	follow_passed(v, o, &passed);
	for (size_t i = 0; i + 1 < passed.nr; i++) {
		below.nr = 0;
		retained_below(v, passed.v[i], &below);
		for (size_t j = 0; j < below.nr; j++)
			if (below.v[j] != passed.v[i + 1])
				queue_push(queue, below.v[j]);
	}
	bits_set(is_final, passed.v[passed.nr - 1]);
	queue_push(queue, passed.v[passed.nr - 1]);
}

void retained_largest(struct retained_view *v, size_t max,
		      struct oid_vec *ret)
{
	CLEANUP(freep) uint64_t *is_final = bits_new(v->h->nr_objects);
	CLEANUP(oid_vec_release) struct oid_vec top = VEC_INIT;
	struct queue queue = { VEC_INIT, largest_first, &v->dominators };
	size_t nr = 0;

	retained_below(v, OID_NONE, &top);
	for (size_t i = 0; i < top.nr; i++)
		queue_push(&queue, top.v[i]);
	while (queue.v.nr && (!max || nr < max)) {
		oid o = queue_pop(&queue);

		if (!bits_get(is_final, o)) {
			take_largest(v, o, &queue, is_final);
			continue;
		}
		oid_vec_push(ret, o);
		nr++;
	}
	queue_release(&queue);
}

void retained_topmost(const struct retained_view *v, const uint64_t *set,
		      struct oid_vec *ret)
{
	const struct dominators *d = &v->dominators;
	size_t first = ret->nr;

	for (uint32_t i = 0; i < v->h->nr_objects;) {
		oid o = d->order[i];

		i += bits_get(set, o) ? d->objects[o] : 1;
		if (bits_get(set, o))
			oid_vec_push(ret, o);
	}
	dominators_sort(d, ret->v + first, ret->nr - first);
}

struct tally *retained_by_type(const struct retained_view *v)
{
	const struct dominators *d = &v->dominators;
	/* By type: up to where in d->order all is retained by the last one. */
	CLEANUP(freep) uint32_t *end = xcalloc(v->h->types.nr, sizeof(*end));
	struct tally *ret = xcalloc(v->h->types.nr, sizeof(*ret));

	for (uint32_t i = 0; i < v->h->nr_objects; i++) {
		oid o = d->order[i];
		uint32_t type = v->h->type[o];

		if (i < end[type])
			continue;
		end[type] = i + d->objects[o];
		ret[type].nr += d->objects[o];
		ret[type].bytes += d->bytes[o];
	}
	return ret;
}

/* --- chains and types --- */

const struct root *retained_path(const struct retained_view *v, oid from,
				 oid o, struct path *ret)
{
	const struct reach *r = &v->reach;
	struct path p = VEC_INIT;

	if (from == OID_NONE)
		return reach_path(r, o, ret);
	while (o != from && r->parent[o] != OID_NONE) {
		path_push(&p, (struct step){ o, r->edge[o] });
		o = r->parent[o];
	}
	path_push(&p, (struct step){ o, PATH_START });
	path_reverse(&p);
	*ret = p;
	return NULL;
}

static int compare_retained_types(const void *pa, const void *pb, void *types)
{
	const struct tally_type *a = pa, *b = pb;
	const struct heap_type *t = types;

	if (a->sum.bytes != b->sum.bytes)
		return a->sum.bytes > b->sum.bytes ? -1 : 1;
	if (a->sum.nr != b->sum.nr)
		return a->sum.nr > b->sum.nr ? -1 : 1;
	if (strcmp(t[a->type].name, t[b->type].name))
		return strcmp(t[a->type].name, t[b->type].name);
	return (a->type > b->type) - (a->type < b->type);
}

void retained_types(const struct retained_view *v, oid o,
		    struct tally_type_vec *ret)
{
	const struct dominators *d = &v->dominators;
	struct heap *h = v->h;
	CLEANUP(freep) struct tally *by_type = xcalloc(h->types.nr,
						       sizeof(*by_type));

	for (uint32_t i = 0; i < d->objects[o]; i++) {
		oid each = d->order[d->place[o] + i];

		tally_add(&by_type[h->type[each]], heap_bytes(h, each));
	}
	tally_list(h, by_type, ret);
	if (ret->nr)
		qsort_r(ret->v, ret->nr, sizeof(*ret->v),
			compare_retained_types, h->types.v);
}
