/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/range.h"

/* The first segment that ends behind `addr`; nr_segments: there is none. */
static unsigned int first_behind(const struct memory *m, raddr addr)
{
	unsigned int low = 0, high = m->nr_segments;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (m->segments[middle].end > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool range_narrow(struct range *range, const struct memory *m)
{
	unsigned int i = first_behind(m, range->start);

	if (i == m->nr_segments || m->segments[i].start >= range->end)
		return false;
	range->start = MAX(range->start, m->segments[i].start);
	range->end = MIN(range->end, m->segments[i].end);
	return range->start < range->end;
}
