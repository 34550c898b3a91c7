/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "output/stacks/stacks.h"
#include "output/format.h"

void stacks_release(struct stacks *s)
{
	stacks_frame_vec_release(&s->v);
	stacks_name_vec_release(&s->names);
	str_release(&s->bytes);
}

uint32_t stacks_way(const struct stacks *s, uint32_t f, uint32_t *ret)
{
	uint32_t nr = 0;

	for (; f != STACKS_TOP; f = s->v.v[f].above)
		ret[nr++] = f;
	return nr;
}

void stacks_add_cut(const struct stacks *s, struct str *out)
{
	if (!s->nr_cut)
		return;
	format_counted(out, s->nr_cut, "frame");
	str_addf(out, " of less than %" PRIu64 " bytes are summed up as "
		 STACKS_CUT, s->least);
}
