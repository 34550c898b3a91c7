/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a set of objects retains together: the tree can't tell.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/dominators.h"

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
