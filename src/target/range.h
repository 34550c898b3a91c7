/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/range.h - a range of addresses of the target.
 */
#ifndef TARGET_RANGE_H
#define TARGET_RANGE_H

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/search.h"
#include "target/memory.h"

/* `end` is past the last byte. */
struct range {
	raddr start, end;
};
VEC_DEFINE(range_vec, struct range);

/* Struct `i` of an array of structs that begin with the members of a range. */
static inline struct range range_item(const void *v, size_t size, size_t i)
{
	struct range ret;

	memcpy(&ret, (const char *)v + i * size, sizeof(ret));
	return ret;
}

/*
 * Of `nr` structs of `size` bytes that begin with the members of struct range,
 * are in order and do not overlap: the index of the first one that ends behind
 * `addr`; nr: none does.
 */
static inline size_t range_behind(const void *v, size_t nr, size_t size,
				  raddr addr)
{
	return SEARCH_FIRST(nr, i, range_item(v, size, i).end > addr);
}

/* The same of a vector, whose structs must not begin otherwise. */
#define RANGE_BEHIND(vec, addr) \
	({ \
		static_assert(!offsetof(typeof(*(vec)->v), start) && \
			      offsetof(typeof(*(vec)->v), end) == \
			      offsetof(struct range, end), "no range"); \
		range_behind((vec)->v, (vec)->nr, sizeof(*(vec)->v), addr); \
	})

/*
 * Narrow *range to its first part that is in a segment; false: none of it is.
 * For who goes through a mapping: its length is only claimed, and a step for
 * each page of it may take forever.
 */
bool range_narrow(struct range *range, const struct memory *m);

#endif
