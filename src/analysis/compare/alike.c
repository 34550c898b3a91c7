/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/alike.h"
#include "analysis/compare/place.h"

#define MAX_STEPS 6

static uint64_t mix(uint64_t key, uint64_t more)
{
	key = (key ^ more) * UINT64_C(0x9e3779b97f4a7c15);
	return key ^ key >> 29;
}

static bool is_named(const struct heap *h, oid o, const char *name)
{
	const char *of_type = heap_type_of(h, o)->name;

	return of_type && !strcmp(of_type, name);
}

static bool is_container(const struct heap *h, oid o)
{
	static const char *const names[] = {
		"dict", "list", "tuple", "set", "frozenset",
		"collections.deque", "collections.OrderedDict",
		"collections.defaultdict",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (is_named(h, o, names[i]))
			return true;
	return false;
}

/* Is the dict an object's __dict__, so that its entries are attributes? */
static bool is_namespace(struct alike *a, oid dict)
{
	CLEANUP(freep) char *name = NULL;

	if (dict == a->last)
		return a->last_is_namespace;
	if (a->nr_asked++ >= ALIKE_MAX_ASKED)
		return false;
	name = place_last_name(a->h, a->reach, dict);
	a->last = dict;
	a->last_is_namespace = !strcmp(name, "__dict__");
	return a->last_is_namespace;
}

uint64_t alike_key(struct alike *a, oid o)
{
	const struct heap *h = a->h;
	const struct reach *r = a->reach;
	uint64_t key = mix(1, h->type[o]);

	for (int i = 0; i < MAX_STEPS; i++) {
		uint32_t edge = r->edge[o];
		bool through_dict = false;

		o = r->parent[o];
		if (o == OID_NONE)
			return 0;
		if (is_named(h, o, "dict") && is_namespace(a, o)) {
			through_dict = true;
			o = r->parent[o];
			if (o == OID_NONE)
				return 0;
		}
		if (is_named(h, o, "module") ||
		    heap_type_of(h, o)->flags & TYPE_IS_TYPE)
			return i ? mix(key, edge) : 0;
		if (!is_container(h, o))
			return mix(mix(key, h->type[o]),
				   2 * (uint64_t)edge + through_dict);
		key = mix(key, h->type[o]);
	}
	return key;
}
