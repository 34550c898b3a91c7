/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "native/owners.h"

/* References that rule 8 looks at, all in all. */
#define MAX_STEPS (UINT64_C(1) << 28)

void owners_edges_init(struct owners_edges *e, uint32_t nr)
{
	*e = (struct owners_edges){ .to = VEC_INIT };
	e->first = xcalloc((size_t)nr + 1, sizeof(*e->first));
}

void owners_edges_release(struct owners_edges *e)
{
	free(e->first);
	u32_vec_release(&e->to);
	*e = (struct owners_edges){ .to = VEC_INIT };
}

void owners_init(struct owners *o, const struct heap *h, uint32_t nr)
{
	*o = (struct owners){ .heap = h, .nr = nr, .nr_steps = MAX_STEPS };
	o->flags = xcalloc((size_t)nr + 1, sizeof(*o->flags));
	o->link = xmalloc(((size_t)nr + 1) * sizeof(*o->link));
	for (uint32_t n = 0; n < nr; n++)
		o->link[n] = OID_NONE;
}

void owners_release_claims(struct owners *o)
{
	for (int i = 0; i < NR_OWNERS_SOURCES; i++)
		for (int k = 0; k < NR_CLAIM_STRENGTHS; k++)
			owners_claim_vec_release(&o->claims[i][k]);
}

void owners_release_links(struct owners *o)
{
	for (int i = 0; i < NR_OWNERS_LINK_KINDS; i++) {
		u32_vec_release(&o->links[i].from);
		u32_vec_release(&o->links[i].first);
		u32_vec_release(&o->links[i].to);
	}
}

void owners_release(struct owners *o)
{
	owners_release_claims(o);
	owners_release_links(o);
	for (int i = 0; i < NR_OWNERS_LINK_KINDS; i++)
		owners_edges_release(&o->edges[i]);
	free(o->component);
	free(o->kind);
	free(o->id);
	free(o->flags);
	free(o->link);
	owners_shared_vec_release(&o->shared);
	owner_vec_release(&o->claimants);
	*o = (struct owners){ .heap = NULL };
}

/* Is it the first claim by a reader?  It is kept in o->link then. */
static bool take_first(struct owners *o, struct owner by, uint32_t node)
{
	o->flags[node] |= OWNERS_FIELD;
	if (by.kind != OWNER_OBJECT || o->link[node] != OID_NONE)
		return false;
	o->link[node] = by.id;
	return true;
}

void owners_claim(struct owners *o, struct owner by, uint32_t node,
		  enum claim_strength strength)
{
	enum owners_source source = by.kind == OWNER_OBJECT ? SOURCE_OBJECT :
				    by.kind == OWNER_STACK  ? SOURCE_STACK :
							      SOURCE_ROOT;
	struct owners_claim_vec *v = &o->claims[source][strength];
	struct owners_claim c = { by.id, node };

	if (strength == CLAIM_FIELD && take_first(o, by, node))
		return;
	if (v->nr >= OWNERS_MAX_CLAIMS) {
		o->nr_dropped++;
		return;
	}
	if (by.kind == OWNER_PYTHON)
		c.claimant = OWNERS_PYTHON;
	owners_claim_vec_push(v, c);
}

static void add_link(struct owners *o, enum owners_link_kind kind,
		     uint32_t from, uint32_t to)
{
	struct owners_links *l = &o->links[kind];

	if (from == to)
		return;
	if (l->to.nr >= OWNERS_MAX_EDGES) {
		o->nr_dropped++;
		return;
	}
	if (!l->from.nr || l->from.v[l->from.nr - 1] != from) {
		u32_vec_push(&l->from, from);
		u32_vec_push(&l->first, (uint32_t)l->to.nr);
	}
	u32_vec_push(&l->to, to);
}

void owners_edge(struct owners *o, uint32_t from, uint32_t to,
		 enum claim_strength strength)
{
	if (to != from)
		o->flags[to] |= OWNERS_POINTED;
	add_link(o, strength == CLAIM_START    ? LINK_START :
		    strength == CLAIM_INTERIOR ? LINK_INTERIOR :
						 LINK_DOUBTFUL,
		 from, to);
}

void owners_doubt(struct owners *o, uint32_t from, uint32_t to)
{
	add_link(o, LINK_DOUBTED, from, to);
}
