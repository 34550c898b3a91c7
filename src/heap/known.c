/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/known.h"

uint32_t *heap_known(const struct heap *h)
{
	uint32_t *known = xcalloc((size_t)h->nr_objects + 1, sizeof(*known));

	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_edges(h, o);

		known[o] += heap_nobodys(h, o);
		if (likely(!(h->flags[o] & OBJECT_BORROWS))) {
			for (uint32_t i = 0; i < edges.nr; i++)
				known[edges.to[i]]++;
			continue;
		}
		for (uint32_t i = 0; i < edges.nr; i++)
			known[edges.to[i]] += heap_owns(h, o, i);
	}
	for (size_t i = 0; i < h->roots.nr; i++)
		if (h->roots.v[i].counted)
			known[h->roots.v[i].object]++;
	return known;
}
