/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/graph/bits.h"
#include "analysis/graph/fan.h"

bool fan_hangs(const struct fan *f, oid o)
{
	return f->reach->parent[o] != OID_NONE &&
	       !bits_get(f->dominators->roots, o);
}

bool fan_hangs_by(const struct fan *f, oid holder, uint32_t edge, oid o)
{
	return f->reach->parent[o] == holder && f->reach->edge[o] == edge &&
	       fan_hangs(f, o);
}

static void add(struct fan_sum *sum, const struct dominators *d, oid o)
{
	sum->nr++;
	sum->objects += d->objects[o];
	sum->bytes += d->bytes[o];
	sum->largest = MAX(sum->largest, d->bytes[o]);
}

struct fan_sum fan_of(const struct fan *f, oid holder)
{
	const struct dominators *d = f->dominators;
	struct heap_edges edges = heap_edges(d->heap, holder);
	struct fan_sum sum = { 0 };

	for (uint32_t i = 0; i < edges.nr; i++) {
		oid o = edges.to[i];

		if (!fan_hangs_by(f, holder, i, o))
			continue;
		add(&sum, d, o);
	}
	return sum;
}

struct fan_sum fan_shared(const struct fan *f, oid holder)
{
	const struct dominators *d = f->dominators;
	uint32_t last = d->place[holder] + d->objects[holder], next;
	struct fan_sum sum = { 0 };

	for (uint32_t at = d->place[holder] + 1; at < last; at = next) {
		oid o = d->order[at];

		next = at + d->objects[o];
		if (f->reach->parent[o] == holder)
			continue;
		add(&sum, d, o);
	}
	return sum;
}
