/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking at the tree that dominators.c makes, and what a set of objects
 * retains together, which the tree does not say.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/dominators.h"

/* --- the tree --- */

static uint32_t end_in_order(const struct dominators *d, oid o)
{
	return o == OID_NONE ? d->heap->nr_objects :
			       d->place[o] + d->objects[o];
}

oid dominators_first(const struct dominators *d, oid o)
{
	uint32_t place = o == OID_NONE ? 0 : d->place[o] + 1;

	return place < end_in_order(d, o) ? d->order[place] : OID_NONE;
}

oid dominators_next(const struct dominators *d, oid o, oid child)
{
	uint32_t place = end_in_order(d, child);

	return place < end_in_order(d, o) ? d->order[place] : OID_NONE;
}

int dominators_compare(const struct dominators *d, oid a, oid b)
{
	const uint64_t *address = d->heap->address;

	if (d->bytes[a] != d->bytes[b])
		return d->bytes[a] > d->bytes[b] ? -1 : 1;
	if (d->objects[a] != d->objects[b])
		return d->objects[a] > d->objects[b] ? -1 : 1;
	return (address[a] > address[b]) - (address[a] < address[b]);
}

static int compare_retained_sizes(const void *a, const void *b, void *d)
{
	return dominators_compare(d, *(const oid *)a, *(const oid *)b);
}

void dominators_sort(const struct dominators *d, oid *objects, size_t nr)
{
	struct dominators tree = *d;

	if (nr)
		qsort_r(objects, nr, sizeof(*objects), compare_retained_sizes,
			&tree);
}

/* Sort what came since `first` and keep the first `max` of it. */
static void keep_largest(const struct dominators *d, size_t first, size_t max,
			 struct oid_vec *v)
{
	dominators_sort(d, v->v + first, v->nr - first);
	v->nr = MIN(v->nr, first + max);
}

void dominators_largest(const struct dominators *d, oid o, size_t max,
			struct oid_vec *ret)
{
	size_t first = ret->nr;
	oid worst = OID_NONE;

	/* At most twice as many as are wanted, as there may be millions. */
	for (oid c = dominators_first(d, o); max && c != OID_NONE;
	     c = dominators_next(d, o, c)) {
		if (worst != OID_NONE && dominators_compare(d, c, worst) > 0)
			continue;
		oid_vec_push(ret, c);
		if (ret->nr - first < max || (ret->nr - first) / 2 < max)
			continue;
		keep_largest(d, first, max, ret);
		worst = ret->v[ret->nr - 1];
	}
	keep_largest(d, first, max, ret);
}

/* --- sets --- */

static void reach_outside_set(const struct heap *h, uint64_t *seen,
			      struct oid_vec *stack, oid o)
{
	if (bits_get(seen, o))
		return;
	bits_set(seen, o);
	if (h->edge_nr[o])
		oid_vec_push(stack, o);
}

/* Lumps go with the last of their holders.  `seen` has what stays, and the
 * set. */
static void tally_lumps(const struct heap *h, const uint64_t *seen,
			const uint64_t *set, struct tally *ret)
{
	CLEANUP(freep) bool *stays = xcalloc(h->lumps.nr, sizeof(*stays));

	for (size_t i = 0; i < h->lumps.nr; i++) {
		const struct heap_lump *lump = &h->lumps.v[i];

		/* Something else than objects holds it. */
		stays[i] = !lump->nr;
		for (uint32_t k = 0; k < lump->nr && !stays[i]; k++) {
			const struct heap_lump_holder *holder =
				&h->lump_holders.v[lump->first + k];
			oid o = holder->object;

			stays[i] = o == OID_NONE ? stays[holder->lump] :
						   bits_get(seen, o) &&
						   !bits_get(set, o);
		}
		if (!stays[i])
			ret->bytes += lump->bytes;
	}
}

struct tally dominators_of_set(const struct dominators *d,
				  const uint64_t *set)
{
	const struct heap *h = d->heap;
	/* Reached, or in the set, which is a search barrier. */
	CLEANUP(freep) uint64_t *seen = bits_new(h->nr_objects);
	CLEANUP(oid_vec_release) struct oid_vec stack = VEC_INIT;
	struct tally ret = { 0, 0 };

	memcpy(seen, set, (h->nr_objects / 64 + 1) * sizeof(*seen));
	for (oid o = 0; o < h->nr_objects; o++)
		if (bits_get(d->roots, o))
			reach_outside_set(h, seen, &stack, o);
	while (stack.nr) {
		oid o = stack.v[--stack.nr];
		struct heap_edges edges = heap_keeps(h, o);

		for (uint32_t i = 0; i < edges.nr; i++)
			reach_outside_set(h, seen, &stack, edges.to[i]);
	}
	for (oid o = 0; o < h->nr_objects; o++) {
		if (bits_get(seen, o) && !bits_get(set, o))
			continue;
		tally_add(&ret, heap_bytes(h, o));
	}
	tally_lumps(h, seen, set, &ret);
	return ret;
}
