/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/vec.h"
#include "output/export/node-ids.h"

struct claim {
	uint64_t address;
	uint32_t node;
};
VEC_DEFINE(claim_vec, struct claim);

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

static int compare_wishes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The nodes that did not get the id that they want, in the order of ids. */
struct waiting {
	struct claim_vec claims;
	size_t served;
	uint64_t last;		/* the last id that was given */
};

/* Give the free ids before `end` to those that wait. */
static void serve(struct waiting *w, uint32_t *ids, uint64_t end)
{
	while (w->served < w->claims.nr && w->last + 1 < end)
		ids[w->claims.v[w->served++].node] = (uint32_t)++w->last;
}

/* Several nodes want the same id: all but the first have to wait.  Returns the
 * first. */
static uint32_t queue(struct waiting *w, const uint64_t *wishes, size_t nr,
		      const uint64_t *addresses)
{
	CLEANUP(claim_vec_release) struct claim_vec all = VEC_INIT;

	for (size_t i = 0; i < nr; i++) {
		uint32_t node = (uint32_t)wishes[i];

		claim_vec_push(&all, (struct claim){ addresses[node], node });
	}
	qsort(all.v, nr, sizeof(*all.v), compare_claims);
	for (size_t i = 1; i < nr; i++)
		claim_vec_push(&w->claims, all.v[i]);
	return all.v[0].node;
}

/* The `nr` nodes of `wishes` want the same id, which is above w->last. */
static void settle_one(struct waiting *w, const uint64_t *wishes, size_t nr,
		       const uint64_t *addresses, uint32_t *ids)
{
	uint32_t id = (uint32_t)(wishes[0] >> 32);
	uint32_t node = (uint32_t)wishes[0];

	serve(w, ids, id);
	if (nr > 1)
		node = queue(w, wishes, nr, addresses);
	ids[node] = id;
	w->last = id;
}

/* No id is left behind the last one: find the gaps before it. */
static void wrap(struct waiting *w, uint32_t *ids, size_t nr)
{
	struct claim *left = w->claims.v + w->served;
	size_t nr_left = w->claims.nr - w->served, nr_given = 0;
	uint64_t *given = xcalloc(nr, sizeof(*given));
	uint32_t free_id = 1;

	/* Mark those without an id, in the order in which they wait. */
	for (size_t i = 0; i < nr_left; i++)
		ids[left[i].node] = 0;
	for (size_t i = 0; i < nr; i++)
		if (ids[i])
			given[nr_given++] = ids[i];
	qsort(given, nr_given, sizeof(*given), compare_wishes);
	for (size_t i = 0, at = 0; i < nr_left; free_id++) {
		if (at < nr_given && given[at] == free_id)
			at++;
		else
			ids[left[i++].node] = free_id;
	}
	free(given);
}

void node_ids_settle(uint32_t *ids, const uint64_t *addresses, size_t nr)
{
	uint64_t *wishes = xcalloc(nr, sizeof(*wishes));
	struct waiting w = { VEC_INIT, 0, 0 };

	for (size_t i = 0; i < nr; i++)
		wishes[i] = (uint64_t)MAX(ids[i], 1u) << 32 | (uint32_t)i;
	qsort(wishes, nr, sizeof(*wishes), compare_wishes);
	for (size_t i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr &&
		     wishes[end] >> 32 == wishes[i] >> 32;)
			end++;
		settle_one(&w, wishes + i, end - i, addresses, ids);
	}
	serve(&w, ids, (uint64_t)UINT32_MAX + 1);
	if (w.served < w.claims.nr)
		wrap(&w, ids, nr);
	claim_vec_release(&w.claims);
	free(wishes);
}
