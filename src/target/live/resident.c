/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/live/resident.h"

void resident_find(struct copy *c, struct residency *ret)
{
	CLEANUP(range_vec_release) struct range_vec ranges = VEC_INIT;

	for (size_t i = 0; i < c->mappings.nr; i++) {
		const struct mapping *m = &c->mappings.v[i];

		/* Its pages are the kernel's, and count for no process. */
		if (m->start >= MEMORY_ADDRESS_END)
			continue;
		if (!pages_find(&c->pages, m->start, m->end, PAGES_PRESENT,
				&ranges))
			return;
	}
	for (size_t i = 0; i < ranges.nr; i++)
		residency_add(ret, ranges.v[i].start, ranges.v[i].end);
	residency_sort(ret);
	ret->basis = RESIDENCY_PAGEMAP;
}
