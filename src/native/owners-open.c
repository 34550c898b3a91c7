/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "native/owners-open.h"

/* What has more claims by readers, or an edge to another node, is open. */
static void mark_open(struct owners *o)
{
	static const enum owners_source sources[] = {
		SOURCE_OBJECT, SOURCE_ROOT
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(sources); i++) {
		const struct owners_claim_vec *v =
			&o->claims[sources[i]][CLAIM_FIELD];

		for (size_t k = 0; k < v->nr; k++)
			o->flags[v->v[k].node] |= OWNERS_OPEN;
	}
	for (int i = 0; i < NR_OWNERS_LINK_KINDS; i++)
		for (size_t k = 0; k < o->links[i].from.nr; k++)
			o->flags[o->links[i].from.v[k]] |= OWNERS_OPEN;
}

static bool is_settled(const struct owners *o, uint32_t node)
{
	return o->flags[node] & OWNERS_SETTLED;
}

/* The first claims by readers of open nodes become claims as any other. */
static void number_open(struct owners *o)
{
	struct owners_claim_vec *v = &o->claims[SOURCE_OBJECT][CLAIM_FIELD];

	for (uint32_t n = 0; n < o->nr; n++) {
		oid first = o->link[n];

		if (first != OID_NONE && !(o->flags[n] & OWNERS_OPEN)) {
			o->flags[n] |= OWNERS_SETTLED;
			continue;
		}
		if (first != OID_NONE)
			owners_claim_vec_push(v, (struct owners_claim){ first,
									n });
		o->link[n] = o->nr_open++;
	}
}

static void keep_claims(const struct owners *o, struct owners_claim_vec *v)
{
	size_t nr = 0;

	for (size_t i = 0; i < v->nr; i++)
		if (!is_settled(o, v->v[i].node))
			v->v[nr++] = (struct owners_claim){
				v->v[i].claimant, o->link[v->v[i].node]
			};
	v->nr = nr;
}

/* No settled node has links to others. */
static void make_edges(const struct owners *o, const struct owners_links *l,
		       struct owners_edges *ret)
{
	uint32_t node = 0;

	owners_edges_init(ret, o->nr_open);
	for (size_t i = 0; i < l->from.nr; i++) {
		size_t end = i + 1 < l->from.nr ? l->first.v[i + 1] : l->to.nr;

		while (node < o->link[l->from.v[i]])
			ret->first[++node] = (uint32_t)ret->to.nr;
		for (size_t k = l->first.v[i]; k < end; k++)
			if (!is_settled(o, l->to.v[k]))
				u32_vec_push(&ret->to, o->link[l->to.v[k]]);
	}
	while (node < o->nr_open)
		ret->first[++node] = (uint32_t)ret->to.nr;
}

void owners_open(struct owners *o)
{
	mark_open(o);
	number_open(o);
	for (int i = 0; i < NR_OWNERS_SOURCES; i++)
		for (int k = 0; k < NR_CLAIM_STRENGTHS; k++)
			keep_claims(o, &o->claims[i][k]);
	for (int i = 0; i < NR_OWNERS_LINK_KINDS; i++)
		make_edges(o, &o->links[i], &o->edges[i]);
	owners_release_links(o);
}
