/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/memory/claims-words.h"

bool claims_next_part(struct claims *c, raddr *start, raddr end,
		      struct range *ret)
{
	while (*start < end) {
		const struct segment *s = c->py->memory->last;

		*ret = (struct range){ *start, end };
		if (end - *start > CLAIMS_LARGE &&
		    !residency_narrow(c->native->residency, ret))
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
