/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "target/residency.h"

void residency_add(struct residency *r, raddr start, raddr end)
{
	if (start < end)
		range_vec_push(&r->present, (struct range){ start, end });
}

static int compare_ranges(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

void residency_join(struct range_vec *ranges)
{
	struct range *v = ranges->v;
	size_t nr = 0;

	if (ranges->nr)
		qsort(v, ranges->nr, sizeof(*v), compare_ranges);
	for (size_t i = 0; i < ranges->nr; i++) {
		if (nr && v[i].start <= v[nr - 1].end)
			v[nr - 1].end = MAX(v[nr - 1].end, v[i].end);
		else
			v[nr++] = v[i];
	}
	ranges->nr = nr;
}

void residency_sort(struct residency *r)
{
	const struct range *v;
	size_t nr;

	residency_join(&r->present);
	v = r->present.v;
	nr = r->present.nr;
	u64_vec_resize(&r->before, nr);
	r->bytes = 0;
	for (size_t i = 0; i < nr; i++) {
		r->before.v[i] = r->bytes;
		r->bytes += v[i].end - v[i].start;
	}
	r->last = 0;
}

/* The first range that ends behind `addr`; present.nr: none. */
static size_t first_behind(const struct residency *r, raddr addr)
{
	return RANGE_BEHIND(&r->present, addr);
}

/* Bytes of all ranges below `addr`, which lies in range `i` or before it. */
static uint64_t bytes_below(const struct residency *r, size_t i, raddr addr)
{
	const struct range *range = &r->present.v[i];

	if (i == r->present.nr)
		return r->bytes;
	return r->before.v[i] +
	       (addr > range->start ? addr - range->start : 0);
}

uint64_t residency_bytes(struct residency *r, raddr start, raddr end)
{
	const struct range *v = r->present.v;
	size_t i = r->last;

	if (start >= end || !r->present.nr)
		return 0;
	/* Callers go upwards, most of them by few bytes. */
	if (unlikely(start < v[i].start || start >= v[i].end)) {
		i = first_behind(r, start);
		r->last = MIN(i, r->present.nr - 1);
	}
	if (likely(i < r->present.nr && start >= v[i].start && end <= v[i].end))
		return end - start;
	return bytes_below(r, first_behind(r, end), end) -
	       bytes_below(r, i, start);
}

bool residency_run(const struct residency *r, raddr addr, raddr *end)
{
	size_t i = first_behind(r, addr);
	const struct range *v = r->present.v;

	if (i == r->present.nr)
		*end = UINT64_MAX;
	else
		*end = v[i].start > addr ? v[i].start : v[i].end;
	return i < r->present.nr && v[i].start <= addr;
}

bool residency_narrow(const struct residency *r, struct range *range)
{
	bool known = !r->swapped && (r->basis == RESIDENCY_PAGEMAP ||
				     r->basis == RESIDENCY_CORE);
	size_t i;

	if (!known || range->start >= range->end)
		return range->start < range->end;
	i = first_behind(r, range->start);
	if (i == r->present.nr || r->present.v[i].start >= range->end)
		return false;
	range->start = MAX(range->start, r->present.v[i].start);
	range->end = MIN(range->end, r->present.v[i].end);
	return true;
}

void residency_release(struct residency *r)
{
	range_vec_release(&r->present);
	range_vec_release(&r->changed);
	u64_vec_release(&r->before);
	*r = (struct residency){ .basis = RESIDENCY_UNKNOWN };
}
