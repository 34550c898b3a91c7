/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/tally.h"

/* How much `o` tells a person about a cycle: less is better. */
static unsigned int rank_telling(const struct heap *h, oid o)
{
	uint32_t flags = heap_type_of(h, o)->flags;

	if (flags & TYPE_IS_TYPE)
		return 3;
	if (!(flags & TYPE_IS_HEAP))
		return 2;
	return flags & (TYPE_HAS_DEL | TYPE_LEGACY_DEL) ? 0 : 1;
}

bool tally_is_more_telling(const struct heap *h, oid a, oid b)
{
	unsigned int rank_a = rank_telling(h, a), rank_b = rank_telling(h, b);

	if (rank_a != rank_b)
		return rank_a < rank_b;
	return h->address[a] < h->address[b];
}

struct named_type {
	const char *name;
	struct tally_type type;
};

static int compare_by_index(const void *pa, const void *pb)
{
	const struct tally_type *a = pa, *b = pb;

	return (a->type > b->type) - (a->type < b->type);
}

static int compare_named(const void *pa, const void *pb)
{
	const struct named_type *a = pa, *b = pb;
	int order = 0;

	if (a->type.nr != b->type.nr)
		return a->type.nr > b->type.nr ? -1 : 1;
	if (a->name && b->name)
		order = strcmp(a->name, b->name);
	return order ? order : compare_by_index(&a->type, &b->type);
}

static void sort_types(const struct heap *h, struct tally_type_vec *types)
{
	CLEANUP(freep) struct named_type *named =
		xreallocarray(NULL, types->nr, sizeof(*named));

	for (size_t i = 0; i < types->nr; i++)
		named[i] = (struct named_type){
			h->types.v[types->v[i].type].name, types->v[i] };
	qsort(named, types->nr, sizeof(*named), compare_named);
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
		struct tally_type type = { h->type[o], 1, h->size[o] };

		tally_type_vec_push(&types, type);
	}
	if (types.nr)
		qsort(types.v, types.nr, sizeof(*types.v), compare_by_index);
	for (size_t i = 0; i < types.nr; i++) {
		if (nr && types.v[nr - 1].type == types.v[i].type) {
			types.v[nr - 1].nr++;
			types.v[nr - 1].bytes += types.v[i].bytes;
		} else {
			types.v[nr++] = types.v[i];
		}
	}
	types.nr = nr;
	sort_types(h, &types);
	*ret = types;
}
