/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/variables.h"
#include "analysis/graph/bits.h"
#include "base/vec.h"

VEC_DEFINE(found_vec, oid);

struct finder {
	struct heap *old, *new;
	const oid *old_of;
	uint64_t *found;	/* of new: a set */
	uint64_t *namespaces;	/* dicts of new that are a __dict__: a set */
	struct found_vec queue;
	uint32_t nr_asked;
};

static void add_found(struct finder *f, oid o)
{
	if (f->old_of[o] == OID_NONE || bits_get(f->found, o))
		return;
	bits_set(f->found, o);
	found_vec_push(&f->queue, o);
}

static bool has_root(const uint64_t *roots, oid o)
{
	return o != OID_NONE && bits_get(roots, o);
}

static void find_roots(struct finder *f)
{
	const struct heap_root_vec *then = &f->old->roots;
	const struct heap_root_vec *now = &f->new->roots;
	CLEANUP(freep) uint64_t *roots = bits_new(f->old->nr_objects);

	for (size_t i = 0; i < then->nr; i++)
		if (then->v[i].object != OID_NONE)
			bits_set(roots, then->v[i].object);
	for (size_t i = 0; i < now->nr; i++)
		if (now->v[i].object != OID_NONE &&
		    has_root(roots, f->old_of[now->v[i].object]))
			add_found(f, now->v[i].object);
}

/* A module, a class, or an instance that is no container. */
static bool has_attributes(const struct heap *h, oid o)
{
	const struct heap_type *t = heap_type_of(h, o);

	return t->kind == TYPE_KIND_MODULE || t->flags & TYPE_IS_TYPE ||
	       (t->kind == TYPE_KIND_OTHER && t->flags & TYPE_IS_HEAP &&
		t->shape == SHAPE_NONE);
}

static bool is_namespace_edge(struct finder *f, oid o, uint32_t i)
{
	CLEANUP(edge_name_release) struct edge_name name = { 0 };

	if (f->nr_asked >= VARIABLES_MAX_ASKED)
		return false;
	f->nr_asked++;
	heap_name_edges(f->new, o, i, 1, &name);
	return name.kind == EDGE_DICT;
}

/* What the variables of `o` refer to in both heaps. */
static void find_below(struct finder *f, oid o)
{
	struct heap_edges was = heap_edges(f->old, f->old_of[o]);
	struct heap_edges is = heap_edges(f->new, o);
	bool names = has_attributes(f->new, o);

	if (!names && !bits_get(f->namespaces, o))
		return;
	for (uint32_t i = 0; i < is.nr && i < was.nr; i++) {
		oid to = is.to[i];

		if (f->old_of[to] != was.to[i])
			continue;
		if (names && heap_type_of(f->new, to)->flags & TYPE_IS_DICT &&
		    !bits_get(f->namespaces, to) &&
		    is_namespace_edge(f, o, i)) {
			bits_set(f->namespaces, to);
			/* A root may have it, too: a frame its globals. */
			bits_clear(f->found, to);
		}
		add_found(f, to);
	}
}

uint64_t *variables_find(struct heap *old, struct heap *new, const oid *old_of)
{
	struct finder f = { old, new, old_of, bits_new(new->nr_objects),
			    bits_new(new->nr_objects), VEC_INIT, 0 };

	find_roots(&f);
	for (size_t i = 0; i < f.queue.nr; i++)
		find_below(&f, f.queue.v[i]);
	found_vec_release(&f.queue);
	free(f.namespaces);
	return f.found;
}
