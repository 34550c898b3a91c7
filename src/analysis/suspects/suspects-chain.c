/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long chains: objects of one type of which each holds the next one.
 */
#include <stdlib.h>

#include "analysis/suspects/suspects-chain.h"

/* A reference chain with so many objects of one type is a suspect. */
#define CHAIN_MIN 1000
/* Before holders, which are taken by how much hangs on each. */
#define RANK_CHAIN UINT32_MAX

/* Between links of a class there may be an instance's __dict__, or a list. */
static bool is_between(const struct heap *h, uint32_t type)
{
	return !(h->types.v[type].flags & TYPE_IS_HEAP);
}

/* The most frequent type on the chain to `o`, and its first object.  Types made
 * at run time win over those of containers between them. */
static uint32_t most_on_way(struct suspects *s, oid o, oid *first)
{
	const struct heap *h = s->heap;
	CLEANUP(freep) uint32_t *nr = xcalloc(h->types.nr, sizeof(*nr));
	uint32_t most = h->type[o], class = h->type[o];
	oid at = o;

	for (; at != OID_NONE; at = s->reach.parent[at]) {
		uint32_t type = h->type[at];

		if (++nr[type] > nr[most])
			most = type;
		if (!is_between(h, type) &&
		    (nr[type] > nr[class] || is_between(h, class)))
			class = type;
	}
	if (!is_between(h, class) && nr[class] >= CHAIN_MIN)
		most = class;
	for (at = o; at != OID_NONE; at = s->reach.parent[at])
		if (h->type[at] == most)
			*first = at;
	return nr[most];
}

void suspects_chain_add(struct suspects *s)
{
	oid deepest = OID_NONE, first = OID_NONE;
	struct suspect *suspect;
	uint32_t nr;

	for (oid o = 0; o < s->heap->nr_objects; o++)
		if (reach_has(&s->reach, o) &&
		    (deepest == OID_NONE ||
		     s->reach.distance[o] > s->reach.distance[deepest]))
			deepest = o;
	if (deepest == OID_NONE || s->reach.distance[deepest] < CHAIN_MIN)
		return;
	nr = most_on_way(s, deepest, &first);
	if (nr < CHAIN_MIN ||
	    s->dominators.bytes[first] < suspect_threshold(s, 1))
		return;
	suspect = suspect_add(s, SUSPECT_CHAIN, RANK_CHAIN);
	suspect->object = first;
	suspect->entries = nr;
	suspect->entry_type = s->heap->type[first];
	suspect_put_retained(s, suspect, first);
}
