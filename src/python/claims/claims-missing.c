/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/search.h"
#include "python/claims/claims-missing.h"

void claims_missing_count(struct claims_missing *ret, const struct heap *h,
			  const uint32_t *known)
{
	ret->nr = xcalloc((size_t)h->nr_objects + 1, sizeof(*ret->nr));
	for (oid o = 0; o < h->nr_objects; o++) {
		uint32_t count = h->refcount[o], missing;

		if (count >= REFCOUNT_FROZEN || count <= known[o])
			continue;
		missing = count - known[o];
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

	if (!m->nr || m->nr[o] < CLAIMS_MISSES_MANY)
		return m->nr ? m->nr[o] : 0;
	return v[SEARCH_FIRST(m->many.nr, i, v[i].object >= o)].nr;
}
