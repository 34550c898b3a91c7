/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/garbage.h"

/* Of each candidate the references that come from elsewhere. */
static uint32_t *outside_references(const struct heap *h)
{
	uint32_t *refs = xreallocarray(NULL, h->nr_objects, sizeof(*refs));

	for (oid o = 0; o < h->nr_objects; o++)
		refs[o] = h->refcount[o] - heap_nobodys(h, o);
	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_visited(h, o);

		if (!garbage_is_candidate(h, o) ||
		    h->flags[o] & OBJECT_SCANNED)
			continue;
		for (uint32_t i = 0; i < edges.nr; i++) {
			uint32_t *left = &refs[edges.to[i]];

			if (*left != REFCOUNT_IMMORTAL && heap_owns(h, o, i))
				*left -= *left != 0;
		}
	}
	return refs;
}

static void keep_object(const struct heap *h, struct garbage *g,
			struct oid_vec *queue, oid o)
{
	if (!bits_get(g->bits, o))
		return;
	bits_clear(g->bits, o);
	if (h->edge_nr[o])
		oid_vec_push(queue, o);
}

/* Take out of the set what is referred to from elsewhere, and so on. */
static void keep_reachable(const struct heap *h, const uint32_t *refs,
			   struct garbage *g)
{
	CLEANUP(oid_vec_release) struct oid_vec queue = VEC_INIT;

	for (oid o = 0; o < h->nr_objects; o++)
		if (refs[o])
			keep_object(h, g, &queue, o);
	while (queue.nr) {
		oid o = queue.v[--queue.nr];
		struct heap_edges edges = heap_visited(h, o);

		for (uint32_t i = 0; i < edges.nr; i++)
			keep_object(h, g, &queue, edges.to[i]);
	}
}

void garbage_build(const struct heap *h, struct garbage *ret)
{
	CLEANUP(freep) uint32_t *refs = outside_references(h);
	struct garbage g = { bits_new(h->nr_objects), VEC_INIT, 0 };

	for (oid o = 0; o < h->nr_objects; o++)
		if (garbage_is_candidate(h, o))
			bits_set(g.bits, o);
	keep_reachable(h, refs, &g);
	for (oid o = 0; o < h->nr_objects; o++) {
		if (!bits_get(g.bits, o))
			continue;
		oid_vec_push(&g.objects, o);
		g.bytes += heap_bytes(h, o);
	}
	*ret = g;
}

void garbage_release(struct garbage *g)
{
	free(g->bits);
	oid_vec_release(&g->objects);
	g->bits = NULL;
	g->bytes = 0;
}
