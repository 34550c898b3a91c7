/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/range.h"

bool range_narrow(struct range *range, const struct memory *m)
{
	size_t i = range_behind(m->segments, m->nr_segments,
				sizeof(*m->segments), range->start);

	if (i == m->nr_segments || m->segments[i].start >= range->end)
		return false;
	range->start = MAX(range->start, m->segments[i].start);
	range->end = MIN(range->end, m->segments[i].end);
	return range->start < range->end;
}
