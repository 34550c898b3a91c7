/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "python/claims/claims-missing.h"

/* References that the heap has to each object and that count. */
static void count_references(const struct heap *h, uint32_t *ret)
{
	for (size_t i = 0; i < h->edges.nr; i++)
		ret[h->edges.v[i]]++;
	for (size_t i = 0; i < h->borrowed.nr; i++) {
		const struct heap_borrowed *b = &h->borrowed.v[i];
		struct heap_edges e = heap_edges(h, b->object);

		for (uint32_t k = 0; k < b->nr; k++)
			ret[e.to[b->first + k]]--;
	}
	for (size_t i = 0; i < h->roots.nr; i++)
		if (h->roots.v[i].counted)
			ret[h->roots.v[i].object]++;
}

void claims_missing_count(struct claims_missing *ret, const struct heap *h)
{
	size_t nr = (size_t)h->nr_objects + 1;
	CLEANUP(freep) uint32_t *has = xcalloc(nr, sizeof(*has));

	count_references(h, has);
	ret->nr = xcalloc(nr, sizeof(*ret->nr));
	for (oid o = 0; o < h->nr_objects; o++) {
		uint64_t known = (uint64_t)has[o] + heap_nobodys(h, o);
		uint32_t count = h->refcount[o], missing;

		if (count >= REFCOUNT_FROZEN || count <= known)
			continue;
		missing = count - (uint32_t)known;
		ret->nr[o] = (uint8_t)MIN(missing,
					  (uint32_t)CLAIMS_MISSES_MANY);
		if (missing >= CLAIMS_MISSES_MANY)
			claims_many_vec_push(&ret->many, (struct claims_many){
							 o, missing });
	}
}

void claims_missing_release(struct claims_missing *m)
{
	free(m->nr);
	claims_many_vec_release(&m->many);
	*m = (struct claims_missing){ .nr = NULL };
}

uint32_t claims_missing_of(const struct claims_missing *m, oid o)
{
	const struct claims_many *v = m->many.v;
	size_t low = 0, high = m->many.nr;

	if (!m->nr || m->nr[o] < CLAIMS_MISSES_MANY)
		return m->nr ? m->nr[o] : 0;
	while (low < high) {
		size_t at = low + (high - low) / 2;

		if (v[at].object < o)
			low = at + 1;
		else
			high = at;
	}
	return v[low].nr;
}
