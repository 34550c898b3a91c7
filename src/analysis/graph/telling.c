/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/graph/telling.h"

/* How much `o` tells a person about a cycle: the lowest rank tells the most. */
static unsigned int rank_telling(const struct heap *h, oid o)
{
	uint32_t flags = heap_type_of(h, o)->flags;

	if (flags & TYPE_IS_TYPE)
		return 3;
	if (!(flags & TYPE_IS_HEAP))
		return 2;
	return flags & (TYPE_HAS_DEL | TYPE_LEGACY_DEL) ? 0 : 1;
}

bool telling_more(const struct heap *h, oid a, oid b)
{
	unsigned int rank_a = rank_telling(h, a), rank_b = rank_telling(h, b);

	if (rank_a != rank_b)
		return rank_a < rank_b;
	return h->address[a] < h->address[b];
}
