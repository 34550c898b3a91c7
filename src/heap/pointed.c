/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/search.h"
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

/* The new edges of an object: where in heap.edges they go, as it was before. */
struct insertion {
	uint64_t at;
	size_t first, nr;	/* of the pointers */
	uint64_t before;	/* how many are inserted before these */
	oid object;
	bool alone;		/* the object has no other edges */
};
VEC_DEFINE(insertion_vec, struct insertion);

/* An object without edges has no place: behind the one that ends there. */
static int by_place(const void *a, const void *b)
{
	const struct insertion *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->alone != y->alone)
		return x->alone ? 1 : -1;
	return x->object < y->object ? -1 : x->object > y->object;
}

/* Group the pointers by the object that has them, and note where they are. */
static void plan(struct heap *h, const struct heap_pointer_vec *pointers,
		 struct insertion_vec *ret)
{
	uint64_t before = 0;

	for (size_t i = 0; i < pointers->nr;) {
		oid o = pointers->v[i].from;
		struct insertion in = { .first = i, .object = o };
		uint32_t nr = h->edge_nr[o];

		in.alone = !nr;
		in.at = h->edge_start[o] + nr;
		for (; i < pointers->nr && pointers->v[i].from == o; i++) {
			if (in.nr == UINT32_MAX - nr)
				continue;
			note(h, &pointers->v[i], nr + (uint32_t)in.nr);
			in.nr++;
		}
		insertion_vec_push(ret, in);
	}
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), by_place);
	for (size_t i = 0; i < ret->nr; i++) {
		ret->v[i].before = before;
		before += ret->v[i].nr;
	}
}

/* Make gaps of `v`, which had `nr` items and has room for the new ones. */
static void make_gaps(uint32_t *v, uint64_t nr, const struct insertion_vec *all)
{
	uint64_t end = nr;

	for (size_t i = all->nr; i--;) {
		const struct insertion *in = &all->v[i];

		memmove(v + in->at + in->before + in->nr, v + in->at,
			(end - in->at) * sizeof(*v));
		end = in->at;
	}
}

/* The number of insertions at or before `place`. */
static size_t nr_before(const struct insertion_vec *all, uint64_t place)
{
	return SEARCH_FIRST(all->nr, i, all->v[i].at > place);
}

static void move_starts(struct heap *h, const struct insertion_vec *all)
{
	const struct insertion *v = all->v;
	uint64_t start = 1, end = 0, more = 0;

	for (oid o = 0; o < h->nr_objects; o++) {
		uint64_t at = h->edge_start[o];

		/* Most lie in order, many of them between two insertions. */
		if (unlikely(at < start || at >= end)) {
			size_t nr = nr_before(all, at);

			start = nr ? v[nr - 1].at : 0;
			end = nr < all->nr ? v[nr].at : UINT64_MAX;
			more = nr ? v[nr - 1].before + v[nr - 1].nr : 0;
		}
		h->edge_start[o] = at + more;
	}
}

static void fill_gaps(struct heap *h, const struct heap_pointer_vec *pointers,
		      struct u32_vec *codes, const struct insertion_vec *all)
{
	for (size_t i = 0; i < all->nr; i++) {
		const struct insertion *in = &all->v[i];
		uint64_t at = in->at + in->before;

		if (in->alone)
			h->edge_start[in->object] = at;
		h->edge_nr[in->object] += (uint32_t)in->nr;
		h->unvisited[in->object] += (uint32_t)in->nr;
		for (size_t k = 0; k < in->nr; k++)
			h->edges.v[at + k] = pointers->v[in->first + k].to;
		if (codes)
			memset(codes->v + at, 0, in->nr * sizeof(*codes->v));
	}
}

void heap_pointed_add(struct heap *h, const struct heap_pointer_vec *pointers,
		      struct u32_vec *codes)
{
	CLEANUP(insertion_vec_release) struct insertion_vec all = VEC_INIT;
	uint64_t old = h->edges.nr, nr;

	plan(h, pointers, &all);
	if (!all.nr)
		return;
	nr = old + all.v[all.nr - 1].before + all.v[all.nr - 1].nr;
	/* No room for more: these are the last ones. */
	h->edges.v = xreallocarray(h->edges.v, nr, sizeof(*h->edges.v));
	h->edges.nr = h->edges.room = nr;
	make_gaps(h->edges.v, old, &all);
	if (codes) {
		u32_vec_resize(codes, nr);
		make_gaps(codes->v, old, &all);
	}
	move_starts(h, &all);
	fill_gaps(h, pointers, codes, &all);
}

/* --- looking at them --- */

const struct heap_pointed *heap_pointed_find(const struct heap *h, oid o,
					     uint32_t i)
{
	const struct heap_pointed *v = h->pointed.v;
	size_t first;

	if (likely(!h->pointed.nr) || i < heap_nr_visited(h, o))
		return NULL;
	first = SEARCH_FIRST(h->pointed.nr, k, v[k].object > o ||
			     (v[k].object == o && v[k].first + v[k].nr > i));
	return first < h->pointed.nr && v[first].object == o &&
	       v[first].first <= i ? &v[first] : NULL;
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
