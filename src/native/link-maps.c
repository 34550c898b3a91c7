/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "native/link-maps.h"
#include "target/modules.h"

#define L_NAME 8
#define L_LD 16
#define L_NEXT 24
#define L_PREV 32

/* More are no libraries. */
#define MAX_LINK_MAPS 65536

bool link_maps_has(const struct native *n, const struct region *r)
{
	static const char *const names[] = { "ld-", "ld.so", "ld64.so" };
	const char *path, *name;

	if (r->kind != REGION_FILE)
		return false;
	path = n->target->mappings.v[r->index].path;
	name = strrchr(path, '/');
	name = name ? name + 1 : path;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

static raddr word(const struct native *n, raddr addr)
{
	uint64_t x = 0;

	memory_u64(n->memory, addr, &x);
	return x;
}

raddr link_maps_name(const struct native *n, raddr map)
{
	return word(n, map + L_NAME);
}

/* Do its neighbours lead back to it, and is there one? */
static bool is_link_map(const struct native *n, raddr map)
{
	raddr next = word(n, map + L_NEXT), prev = word(n, map + L_PREV);

	return map % 8 == 0 && (next || prev) &&
	       (!next || word(n, next + L_PREV) == map) &&
	       (!prev || word(n, prev + L_NEXT) == map);
}

/* Is its dynamic section that of a library, too?  The vDSO is none. */
static bool is_sure(const struct native *n, raddr map)
{
	return is_link_map(n, map) &&
	       modules_at(n->target, word(n, map + L_LD));
}

/* The first of the list that it is in. */
static raddr first_of(const struct native *n, raddr map)
{
	for (unsigned int i = 0; i < MAX_LINK_MAPS; i++) {
		raddr prev = word(n, map + L_PREV);

		if (!prev || !is_link_map(n, prev))
			return map;
		map = prev;
	}
	return map;
}

static void add_list(const struct native *n, raddr map, struct raddr_vec *ret)
{
	for (unsigned int i = 0; map && i < MAX_LINK_MAPS; i++) {
		if (!is_link_map(n, map))
			return;
		raddr_vec_push(ret, map);
		map = word(n, map + L_NEXT);
	}
}

void link_maps_find(const struct native *n, const struct region *r,
		    struct raddr_vec *ret)
{
	for (raddr at = r->start; at + 8 <= r->end; at += 8) {
		raddr map = word(n, at);

		if (!map || !is_sure(n, map))
			continue;
		add_list(n, first_of(n, map), ret);
		return;
	}
}
