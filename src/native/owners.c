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
	owners_edges_init(&o->start, nr);
	owners_edges_init(&o->interior, nr);
	owners_edges_init(&o->doubtful, nr);
	owners_edges_init(&o->doubted, nr);
	o->field = xcalloc((size_t)nr + 1, sizeof(*o->field));
}

void owners_release_claims(struct owners *o)
{
	for (int i = 0; i < NR_OWNERS_SOURCES; i++)
		for (int k = 0; k < NR_CLAIM_STRENGTHS; k++)
			owners_claim_vec_release(&o->claims[i][k]);
}

void owners_release(struct owners *o)
{
	owners_release_claims(o);
	owners_edges_release(&o->start);
	owners_edges_release(&o->interior);
	owners_edges_release(&o->doubtful);
	owners_edges_release(&o->doubted);
	free(o->component);
	free(o->kind);
	free(o->id);
	free(o->field);
	owners_shared_vec_release(&o->shared);
	owner_vec_release(&o->claimants);
	*o = (struct owners){ .heap = NULL };
}

void owners_claim(struct owners *o, struct owner by, uint32_t node,
		  enum claim_strength strength)
{
	enum owners_source source = by.kind == OWNER_OBJECT ? SOURCE_OBJECT :
				    by.kind == OWNER_STACK  ? SOURCE_STACK :
							      SOURCE_ROOT;
	struct owners_claim_vec *v = &o->claims[source][strength];
	struct owners_claim c = { by.id, node };

	if (v->nr >= OWNERS_MAX_CLAIMS) {
		o->nr_dropped++;
		return;
	}
	if (by.kind == OWNER_PYTHON)
		c.claimant = OWNERS_PYTHON;
	if (strength == CLAIM_FIELD)
		o->field[node] = 1;
	owners_claim_vec_push(v, c);
}

void owners_edges_close(struct owners_edges *e, uint32_t node)
{
	while (e->from < node)
		e->first[++e->from] = (uint32_t)e->to.nr;
}

static void add_edge(struct owners *o, struct owners_edges *e, uint32_t from,
		     uint32_t to)
{
	if (from == to)
		return;
	if (e->to.nr >= OWNERS_MAX_EDGES) {
		o->nr_dropped++;
		return;
	}
	owners_edges_close(e, from);
	u32_vec_push(&e->to, to);
}

void owners_edge(struct owners *o, uint32_t from, uint32_t to,
		 enum claim_strength strength)
{
	struct owners_edges *e = strength == CLAIM_START ? &o->start :
				 strength == CLAIM_INTERIOR ? &o->interior :
							      &o->doubtful;

	add_edge(o, e, from, to);
}

void owners_doubt(struct owners *o, uint32_t from, uint32_t to)
{
	add_edge(o, &o->doubted, from, to);
}
