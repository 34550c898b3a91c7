/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/roots.h"

const uint8_t roots_rank[NR_ROOT_KINDS] = {
	[ROOT_MODULE] = 0,
	[ROOT_BUILTINS] = 1,
	[ROOT_TYPE] = 2,
	[ROOT_FRAME] = 3,
	[ROOT_INTERPRETER] = 4,
	[ROOT_NATIVE] = 5,
};

static void add_of_rank(const struct heap *h, uint8_t rank,
			struct root_vec *ret)
{
	for (size_t i = 0; i < h->roots.nr; i++) {
		const struct heap_root *r = &h->roots.v[i];

		if (roots_rank[r->kind] == rank && r->object < h->nr_objects)
			root_vec_push(ret, (struct root){ r->object, r->kind,
							  (uint32_t)i, 0 });
	}
}

void roots_known(const struct heap *h, struct root_vec *ret)
{
	for (unsigned int rank = 0; rank < NR_ROOT_KINDS; rank++)
		add_of_rank(h, rank, ret);
}

bool roots_is_temporary(const struct heap *h, const struct root *root)
{
	const struct heap_root *place;

	if (root->kind != ROOT_FRAME || root->place == ROOT_NO_PLACE)
		return false;
	place = &h->roots.v[root->place];
	return place->slot == SLOT_STACK && !place->likely;
}

uint32_t roots_unvisited(const struct heap_type *type)
{
	return type->kind == TYPE_KIND_LRU_LINK;
}

static void count_unvisited(const struct heap *h, uint32_t *nr)
{
	CLEANUP(freep) uint32_t *of = xcalloc(h->types.nr, sizeof(*of));
	bool any = false;

	for (size_t t = 0; t < h->types.nr; t++) {
		of[t] = roots_unvisited(&h->types.v[t]);
		any |= of[t] != 0;
	}
	for (oid o = 0; any && o < h->nr_objects; o++)
		nr[o] += of[h->type[o]];
}

uint32_t *roots_count(const struct heap *h)
{
	uint32_t *nr = xcalloc(h->nr_objects, sizeof(*nr));

	count_unvisited(h, nr);
	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_edges(h, o);

		nr[o] += heap_nobodys(h, o);
		for (uint32_t i = 0; i < edges.nr; i++) {
			uint32_t *of = &nr[edges.to[i]];

			*of += *of != UINT32_MAX && heap_owns(h, o, i) &&
			       !heap_is_guess(h, o, i);
		}
	}
	for (size_t i = 0; i < h->roots.nr; i++) {
		const struct heap_root *r = &h->roots.v[i];

		if (r->counted && r->object < h->nr_objects)
			nr[r->object] += nr[r->object] != UINT32_MAX;
	}
	return nr;
}

static bool any_unreached(const struct heap *h, const uint32_t *distance)
{
	for (oid o = 0; o < h->nr_objects; o++)
		if (distance[o] == ROOTS_UNREACHED)
			return true;
	return false;
}

void roots_native(const struct heap *h, const uint32_t *known,
		  const uint32_t *distance, struct root_vec *ret)
{
	CLEANUP(freep) uint32_t *counted = NULL;

	if (!any_unreached(h, distance))
		return;
	if (!known)
		known = counted = roots_count(h);
	for (oid o = 0; o < h->nr_objects; o++) {
		uint32_t refs = h->refcount[o];

		if (distance[o] == ROOTS_UNREACHED &&
		    refs != REFCOUNT_IMMORTAL && refs > known[o])
			root_vec_push(ret, (struct root){ o, ROOT_NATIVE,
							  ROOT_NO_PLACE,
							  refs - known[o] });
	}
}

void roots_immortal(const struct heap *h, const uint32_t *distance,
		    struct root_vec *ret)
{
	for (oid o = 0; o < h->nr_objects; o++)
		if (distance[o] == ROOTS_UNREACHED &&
		    h->refcount[o] == REFCOUNT_IMMORTAL)
			root_vec_push(ret, (struct root){ o, ROOT_NATIVE,
							  ROOT_NO_PLACE,
							  REFCOUNT_IMMORTAL });
}

static bool refers_to(struct heap_edges edges, oid o)
{
	for (uint32_t i = 0; i < edges.nr; i++)
		if (edges.to[i] == o)
			return true;
	return false;
}

/* Each interpreter has one dict of interned strings.  A capture may claim any
 * number of them. */
#define MAX_INTERNED 256

bool roots_is_interned(const struct heap *h, oid o)
{
	unsigned int looked = 0;

	if (h->refcount[o] != REFCOUNT_IMMORTAL ||
	    heap_kind_of(h, o) != TYPE_KIND_STR)
		return false;
	for (size_t i = 0; i < h->roots.nr; i++) {
		oid dict = h->roots.v[i].object;

		if (dict < h->nr_objects &&
		    h->flags[dict] & OBJECT_KEEPS_NOTHING &&
		    looked++ < MAX_INTERNED &&
		    refers_to(heap_edges(h, dict), o))
			return true;
	}
	return false;
}

uint32_t roots_namespace_edge(struct heap *h, oid o)
{
	uint32_t nr = MIN(h->edge_nr[o], (uint32_t)ROOTS_NAMESPACE_EDGES_MAX);
	CLEANUP(freep) struct edge_name *names = xcalloc(nr, sizeof(*names));
	uint32_t found = UINT32_MAX;

	heap_name_edges(h, o, 0, nr, names);
	for (uint32_t i = 0; i < nr; i++) {
		if (found == UINT32_MAX && names[i].kind == EDGE_DICT)
			found = i;
		edge_name_release(&names[i]);
	}
	return found;
}

void roots_namespaces(struct heap *h, struct namespace_vec *ret)
{
	CLEANUP(freep) uint64_t *seen = bits_new(h->nr_objects);

	if (!h->ops || !h->ops->name_edges)
		return;
	for (size_t i = 0; i < h->roots.nr; i++) {
		oid o = h->roots.v[i].object;
		struct namespace n = { o, OID_NONE, 0 };

		if (h->roots.v[i].kind != ROOT_MODULE ||
		    o >= h->nr_objects || bits_get(seen, o))
			continue;
		bits_set(seen, o);
		n.edge = roots_namespace_edge(h, o);
		if (n.edge == UINT32_MAX)
			continue;
		n.object = heap_edges(h, o).to[n.edge];
		namespace_vec_push(ret, n);
	}
}
