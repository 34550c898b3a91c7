/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/alike.h"
#include "analysis/compare/place.h"
#include "base/hash.h"

#define MAX_STEPS 6

static uint64_t mix_key(uint64_t key, uint64_t more)
{
	key = hash_u64(key ^ more);
	return key ^ key >> 29;
}

/* The same in two heaps of one process. */
static uint64_t type_key(const struct heap *h, oid o)
{
	const struct heap_type *type = heap_type_of(h, o);

	return hash_text(type->address, type->name);
}

static bool is_plain_container_type(const struct heap *h, oid o)
{
	switch (heap_kind_of(h, o)) {
	case TYPE_KIND_DICT:
	case TYPE_KIND_LIST:
	case TYPE_KIND_TUPLE:
	case TYPE_KIND_SET:
	case TYPE_KIND_FROZENSET:
	case TYPE_KIND_DEQUE:
	case TYPE_KIND_ORDERED_DICT:
	case TYPE_KIND_DEFAULT_DICT:
		return true;
	default:
		return false;
	}
}

/* Is the dict an object's __dict__, so that its entries are attributes? */
static bool is_attribute_dict(struct alike *a, oid dict)
{
	CLEANUP(edge_name_release) struct edge_name name = { 0 };

	if (dict == a->last)
		return a->last_is_namespace;
	if (a->nr_asked++ >= ALIKE_MAX_ASKED)
		return false;
	place_last_edge(a->h, a->reach, dict, &name);
	a->last = dict;
	a->last_is_namespace = name.kind == EDGE_DICT;
	return a->last_is_namespace;
}

uint64_t alike_key(struct alike *a, oid o)
{
	const struct heap *h = a->h;
	const struct reach *r = a->reach;
	uint64_t key = mix_key(1, type_key(h, o));

	for (int i = 0; i < MAX_STEPS; i++) {
		uint32_t edge = r->edge[o];
		bool through_dict = false;

		o = r->parent[o];
		if (o == OID_NONE)
			return 0;
		if (heap_kind_of(h, o) == TYPE_KIND_DICT &&
		    is_attribute_dict(a, o)) {
			through_dict = true;
			o = r->parent[o];
			if (o == OID_NONE)
				return 0;
		}
		if (heap_kind_of(h, o) == TYPE_KIND_MODULE ||
		    heap_type_of(h, o)->flags & TYPE_IS_TYPE)
			return i ? mix_key(key, edge) : 0;
		if (!is_plain_container_type(h, o))
			return mix_key(mix_key(key, type_key(h, o)),
				       2 * (uint64_t)edge + through_dict);
		key = mix_key(key, type_key(h, o));
	}
	return key;
}
