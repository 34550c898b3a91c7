/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "analysis/graph/referrers.h"
#include "analysis/graph/roots.h"

static void add_referring_objects(const struct heap *h, oid o, size_t limit,
				  struct referrers *r, uint64_t *known)
{
	for (oid from = 0; from < h->nr_objects; from++) {
		struct heap_edges edges = heap_edges(h, from);

		for (uint32_t i = 0; i < edges.nr; i++) {
			if (likely(edges.to[i] != o))
				continue;
			r->total++;
			*known += !heap_is_guess(h, from, i) &&
				  heap_owns(h, from, i);
			if (r->v.nr < limit)
				referrer_vec_push(&r->v,
						  (struct referrer){ from, i });
		}
	}
}

void referrers_build(const struct heap *h, oid o, size_t limit,
		     struct referrers *ret)
{
	uint64_t known = roots_unvisited(heap_type_of(h, o)) +
			 heap_nobodys(h, o);

	memset(ret, 0, sizeof(*ret));
	add_referring_objects(h, o, limit, ret, &known);
	for (size_t i = 0; i < h->roots.nr; i++) {
		if (h->roots.v[i].object != o)
			continue;
		u32_vec_push(&ret->roots, (uint32_t)i);
		known += h->roots.v[i].counted;
	}
	if (h->refcount[o] != REFCOUNT_IMMORTAL && h->refcount[o] > known)
		ret->surplus = (uint32_t)(h->refcount[o] - known);
}

void referrers_release(struct referrers *r)
{
	referrer_vec_release(&r->v);
	u32_vec_release(&r->roots);
	memset(r, 0, sizeof(*r));
}
