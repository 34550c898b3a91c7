/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/audit.h"
#include "analysis/graph/roots.h"
#include "heap/pointed.h"

struct audit_found {
	uint32_t *sure;
	uint32_t *maybe;	/* references from scans for pointers */
};

static void explain_reference(uint32_t *nr, oid o)
{
	nr[o] += nr[o] != UINT32_MAX;
}

static void explain_references(uint32_t *nr, oid o, uint32_t more)
{
	nr[o] = MIN(nr[o] + (uint64_t)more, UINT32_MAX);
}

/*
 * Whoever makes an instance of a class that was made at run time takes a
 * reference to the class (bpo-35810, 3.8), but its tp_traverse may be an older
 * one that does not visit it.
 */
static void explain_class_reference(const struct heap *h, oid o, uint32_t *nr)
{
	const struct heap_type *t = heap_type_of(h, o);
	struct heap_edges edges = heap_edges(h, o);

	if (!(t->flags & TYPE_IS_HEAP) || t->object == OID_NONE ||
	    t->flags & TYPE_VISITED_ELSEWHERE)
		return;
	for (uint32_t i = 0; i < edges.nr; i++)
		if (edges.to[i] == t->object)
			return;
	explain_reference(nr, t->object);
}

/* An object does not own a reference to its static class.  A tp_traverse may
 * visit the class all the same: that of _curses_panel in 3.9 does. */
static bool is_own_class(const struct heap *h, oid o, oid to)
{
	const struct heap_type *t = heap_type_of(h, o);

	return to == t->object && !(t->flags & TYPE_IS_HEAP) &&
	       (h->flags[o] & OBJECT_EMULATED);
}

/*
 * A static class starts with a reference count of 1 that belongs to no
 * reference.  Code that adds it to a module and forgets Py_INCREF gives that
 * one away (_testcapi of 3.12).
 */
static bool is_own_count(const struct heap *h, const struct heap_root *root)
{
	return root->kind == ROOT_TYPE &&
	       heap_type_of(h, root->object)->flags & TYPE_IS_TYPE;
}

static void explain_all(const struct heap *h, struct audit_found *f)
{
	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_edges(h, o);
		for (uint32_t i = 0; i < edges.nr; i++) {
			oid to = edges.to[i];

			if (heap_owns(h, o, i))
				explain_reference(heap_is_guess(h, o, i) ||
						  heap_is_pointed(h, o, i) ||
						  is_own_class(h, o, to) ?
						  f->maybe : f->sure, to);
		}
		explain_class_reference(h, o, h->flags[o] & OBJECT_SCANNED ?
					      f->maybe : f->sure);
		explain_references(f->sure, o, heap_nobodys(h, o));
		explain_references(f->sure, o,
				   roots_unvisited(heap_type_of(h, o)));
	}
	for (size_t i = 0; i < h->roots.nr; i++)
		if (h->roots.v[i].counted &&
		    h->roots.v[i].object < h->nr_objects)
			explain_reference(is_own_count(h, &h->roots.v[i]) ?
					  f->maybe : f->sure,
					  h->roots.v[i].object);
}

static void audit_object_of(const struct heap *h, const struct audit_found *f,
			    oid o, struct audit *a)
{
	struct audit_object x = { o, h->refcount[o], f->sure[o] };
	uint32_t all = f->sure[o] + f->maybe[o];

	if (!h->unvisited && !(heap_type_of(h, o)->flags & TYPE_HAS_TRAVERSE)) {
		a->atoms++;
		return;
	}
	if (x.count >= REFCOUNT_FROZEN) {
		a->immortal++;
		return;
	}
	all = all < f->sure[o] ? UINT32_MAX : all;
	a->nr++;
	a->counted += x.count;
	a->explained += MIN(x.count, all);
	if (x.found > x.count) {
		a->nr_over++;
		a->over += x.found - x.count;
		audit_object_vec_push(&a->over_objects, x);
	} else if (all < x.count) {
		x.found = all;
		a->nr_unexplained++;
		a->unexplained += x.count - all;
		audit_object_vec_push(&a->unexplained_objects, x);
	}
}

struct audit_item {
	const struct heap *h;
	struct audit_object x;
};

static int compare_audit_objects(const void *pa, const void *pb)
{
	const struct audit_item *a = pa, *b = pb;
	const struct heap *h = a->h;
	uint32_t type_a = h->type[a->x.object], type_b = h->type[b->x.object];
	uint32_t more_a = a->x.count - a->x.found;
	uint32_t more_b = b->x.count - b->x.found;
	uint64_t at_a = h->address[a->x.object];
	uint64_t at_b = h->address[b->x.object];

	if (type_a != type_b)
		return type_a < type_b ? -1 : 1;
	if (more_a != more_b)
		return more_a > more_b ? -1 : 1;
	return (at_a > at_b) - (at_a < at_b);
}

static void sort_audit_objects(const struct heap *h, struct audit_object_vec *v)
{
	CLEANUP(freep) struct audit_item *items =
		xreallocarray(NULL, v->nr, sizeof(*items));

	for (size_t i = 0; i < v->nr; i++)
		items[i] = (struct audit_item){ h, v->v[i] };
	qsort(items, v->nr, sizeof(*items), compare_audit_objects);
	for (size_t i = 0; i < v->nr; i++)
		v->v[i] = items[i].x;
}

struct audit_type_item {
	const char *name;
	struct audit_type t;
};

static int compare_audit_types(const void *pa, const void *pb)
{
	const struct audit_type_item *a = pa, *b = pb;
	int order = 0;

	if (a->t.references != b->t.references)
		return a->t.references > b->t.references ? -1 : 1;
	if (a->name && b->name)
		order = strcmp(a->name, b->name);
	return order ? order :
		       (a->t.type > b->t.type) - (a->t.type < b->t.type);
}

static void sort_audit_types(const struct heap *h, struct audit_type_vec *v)
{
	CLEANUP(freep) struct audit_type_item *items =
		xreallocarray(NULL, v->nr, sizeof(*items));

	for (size_t i = 0; i < v->nr; i++)
		items[i] = (struct audit_type_item){
			h->types.v[v->v[i].type].name, v->v[i]
		};
	qsort(items, v->nr, sizeof(*items), compare_audit_types);
	for (size_t i = 0; i < v->nr; i++)
		v->v[i] = items[i].t;
}

static void sum_audit_types(const struct heap *h, struct audit *a)
{
	const struct audit_object_vec *v = &a->unexplained_objects;

	for (size_t i = 0; i < v->nr; i++) {
		uint32_t type = h->type[v->v[i].object];
		struct audit_type *t;

		if (!i || h->type[v->v[i - 1].object] != type)
			audit_type_vec_push(&a->types, (struct audit_type){
						.type = type, .first = i });
		t = &a->types.v[a->types.nr - 1];
		t->nr++;
		t->references += v->v[i].count - v->v[i].found;
	}
}

void audit_build(const struct heap *h, const bool *types, struct audit *ret)
{
	size_t room = (size_t)h->nr_objects + 1;
	struct audit_found f = { xcalloc(room, sizeof(*f.sure)),
				 xcalloc(room, sizeof(*f.maybe)) };

	memset(ret, 0, sizeof(*ret));
	explain_all(h, &f);
	for (oid o = 0; o < h->nr_objects; o++)
		if (!types || types[h->type[o]])
			audit_object_of(h, &f, o, ret);
	free(f.sure);
	free(f.maybe);
	sort_audit_objects(h, &ret->unexplained_objects);
	sum_audit_types(h, ret);
	sort_audit_types(h, &ret->types);
}

void audit_release(struct audit *a)
{
	audit_object_vec_release(&a->unexplained_objects);
	audit_object_vec_release(&a->over_objects);
	audit_type_vec_release(&a->types);
}
