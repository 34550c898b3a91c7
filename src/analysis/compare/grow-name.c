/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/grow-name.h"
#include "analysis/compare/place.h"

/* At most this many containers of the new heap are looked up in the old one. */
#define MAX_CANDIDATES 500
#define LEAST_EDGES 4	/* containers with fewer references are left out */

/* --- what is reached through each object --- */

/* For each object: a tally of it and of all objects whose shortest chain leads
 * through it. */
static struct tally *sum_trees(const struct heap *h, const struct reach *r,
			       const bool *types)
{
	struct tally *sum = xcalloc(h->nr_objects, sizeof(*sum));
	CLEANUP(freep) oid *order = reach_order(r);

	for (oid o = 0; o < h->nr_objects; o++)
		if (!types || types[h->type[o]])
			sum[o] = (struct tally){ 1, heap_bytes(h, o) };
	/* At distance 0 only a namespace has a parent, its module. */
	for (uint32_t i = r->nr_reached; i-- > 0 && r->distance[order[i]];)
		if (r->parent[order[i]] != OID_NONE)
			tally_add_all(&sum[r->parent[order[i]]],
				      &sum[order[i]]);
	for (size_t i = 0; i < r->namespaces.nr; i++) {
		const struct namespace *n = &r->namespaces.v[i];

		if (r->parent[n->object] == n->module)
			tally_add_all(&sum[n->module], &sum[n->object]);
	}
	return sum;
}

/* --- the containers with the most entries --- */

struct container {
	oid object;
	uint32_t nr;
};
VEC_DEFINE(container_vec, struct container);

static int compare_containers(const void *a, const void *b)
{
	const struct container *x = a, *y = b;

	if (x->nr != y->nr)
		return x->nr < y->nr ? 1 : -1;
	return (x->object > y->object) - (x->object < y->object);
}

static void find_containers(const struct heap *h, const struct reach *r,
			    struct container_vec *ret)
{
	for (oid o = 0; o < h->nr_objects; o++)
		if (h->edge_nr[o] >= LEAST_EDGES && reach_has(r, o) &&
		    !(heap_type_of(h, o)->flags & TYPE_IS_TYPE))
			container_vec_push(ret, (struct container){
							o, h->edge_nr[o] });
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), compare_containers);
	ret->nr = MIN(ret->nr, (size_t)MAX_CANDIDATES);
}

/* Is `o` an attribute of something that was there? */
static bool is_new_attribute(struct heap *new, const struct reach *r, oid o,
			     struct heap *old)
{
	CLEANUP(edge_name_release) struct edge_name name, of_holder = { 0 };
	oid parent = r->parent[o];

	place_last_edge(new, r, o, &name);
	if (parent == OID_NONE)
		return false;
	if (!edge_is_attribute(&name)) {
		place_last_edge(new, r, parent, &of_holder);
		if (of_holder.kind != EDGE_DICT)
			return false;
	}
	return place_find(new, r, parent, old) != OID_NONE;
}

struct namer {
	struct heap *old, *new;
	const struct reach *reach;	/* of new */
	struct tally *sum_old, *sum_new;
};

static bool compare_container(const struct namer *n, oid o, struct growth *row)
{
	struct tally was = { 0, 0 };

	row->object = o;
	row->entries = growth_entries(n->new, o);
	if (row->entries < 0)
		return false;
	row->old = place_find(n->new, n->reach, o, n->old);
	row->is_place = row->old == OID_NONE;
	if (row->is_place && !is_new_attribute(n->new, n->reach, o, n->old))
		return false;
	row->old_entries = growth_entries(n->old, row->old);
	if (row->entries <= row->old_entries)
		return false;
	if (row->old != OID_NONE)
		was = n->sum_old[row->old];
	row->objects = (int64_t)(n->sum_new[o].nr - was.nr);
	row->bytes = (int64_t)(n->sum_new[o].bytes - was.bytes);
	return true;
}

void grow_name_find(struct heap *old, struct heap *new,
		    const struct growth_options *options,
		    const struct reach *reach_old,
		    const struct reach *reach_new, struct growth_vec *ret)
{
	CLEANUP(container_vec_release) struct container_vec all = VEC_INIT;
	struct namer n = {
		.old = old, .new = new, .reach = reach_new,
		.sum_old = sum_trees(old, reach_old, options->types_old),
		.sum_new = sum_trees(new, reach_new, options->types_new),
	};

	find_containers(new, reach_new, &all);
	for (size_t i = 0; i < all.nr; i++) {
		struct growth row = { 0 };

		if (compare_container(&n, all.v[i].object, &row))
			growth_vec_push(ret, row);
	}
	free(n.sum_old);
	free(n.sum_new);
}
