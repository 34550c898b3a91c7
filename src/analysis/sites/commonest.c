/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/graph/bits.h"
#include "analysis/sites/commonest.h"

struct counted {
	struct heap_site site;
	uint64_t nr;
};
VEC_DEFINE(counted_vec, struct counted);

static int by_site(const void *a, const void *b)
{
	const struct heap_site *x = &((const struct counted *)a)->site;
	const struct heap_site *y = &((const struct counted *)b)->site;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static void count(const struct heap *h, const uint64_t *members,
		  struct counted_vec *ret)
{
	const struct heap_allocations *a = &h->allocations;
	CLEANUP(freep) uint64_t *nr = xcalloc(a->tracebacks.nr, sizeof(*nr));

	BITS_EACH(o, members, h->nr_objects) {
		const struct heap_allocation *from =
			heap_allocations_find(a, h->address[o]);

		if (from)
			nr[from->traceback]++;
	}
	for (size_t i = 0; i < a->tracebacks.nr; i++)
		if (nr[i])
			counted_vec_push(ret, (struct counted){
				heap_allocations_site(a, (uint32_t)i),
				nr[i] });
}

struct commonest commonest_find(const struct heap *h, const uint64_t *members)
{
	CLEANUP(counted_vec_release) struct counted_vec v = VEC_INIT;
	struct commonest ret = { .nr = 0 };
	uint64_t nr = 0;

	if (!h->allocations.traced)
		return ret;
	count(h, members, &v);
	if (v.nr)
		qsort(v.v, v.nr, sizeof(*v.v), by_site);
	for (size_t i = 0; i < v.nr; i++) {
		nr = i && !by_site(&v.v[i - 1], &v.v[i]) ? nr + v.v[i].nr :
							   v.v[i].nr;
		ret.known += v.v[i].nr;
		if (nr <= ret.nr)
			continue;
		ret.nr = nr;
		ret.site = v.v[i].site;
	}
	return ret;
}
