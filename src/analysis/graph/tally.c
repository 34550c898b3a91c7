/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/tally.h"

struct tally *tally_heap(const struct heap *h)
{
	struct tally *by_type = xcalloc(h->types.nr, sizeof(*by_type));

	for (oid o = 0; o < h->nr_objects; o++)
		tally_add(&by_type[h->type[o]], heap_bytes(h, o));
	return by_type;
}

static int compare_names(const void *a, const void *b, void *types)
{
	const struct heap_type *v = types;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int ret = strcmp(v[x].name, v[y].name);

	return ret ? ret : (x > y) - (x < y);
}

uint32_t *tally_types_by_name(const struct heap *h)
{
	size_t nr = h->types.nr;
	uint32_t *ret = xcalloc(nr, sizeof(*ret));

	for (uint32_t i = 0; i < nr; i++)
		ret[i] = i;
	qsort_r(ret, nr, sizeof(*ret), compare_names, h->types.v);
	return ret;
}

void tally_list(const struct heap *h, const struct tally *by_type,
		struct tally_type_vec *ret)
{
	for (uint32_t i = 0; i < h->types.nr; i++)
		if (by_type[i].nr)
			tally_type_vec_push(ret, (struct tally_type){
							 i, by_type[i] });
}

struct tally_named {
	const char *name;
	struct tally_type type;
};

static int tally_compare_index(const void *pa, const void *pb)
{
	const struct tally_type *a = pa, *b = pb;

	return (a->type > b->type) - (a->type < b->type);
}

static int tally_compare_named(const void *pa, const void *pb)
{
	const struct tally_named *a = pa, *b = pb;
	int order = 0;

	if (a->type.sum.nr != b->type.sum.nr)
		return a->type.sum.nr > b->type.sum.nr ? -1 : 1;
	if (a->name && b->name)
		order = strcmp(a->name, b->name);
	return order ? order : tally_compare_index(&a->type, &b->type);
}

static void tally_sort(const struct heap *h, struct tally_type_vec *types)
{
	CLEANUP(freep) struct tally_named *named =
		xreallocarray(NULL, types->nr, sizeof(*named));

	for (size_t i = 0; i < types->nr; i++)
		named[i] = (struct tally_named){
			h->types.v[types->v[i].type].name, types->v[i] };
	qsort(named, types->nr, sizeof(*named), tally_compare_named);
	for (size_t i = 0; i < types->nr; i++)
		types->v[i] = named[i].type;
}

void tally_types(const struct heap *h, const oid *members, size_t nr_members,
		 struct tally_type_vec *ret)
{
	struct tally_type_vec types = VEC_INIT;
	size_t nr = 0;

	for (size_t i = 0; i < nr_members; i++) {
		oid o = members[i];
		struct tally_type type = {
			h->type[o], { 1, heap_bytes(h, o) },
		};

		tally_type_vec_push(&types, type);
	}
	if (types.nr)
		qsort(types.v, types.nr, sizeof(*types.v), tally_compare_index);
	for (size_t i = 0; i < types.nr; i++) {
		if (nr && types.v[nr - 1].type == types.v[i].type) {
			tally_add_all(&types.v[nr - 1].sum, &types.v[i].sum);
		} else {
			types.v[nr++] = types.v[i];
		}
	}
	types.nr = nr;
	tally_sort(h, &types);
	*ret = types;
}
