/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "native/link-maps.h"
#include "target/modules.h"

#define L_NAME 8
#define L_LD 16
#define L_NEXT 24
#define L_PREV 32

raddr link_maps_name(const struct native *n, raddr map)
{
	return native_word(n, map + L_NAME);
}

/* Do its neighbours lead back to it, and is there one? */
static bool is_link_map(const struct native *n, raddr map)
{
	raddr next = native_word(n, map + L_NEXT);
	raddr prev = native_word(n, map + L_PREV);

	return map % 8 == 0 && (next || prev) &&
	       (!next || native_word(n, next + L_PREV) == map) &&
	       (!prev || native_word(n, prev + L_NEXT) == map);
}

/* Is its dynamic section that of a library, too?  The vDSO is none. */
static bool is_sure(const struct native *n, raddr map)
{
	return is_link_map(n, map) &&
	       modules_at(n->target, native_word(n, map + L_LD));
}

/* The first of the list that it is in. */
static raddr first_of(const struct native *n, raddr map)
{
	for (unsigned int i = 0; i < LINK_MAPS_MAX; i++) {
		raddr prev = native_word(n, map + L_PREV);

		if (!prev || !is_link_map(n, prev))
			return map;
		map = prev;
	}
	return map;
}

static void add_list(const struct native *n, raddr map, struct raddr_vec *ret)
{
	for (unsigned int i = 0; map && i < LINK_MAPS_MAX; i++) {
		if (!is_link_map(n, map))
			return;
		raddr_vec_push(ret, map);
		map = native_word(n, map + L_NEXT);
	}
}

void link_maps_find(const struct native *n, const struct region *r,
		    struct raddr_vec *ret)
{
	struct range part = { r->start, r->end };

	if (r->kind != REGION_FILE ||
	    !native_is_linker(n->target->mappings.v[r->index].path))
		return;
	for (; native_narrow(n, &part);
	     part = (struct range){ part.end, r->end })
		for (raddr at = (part.start + 7) & ~UINT64_C(7);
		     at + 8 <= part.end; at += 8) {
			raddr map = native_word(n, at);

			if (!map || !is_sure(n, map))
				continue;
			add_list(n, first_of(n, map), ret);
			return;
		}
}
