/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/reach.h"

/* More than any difference of roots' ranks. */
#define PENALTY_HIERARCHY 8
#define PENALTY_SCANNED 16

struct reach_search {
	struct heap *h;
	struct reach *r;
	const uint64_t *ends;
	oid *queue;		/* each object at most once: nr_objects */
	uint32_t head, tail;
	uint8_t base;		/* penalty of this round */
};

uint8_t reach_step_penalty(const struct heap *h, oid from, oid to)
{
	const struct heap_type *type = heap_type_of(h, from);
	uint8_t penalty = 0;

	/* From a class into its bases and names, or to an object's class. */
	if (type->flags & TYPE_IS_TYPE || type->object == to)
		penalty += PENALTY_HIERARCHY;
	if (h->flags[from] & OBJECT_SCANNED)
		penalty += PENALTY_SCANNED;
	return penalty;
}

static void enter_object(struct reach_search *s, oid o, uint32_t distance,
			 oid parent, uint32_t edge, uint8_t penalty)
{
	s->r->distance[o] = distance;
	s->r->parent[o] = parent;
	s->r->edge[o] = edge;
	s->r->penalty[o] = penalty;
	s->queue[s->tail++] = o;
}

/* Reach `to` over edge `i` of `o`, unless the chain that it has is as good. */
static inline void relax_edge(struct reach_search *s, oid o, uint32_t i, oid to)
{
	struct reach *r = s->r;
	uint32_t distance = r->distance[o] + 1;
	uint8_t penalty;

	/* Mostly `to` is reached already, by a shorter chain. */
	if (r->distance[to] < distance)
		return;
	penalty = reach_add_penalty(r->penalty[o],
				    reach_step_penalty(s->h, o, to));
	if (r->distance[to] == REACH_NOT) {
		enter_object(s, to, distance, o, i, penalty);
	} else if (r->distance[to] == distance && penalty < r->penalty[to]) {
		r->parent[to] = o;
		r->edge[to] = i;
		r->penalty[to] = penalty;
	}
}

static void run_search(struct reach_search *s)
{
	const struct heap *h = s->h;

	while (s->head < s->tail) {
		oid o = s->queue[s->head++];
		struct heap_edges edges = heap_keeps(h, o);

		if (s->ends && bits_get(s->ends, o))
			continue;
		for (uint32_t i = 0; i < edges.nr; i++)
			relax_edge(s, o, i, edges.to[i]);
	}
}

/* Enter the objects of all roots of this kind from number `first` on, except
 * those of evaluation stacks. */
static void enter_roots(struct reach_search *s, size_t first,
			enum root_kind kind)
{
	struct reach *r = s->r;

	for (size_t i = first; i < r->roots.nr; i++) {
		const struct root *root = &r->roots.v[i];

		if (root->kind == kind && !reach_has(r, root->object) &&
		    !roots_is_temporary(s->h, root))
			enter_object(s, root->object, 0, OID_NONE, (uint32_t)i,
				     (uint8_t)(s->base + roots_rank[kind]));
	}
}

static void enter_namespaces(struct reach_search *s)
{
	struct reach *r = s->r;

	for (size_t i = 0; i < r->namespaces.nr; i++) {
		const struct namespace *n = &r->namespaces.v[i];

		if (reach_has(r, n->object) ||
		    (s->ends && bits_get(s->ends, n->module)))
			continue;
		enter_object(s, n->object, 0, n->module, n->edge,
			     r->penalty[n->module]);
	}
}

static void search_known_roots(struct reach_search *s)
{
	roots_known(s->h, &s->r->roots);
	roots_namespaces(s->h, &s->r->namespaces);
	enter_roots(s, 0, ROOT_MODULE);
	enter_namespaces(s);
	enter_roots(s, 0, ROOT_BUILTINS);
	enter_roots(s, 0, ROOT_TYPE);
	enter_roots(s, 0, ROOT_FRAME);
	enter_roots(s, 0, ROOT_INTERPRETER);
	enter_roots(s, 0, ROOT_NATIVE);
	run_search(s);
}

static void search_temporary_roots(struct reach_search *s)
{
	struct reach *r = s->r;

	for (size_t i = 0; i < r->roots.nr; i++) {
		const struct root *root = &r->roots.v[i];

		if (roots_is_temporary(s->h, root) &&
		    !reach_has(r, root->object))
			enter_object(s, root->object, 0, OID_NONE, (uint32_t)i,
				     REACH_PENALTY_TEMPORARY);
	}
	run_search(s);
}

static void search_counted_roots(struct reach_search *s, uint8_t base,
				 void (*find)(const struct heap *h,
					      const uint32_t *distance,
					      struct root_vec *ret))
{
	size_t first = s->r->roots.nr;

	s->base = base;
	find(s->h, s->r->distance, &s->r->roots);
	enter_roots(s, first, ROOT_NATIVE);
	run_search(s);
}

void reach_build(struct heap *h, const uint64_t *ends, struct reach *ret)
{
	size_t nr = h->nr_objects;
	CLEANUP(freep) oid *queue = xreallocarray(NULL, nr, sizeof(*queue));
	struct reach_search s = { h, ret, ends, queue, 0, 0, 0 };

	memset(ret, 0, sizeof(*ret));
	ret->nr_objects = h->nr_objects;
	ret->distance = xreallocarray(NULL, nr, sizeof(*ret->distance));
	ret->parent = xreallocarray(NULL, nr, sizeof(*ret->parent));
	ret->edge = xreallocarray(NULL, nr, sizeof(*ret->edge));
	ret->penalty = xcalloc(nr, sizeof(*ret->penalty));
	memset(ret->distance, 0xff, nr * sizeof(*ret->distance));
	memset(ret->parent, 0xff, nr * sizeof(*ret->parent));
	memset(ret->edge, 0xff, nr * sizeof(*ret->edge));

	search_known_roots(&s);
	search_temporary_roots(&s);
	search_counted_roots(&s, REACH_PENALTY_NATIVE, roots_native);
	search_counted_roots(&s, REACH_PENALTY_IMMORTAL, roots_immortal);
	ret->nr_reached = s.tail;
}

void reach_add_garbage(struct heap *h, const oid *objects, size_t nr,
		       struct reach *r)
{
	CLEANUP(freep) oid *queue = NULL;
	struct reach_search s = { .h = h,
				  .r = r,
				  .base = REACH_PENALTY_IMMORTAL };
	size_t first = r->roots.nr;

	s.queue = queue = xreallocarray(NULL, r->nr_objects - r->nr_reached,
					sizeof(*queue));
	for (size_t i = 0; i < nr; i++)
		root_vec_push(&r->roots, (struct root){ objects[i], ROOT_NATIVE,
							ROOT_NO_PLACE, 0 });
	enter_roots(&s, first, ROOT_NATIVE);
	run_search(&s);
	r->nr_reached += s.tail;
}

void reach_release(struct reach *r)
{
	free(r->distance);
	free(r->parent);
	free(r->edge);
	free(r->penalty);
	root_vec_release(&r->roots);
	namespace_vec_release(&r->namespaces);
	memset(r, 0, sizeof(*r));
}

const struct root *reach_path(const struct reach *r, oid o, struct path *ret)
{
	struct path p = VEC_INIT;

	while (r->parent[o] != OID_NONE) {
		path_push(&p, (struct step){ o, r->edge[o] });
		o = r->parent[o];
	}
	path_push(&p, (struct step){ o, PATH_START });
	path_reverse(&p);
	*ret = p;
	return &r->roots.v[r->edge[o]];
}

uint32_t reach_step_cost(const struct reach *r, oid from, uint32_t edge)
{
	/* Few objects are modules, and few modules are asked about. */
	if (r->parent[from] != OID_NONE || r->distance[from] != 0 ||
	    r->roots.v[r->edge[from]].kind != ROOT_MODULE)
		return 1;
	for (size_t i = 0; i < r->namespaces.nr; i++)
		if (r->namespaces.v[i].module == from)
			return r->namespaces.v[i].edge != edge;
	return 1;
}
