/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/order.h"

/* A target of one process, as it was given. */
struct given {
	size_t target;
	size_t place;		/* when it is said to be taken: 0 is oldest */
	uint64_t taken_at;
};
VEC_DEFINE(given_vec, struct given);

static int compare_given(const void *a, const void *b)
{
	const struct given *x = a, *y = b;

	if (x->taken_at != y->taken_at)
		return x->taken_at < y->taken_at ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static void find_process(const struct heap_info *const *infos, size_t nr,
			 size_t first, bool *done, struct given_vec *ret)
{
	ret->nr = 0;
	for (size_t i = first; i < nr; i++) {
		if (done[i] || (i != first &&
				!match_same_process(infos[first], infos[i])))
			continue;
		done[i] = true;
		given_vec_push(ret, (struct given){
			.target = i, .place = ret->nr,
			.taken_at = infos[i]->taken_at });
	}
}

static void sort_process(struct given_vec *v, bool newest_first,
			 struct order *o)
{
	bool known = true;

	for (size_t i = 0; i < v->nr; i++)
		known &= v->v[i].taken_at != 0;
	for (size_t i = 0; i < v->nr; i++) {
		if (newest_first)
			v->v[i].place = i ? i - 1 : v->nr - 1;
		if (!known)
			v->v[i].taken_at = 0;
	}
	qsort(v->v, v->nr, sizeof(*v->v), compare_given);
	for (size_t i = 0; i < v->nr; i++) {
		o->reordered |= v->v[i].place != i;
		o->target[o->nr++] = v->v[i].target;
	}
}

void order_build(const struct heap_info *const *infos, size_t nr,
		 bool newest_first, struct order *ret)
{
	CLEANUP(given_vec_release) struct given_vec process = VEC_INIT;
	CLEANUP(freep) bool *done = xcalloc(nr, sizeof(*done));

	memset(ret, 0, sizeof(*ret));
	ret->target = xcalloc(nr, sizeof(*ret->target));
	ret->first = xcalloc(nr + 1, sizeof(*ret->first));
	for (size_t i = 0; i < nr; i++) {
		if (done[i])
			continue;
		find_process(infos, nr, i, done, &process);
		sort_process(&process, newest_first, ret);
		ret->first[++ret->nr_processes] = ret->nr;
	}
}

void order_release(struct order *o)
{
	free(o->target);
	free(o->first);
	memset(o, 0, sizeof(*o));
}
