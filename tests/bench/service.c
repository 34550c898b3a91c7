/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "service.h"

enum { T_MODULE, T_DICT, T_CLASS, T_USER, T_STR, T_LIST, NR_TYPES };

static uint64_t state = 1;

static uint32_t rnd(uint32_t limit)
{
	state = state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 33) % limit;
}

static void add_types(struct heap *h)
{
	static const char *const names[] = { "module",	 "dict", "type",
					     "app.User", "str",	 "list" };

	for (uint32_t i = 0; i < NR_TYPES; i++)
		heap_type_vec_push(&h->types,
				   (struct heap_type){
					   .name = xstrdup(names[i]),
					   .kind = type_kinds_find(names[i]),
					   .object = OID_NONE,
					   .flags = i == T_CLASS ? TYPE_IS_TYPE
							         : 0 });
}

static oid add(struct heap *h, uint32_t type)
{
	oid o = heap_add_object(h, 0x1000 + 16 * (uint64_t)h->nr_objects, type);

	h->size[o] = 64;
	h->generation[o] = type == T_STR ? GENERATION_UNTRACKED : 2;
	return o;
}

static void link_to(struct heap *h, oid from, oid to)
{
	if (!h->edge_nr[from]++)
		h->edge_start[from] = h->edges.nr;
	oid_vec_push(&h->edges, to);
	h->refcount[to]++;
}

/*
 * 0 module, 1 its dict, 2 a class, 3 the list; then four objects each: user,
 * its dict, two strings.  Every tenth user is not in the list but in a pair
 * with the next, which is garbage.
 */
void service_make(struct heap *h, uint32_t nr)
{
	uint32_t users = (nr - 4) / 4;

	heap_init(h);
	add_types(h);
	add(h, T_MODULE);
	add(h, T_DICT);
	add(h, T_CLASS);
	add(h, T_LIST);
	link_to(h, 0, 1);
	link_to(h, 1, 2);
	link_to(h, 1, 3);
	link_to(h, 2, 1);
	for (uint32_t i = 0; i < users * 4; i++)
		add(h, (const uint32_t[]){ T_USER, T_DICT, T_STR,
					   T_STR }[i % 4]);
	for (uint32_t i = 0; i < users; i++)
		if (i % 10 > 1)
			link_to(h, 3, 4 + 4 * i);
	for (uint32_t i = 0; i < users; i++) {
		oid user = 4 + 4 * i;

		link_to(h, user, user + 1);
		link_to(h, user, 2);
		link_to(h, user + 1, user + 2);
		link_to(h, user + 1, user + 3);
		link_to(h, user + 1, 4 + 4 * rnd(users) + 2);
		if (i % 10 < 2 && (i ^ 1) < users)
			link_to(h, user + 1, 4 + 4 * (i ^ 1));
	}
	heap_root_vec_push(&h->roots, (struct heap_root){
					      .object = 0, .kind = ROOT_MODULE,
					      .name = xstrdup("app"),
					      .counted = true,
					      .frame = -1 });
	h->refcount[0]++;
}
