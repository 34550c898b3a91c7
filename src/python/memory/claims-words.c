/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/memory/claims-words.h"

/* The first range of r->present that ends behind `addr`. */
static size_t present_behind(const struct residency *r, raddr addr)
{
	size_t low = 0, high = r->present.nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->present.v[middle].end > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Pages of which memory is not known to be there may not be skipped. */
static bool knows_pages(const struct residency *r)
{
	return r->basis == RESIDENCY_PAGEMAP || r->basis == RESIDENCY_CORE;
}

/* Narrow *ret to what is in memory first; false: nothing is. */
static bool find_present(const struct residency *r, struct range *ret)
{
	size_t i = present_behind(r, ret->start);

	if (i == r->present.nr || r->present.v[i].start >= ret->end)
		return false;
	ret->start = MAX(ret->start, r->present.v[i].start);
	ret->end = MIN(ret->end, r->present.v[i].end);
	return true;
}

bool claims_next_part(struct claims *c, raddr *start, raddr end,
		      struct range *ret)
{
	const struct residency *r = c->native->residency;

	while (*start < end) {
		const struct segment *s = c->py->memory->last;

		*ret = (struct range){ *start, end };
		if (end - *start > CLAIMS_LARGE && knows_pages(r) &&
		    !find_present(r, ret))
			return false;
		if (!s || ret->start < s->start || ret->start >= s->end)
			s = memory_find(c->py->memory, ret->start);
		if (!s) {
			*start = memory_page_start(ret->start) + MEMORY_PAGE;
			continue;
		}
		ret->end = MIN(ret->end, s->end);
		*start = ret->end;
		return true;
	}
	return false;
}
