/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "heap/pointed.h"

/* --- adding them --- */

/* Do `p` and the range before it make one? */
static bool extends(const struct heap_pointed *last,
		    const struct heap_pointer *p, uint32_t edge)
{
	if (last->object != p->from || last->first + last->nr != edge ||
	    last->size != p->size)
		return false;
	return last->nr == 1 ? p->at > last->at :
			       p->at == last->at + last->nr * last->step;
}

static void note(struct heap *h, const struct heap_pointer *p, uint32_t edge)
{
	struct heap_pointed_vec *v = &h->pointed;
	struct heap_pointed *last = v->nr ? &v->v[v->nr - 1] : NULL;

	if (last && extends(last, p, edge)) {
		if (last->nr++ == 1)
			last->step = p->at - last->at;
		return;
	}
	heap_pointed_vec_push(v, (struct heap_pointed){
		.object = p->from, .first = edge, .nr = 1, .at = p->at,
		.size = p->size });
}

/* Add what `o` has to its edges, which are the last ones of heap.edges.
 * Returns the number of the first pointer of another object. */
static size_t append(struct heap *h, oid o, const struct heap_pointer_vec *v,
		     size_t i)
{
	for (; i < v->nr && v->v[i].from == o; i++) {
		if (h->edge_nr[o] == UINT32_MAX)
			continue;
		oid_vec_push(&h->edges, v->v[i].to);
		note(h, &v->v[i], h->edge_nr[o]);
		h->edge_nr[o]++;
		h->unvisited[o]++;
	}
	return i;
}

void heap_pointed_add(struct heap *h, const struct heap_pointer_vec *pointers,
		      struct u32_vec *codes)
{
	CLEANUP(oid_vec_release) struct oid_vec edges =
		oid_vec_take(&h->edges);
	CLEANUP(u32_vec_release) struct u32_vec old = VEC_INIT;
	size_t next = 0;

	if (codes)
		old = u32_vec_take(codes);
	oid_vec_reserve(&h->edges, edges.nr + pointers->nr);
	for (oid o = 0; o < h->nr_objects; o++) {
		uint64_t start = h->edges.nr, from = h->edge_start[o];
		uint32_t nr = h->edge_nr[o];

		for (uint32_t i = 0; i < nr; i++)
			oid_vec_push(&h->edges, edges.v[from + i]);
		h->edge_start[o] = start;
		next = append(h, o, pointers, next);
		if (!codes)
			continue;
		u32_vec_resize(codes, h->edges.nr);
		if (nr)
			memcpy(codes->v + start, old.v + from,
			       nr * sizeof(*old.v));
		for (uint64_t i = start + nr; i < h->edges.nr; i++)
			codes->v[i] = 0;
	}
}

/* --- looking at them --- */

const struct heap_pointed *heap_pointed_find(const struct heap *h, oid o,
					     uint32_t i)
{
	const struct heap_pointed *v = h->pointed.v;
	size_t low = 0, high = h->pointed.nr;

	if (likely(!high) || i < heap_nr_visited(h, o))
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (v[middle].object < o ||
		    (v[middle].object == o &&
		     v[middle].first + v[middle].nr <= i))
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->pointed.nr && v[low].object == o && v[low].first <= i ?
		       &v[low] : NULL;
}

uint32_t heap_pointed_nr(const struct heap *h, oid o)
{
	uint32_t first = heap_nr_visited(h, o), nr = h->edge_nr[o];

	while (nr > first && heap_is_pointed(h, o, nr - 1))
		nr = heap_pointed_find(h, o, nr - 1)->first;
	return h->edge_nr[o] - nr;
}

bool heap_pointed_fit(const struct heap *h)
{
	for (size_t i = 0; i < h->pointed.nr; i++) {
		const struct heap_pointed *p = &h->pointed.v[i];

		if (p->object >= h->nr_objects ||
		    p->first < heap_nr_visited(h, p->object) ||
		    p->first > h->edge_nr[p->object] ||
		    p->nr > h->edge_nr[p->object] - p->first)
			return false;
		if (i && (p[-1].object > p->object ||
			  (p[-1].object == p->object &&
			   p[-1].first + p[-1].nr > p->first)))
			return false;
	}
	return true;
}
