/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/range.h - a range of addresses of the target.
 */
#ifndef TARGET_RANGE_H
#define TARGET_RANGE_H

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "target/memory.h"

/* `end` is past the last byte. */
struct range {
	raddr start, end;
};
VEC_DEFINE(range_vec, struct range);

/*
 * Of `nr` structs of `size` bytes that begin with the members of struct range,
 * are in order and do not overlap: the index of the first one that ends behind
 * `addr`; nr: none does.
 */
static inline size_t range_behind(const void *v, size_t nr, size_t size,
				  raddr addr)
{
	size_t low = 0, high = nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct range r;

		memcpy(&r, (const char *)v + middle * size, sizeof(r));
		if (r.end > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
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
