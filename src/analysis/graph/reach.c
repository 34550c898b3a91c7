/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/reach.h"

/* More than any difference of roots' ranks. */
#define PENALTY_HIERARCHY 8
#define PENALTY_SCANNED 16

/* Reference number `edge` of the namespace `names` to `object`, which counts as
 * `cost` steps. */
struct far_global {
	oid object, names;
	uint32_t edge, cost;
};
VEC_DEFINE(far_global_vec, struct far_global);

struct reach_search {
	struct heap *h;
	struct reach *r;
	const uint64_t *ends;
	oid *queue;		/* each object at most once: nr_objects */
	uint32_t head, tail;
	uint8_t base;		/* penalty of this round */
	/* They are entered when the search comes to their distance, as the
	 * late roots are. */
	struct far_global_vec far;
	bool has_foreign, has_late;	/* they are still to be entered */
};

/* --- whose a global is --- */

static int compare_reach_classes(const void *a, const void *b)
{
	const struct reach_class *x = a, *y = b;

	return (x->object > y->object) - (x->object < y->object);
}

static void list_classes(const struct heap *h, struct reach_class_vec *ret)
{
	for (uint32_t t = 0; t < h->types.nr; t++)
		if (h->types.v[t].object != OID_NONE)
			reach_class_vec_push(ret, (struct reach_class){
				h->types.v[t].object, t });
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), compare_reach_classes);
}

/* The name of the class `o`, or of the class of `o`; NULL: unknown. */
static const char *class_name(const struct heap *h, const struct reach *r,
			      oid o)
{
	const struct heap_type *type = heap_type_of(h, o);
	struct reach_class key = { o, 0 };
	const struct reach_class *found;

	if (!(type->flags & TYPE_IS_TYPE) || !r->classes.nr)
		return type->name;
	found = bsearch(&key, r->classes.v, r->classes.nr, sizeof(key),
			compare_reach_classes);
	return found ? h->types.v[found->type].name : NULL;
}

const char *reach_module_of(const struct heap *h, const struct reach *r, oid o)
{
	const struct root *root;
	oid module = r->parent[o];

	/* At distance 0 only a namespace has a parent. */
	if (likely(r->distance[o]) || module == OID_NONE ||
	    r->parent[module] != OID_NONE)
		return NULL;
	root = &r->roots.v[r->edge[module]];
	return root->place == ROOT_NO_PLACE ? NULL :
					      h->roots.v[root->place].name;
}

/*
 * Does the global `to` of the module have a class that another module defines?
 * The name of a class begins with that of its module; those of builtins have no
 * dot, and are at home everywhere.
 */
static bool is_foreign(const struct heap *h, const struct reach *r,
		       const char *module, oid to)
{
	const char *name = class_name(h, r, to);
	size_t len = strlen(module);

	return name && strchr(name, '.') &&
	       (strncmp(name, module, len) || name[len] != '.');
}

/* The dict of threading._active; OID_NONE: there is none. */
static oid find_threads(struct heap *h, const struct reach *r)
{
	for (size_t i = 0; i < r->namespaces.nr; i++) {
		oid o = r->namespaces.v[i].object;
		const char *module = reach_module_of(h, r, o);
		struct heap_edges edges = heap_edges(h, o);

		if (!module || strcmp(module, "threading"))
			continue;
		edges.nr = MIN(edges.nr, (uint32_t)ROOTS_NAMESPACE_EDGES_MAX);
		for (uint32_t k = 0; k < edges.nr; k++) {
			CLEANUP(edge_name_release) struct edge_name name = {0};

			heap_name_edges(h, o, k, 1, &name);
			if (edge_is(&name, EDGE_NAMED_VALUE, "_active"))
				return edges.to[k];
		}
	}
	return OID_NONE;
}

/* How many steps the one from the namespace of `module` to `to` counts as. */
static uint32_t global_cost(const struct heap *h, const struct reach *r,
			    const char *module, oid to)
{
	return to == r->threads ? REACH_LATE :
	       is_foreign(h, r, module, to) ? 1 + REACH_FOREIGN : 1;
}

/* --- the search --- */

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

uint32_t reach_root_distance(enum root_kind kind)
{
	return kind == ROOT_MODULE || kind == ROOT_BUILTINS ||
	       kind == ROOT_TYPE ? 0 : REACH_LATE;
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

/* Enter `o`, or give it this chain if it is as short as the one that `o` has,
 * and better.  `o` is not expanded yet. */
static void offer_chain(struct reach_search *s, oid o, uint32_t distance,
			oid parent, uint32_t edge, uint8_t penalty)
{
	struct reach *r = s->r;

	if (r->distance[o] == REACH_NOT) {
		enter_object(s, o, distance, parent, edge, penalty);
	} else if (r->distance[o] == distance && penalty < r->penalty[o]) {
		r->parent[o] = parent;
		r->edge[o] = edge;
		r->penalty[o] = penalty;
	}
}

/* Reach `to` over edge `i` of `o`, unless the chain that it has is as good. */
static inline void relax_edge(struct reach_search *s, oid o, uint32_t i, oid to)
{
	struct reach *r = s->r;
	uint32_t distance = r->distance[o] + 1;

	/* Mostly `to` is reached already, by a shorter chain. */
	if (r->distance[to] < distance)
		return;
	offer_chain(s, to, distance, o, i,
		    reach_add_penalty(r->penalty[o],
				      reach_step_penalty(s->h, o, to)));
}

static void expand_object(struct reach_search *s, oid o)
{
	struct heap_edges edges = heap_keeps(s->h, o);
	const char *module = reach_module_of(s->h, s->r, o);

	if (s->ends && bits_get(s->ends, o))
		return;
	for (uint32_t i = 0; i < edges.nr; i++) {
		oid to = edges.to[i];
		uint32_t cost = likely(!module) ? 1 :
				global_cost(s->h, s->r, module, to);

		if (cost == 1)
			relax_edge(s, o, i, to);
		else
			far_global_vec_push(&s->far, (struct far_global){
				to, o, i, cost });
	}
}

static void enter_far_globals(struct reach_search *s, uint32_t distance)
{
	for (size_t i = 0; i < s->far.nr; i++) {
		const struct far_global *f = &s->far.v[i];
		uint8_t penalty = reach_step_penalty(s->h, f->names, f->object);

		if (f->cost == distance)
			offer_chain(s, f->object, distance, f->names, f->edge,
				    reach_add_penalty(s->r->penalty[f->names],
						      penalty));
	}
}

static void enter_late_roots(struct reach_search *s)
{
	for (size_t i = 0; i < s->r->roots.nr; i++) {
		const struct root *root = &s->r->roots.v[i];

		if (reach_root_distance(root->kind) &&
		    !roots_is_temporary(s->h, root))
			offer_chain(s, root->object, REACH_LATE, OID_NONE,
				    (uint32_t)i, roots_rank[root->kind]);
	}
}

/* The distance of the next object; REACH_NOT: there is none. */
static uint32_t next_distance(const struct reach_search *s)
{
	return s->head == s->tail ? REACH_NOT :
				    s->r->distance[s->queue[s->head]];
}

static void run_search(struct reach_search *s)
{
	for (;;) {
		uint32_t next = next_distance(s);

		if (unlikely(s->has_foreign && next >= 1 + REACH_FOREIGN)) {
			enter_far_globals(s, 1 + REACH_FOREIGN);
			s->has_foreign = false;
		} else if (unlikely(s->has_late && next >= REACH_LATE)) {
			enter_far_globals(s, REACH_LATE);
			enter_late_roots(s);
			s->has_late = false;
		} else if (next == REACH_NOT) {
			break;
		} else {
			expand_object(s, s->queue[s->head++]);
		}
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
	s->r->threads = find_threads(s->h, s->r);
	enter_roots(s, 0, ROOT_BUILTINS);
	enter_roots(s, 0, ROOT_TYPE);
	s->has_foreign = s->has_late = true;
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

/* Enter the roots from number `first` on, which were found by counting. */
static void search_counted_roots(struct reach_search *s, uint8_t base,
				 size_t first)
{
	s->base = base;
	enter_roots(s, first, ROOT_NATIVE);
	run_search(s);
}

void reach_build(struct heap *h, const uint64_t *ends, struct reach *ret)
{
	reach_build_counted(h, ends, NULL, ret);
}

void reach_build_counted(struct heap *h, const uint64_t *ends,
			 const uint32_t *known, struct reach *ret)
{
	size_t nr = h->nr_objects, first;
	CLEANUP(freep) oid *queue = xreallocarray(NULL, nr, sizeof(*queue));
	struct reach_search s = { h, ret, ends, queue, 0, 0, 0,
				   VEC_INIT, false, false };

	memset(ret, 0, sizeof(*ret));
	ret->nr_objects = h->nr_objects;
	ret->distance = xreallocarray(NULL, nr, sizeof(*ret->distance));
	ret->parent = xreallocarray(NULL, nr, sizeof(*ret->parent));
	ret->edge = xreallocarray(NULL, nr, sizeof(*ret->edge));
	ret->penalty = xcalloc(nr, sizeof(*ret->penalty));
	memset(ret->distance, 0xff, nr * sizeof(*ret->distance));
	memset(ret->parent, 0xff, nr * sizeof(*ret->parent));
	memset(ret->edge, 0xff, nr * sizeof(*ret->edge));
	list_classes(h, &ret->classes);

	search_known_roots(&s);
	search_temporary_roots(&s);
	first = ret->roots.nr;
	roots_native(h, known, ret->distance, &ret->roots);
	search_counted_roots(&s, REACH_PENALTY_NATIVE, first);
	first = ret->roots.nr;
	roots_immortal(h, ret->distance, &ret->roots);
	search_counted_roots(&s, REACH_PENALTY_IMMORTAL, first);
	ret->nr_reached = s.tail;
	far_global_vec_release(&s.far);
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
	reach_class_vec_release(&r->classes);
	memset(r, 0, sizeof(*r));
}

static void *copy_of(const void *v, size_t nr, size_t size)
{
	void *ret = xreallocarray(NULL, MAX(nr, 1), size);

	if (nr)
		memcpy(ret, v, nr * size);
	return ret;
}

#define COPY(v, nr) copy_of((v), (nr), sizeof(*(v)))

struct reach reach_copy(const struct reach *r)
{
	struct reach ret = *r;

	ret.distance = COPY(r->distance, r->nr_objects);
	ret.parent = COPY(r->parent, r->nr_objects);
	ret.edge = COPY(r->edge, r->nr_objects);
	ret.penalty = COPY(r->penalty, r->nr_objects);
	ret.roots.v = COPY(r->roots.v, r->roots.nr);
	ret.roots.room = MAX(r->roots.nr, 1);
	ret.namespaces.v = COPY(r->namespaces.v, r->namespaces.nr);
	ret.namespaces.room = MAX(r->namespaces.nr, 1);
	ret.classes.v = COPY(r->classes.v, r->classes.nr);
	ret.classes.room = MAX(r->classes.nr, 1);
	return ret;
}

uint32_t reach_deepest(const struct reach *r)
{
	uint32_t deepest = 0;

	for (oid o = 0; o < r->nr_objects; o++)
		if (reach_has(r, o))
			deepest = MAX(deepest, r->distance[o]);
	return deepest;
}

oid *reach_order(const struct reach *r)
{
	uint32_t deepest = reach_deepest(r);
	CLEANUP(freep) uint32_t *start =
		xcalloc((size_t)deepest + 2, sizeof(*start));
	oid *order = xreallocarray(NULL, (size_t)r->nr_reached + 1,
				   sizeof(*order));

	for (oid o = 0; o < r->nr_objects; o++)
		if (reach_has(r, o))
			start[r->distance[o] + 1]++;
	for (uint32_t i = 1; i <= deepest; i++)
		start[i] += start[i - 1];
	for (oid o = 0; o < r->nr_objects; o++)
		if (reach_has(r, o))
			order[start[r->distance[o]]++] = o;
	return order;
}

uint32_t reach_steps(const struct reach *r, oid o, uint32_t max)
{
	uint32_t steps = 0;

	for (; steps < max && r->parent[o] != OID_NONE; o = r->parent[o])
		steps++;
	return steps;
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

uint32_t reach_step_cost(const struct heap *h, const struct reach *r, oid from,
			 uint32_t edge)
{
	const char *module = reach_module_of(h, r, from);

	if (module)
		return global_cost(h, r, module, heap_edges(h, from).to[edge]);
	/* Few objects are modules, and few modules are asked about. */
	if (r->parent[from] != OID_NONE || r->distance[from] != 0 ||
	    r->roots.v[r->edge[from]].kind != ROOT_MODULE)
		return 1;
	for (size_t i = 0; i < r->namespaces.nr; i++)
		if (r->namespaces.v[i].module == from)
			return r->namespaces.v[i].edge != edge;
	return 1;
}
