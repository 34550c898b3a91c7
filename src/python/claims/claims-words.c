/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/claims/claims-words.h"

bool claims_next_part(struct claims *c, raddr *start, raddr end,
		      struct range *ret)
{
	const struct segment *s = c->py->memory->last;
	bool found = *start < end;

	*ret = (struct range){ *start, end };
	if (found && end - *start > CLAIMS_LARGE)
		found = native_narrow(c->native, ret);
	else if (found && s && *start >= s->start && *start < s->end)
		ret->end = MIN(end, s->end);
	else if (found)
		found = range_narrow(ret, c->py->memory);
	ret->start = (ret->start + 7) & ~UINT64_C(7);
	*start = ret->end;
	return found;
}
