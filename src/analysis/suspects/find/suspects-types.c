/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/suspects/find/suspects-types.h"
#include "base/search.h"

static int compare_named(const void *a, const void *b)
{
	const struct named_type *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order :
	       (x->address > y->address) - (x->address < y->address);
}

void suspects_types_sort(const struct heap *h, struct named_type_vec *ret)
{
	for (uint32_t i = 0; i < h->types.nr; i++)
		if (h->types.v[i].name)
			named_type_vec_push(ret, (struct named_type){
				h->types.v[i].name, h->types.v[i].address, i });
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), compare_named);
}

/* The index of the first that is not before `key`. */
static size_t first_of(const struct named_type_vec *v,
		       const struct named_type *key)
{
	return SEARCH_FIRST(v->nr, i, compare_named(&v->v[i], key) >= 0);
}

uint32_t suspects_types_find(const struct named_type_vec *v, const char *name)
{
	const struct named_type key = { .name = name };
	size_t at = name ? first_of(v, &key) : v->nr;

	return at == v->nr || strcmp(v->v[at].name, name) ? UINT32_MAX :
							    v->v[at].type;
}

uint32_t suspects_types_find_same(const struct named_type_vec *v,
				  const struct heap_type *t)
{
	const struct named_type key = { t->name, t->address, 0 };
	size_t at = t->name ? first_of(v, &key) : v->nr;

	if (at < v->nr && !compare_named(&v->v[at], &key))
		return v->v[at].type;
	return suspects_types_find(v, t->name);
}

/* The bytes of all objects of each type of `h`. */
static uint64_t *bytes_of_types(const struct heap *h)
{
	uint64_t *ret = xcalloc((size_t)h->types.nr + 1, sizeof(*ret));

	for (oid o = 0; o < h->nr_objects; o++)
		ret[h->type[o]] += heap_bytes(h, o);
	return ret;
}

int64_t *suspects_types_growth(const struct suspects *s,
			       const struct heap *older)
{
	const struct heap *h = s->heap;
	CLEANUP(named_type_vec_release) struct named_type_vec names = VEC_INIT;
	CLEANUP(freep) uint64_t *now = bytes_of_types(h);
	CLEANUP(freep) uint64_t *then = bytes_of_types(older);
	CLEANUP(freep) uint64_t *sum = xcalloc((size_t)h->types.nr + 1,
					       sizeof(*sum));
	int64_t *ret = xcalloc((size_t)h->types.nr + 1, sizeof(*ret));

	suspects_types_sort(h, &names);
	for (size_t i = 0; i < names.nr; i++)
		sum[suspects_types_find(&names, names.v[i].name)] +=
			now[names.v[i].type];
	for (uint32_t i = 0; i < older->types.nr; i++) {
		uint32_t type = suspects_types_find(&names,
						    older->types.v[i].name);

		/* Sizes in a hostile heap may have any sum. */
		if (type != UINT32_MAX)
			sum[type] -= then[i];
	}
	for (uint32_t i = 0; i < h->types.nr; i++) {
		uint32_t type = suspects_types_find(&names,
						    h->types.v[i].name);

		ret[i] = (int64_t)(type == UINT32_MAX ? now[i] : sum[type]);
	}
	return ret;
}
