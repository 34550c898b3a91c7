/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/chain.h"
#include "analysis/graph/stray.h"

/* Something that refers to a target: the object `from`, or a root's place. */
struct chain_holder {
	oid from;		/* OID_NONE: a place */
	uint32_t edge;		/* next to show; a place: index in roots */
	uint32_t nr;		/* references to targets */
	uint32_t distance;	/* the sort key, see compare_chain_holders() */
	uint8_t penalty;
	uint64_t address;
};
VEC_DEFINE(chain_holder_vec, struct chain_holder);

struct chain_finder {
	struct heap *h;
	const uint64_t *targets;
	size_t count;
	struct reach reach;
	struct chain_holder_vec holders; /* the best so far, and more */
	struct chain_holder worst;	 /* of the best, once they are enough */
	bool enough;
	struct chain_holder most; /* has most references to targets */
	struct chains *ret;
};

static int compare_chain_holders(const void *pa, const void *pb)
{
	const struct chain_holder *a = pa, *b = pb;
	unsigned int round_a = reach_round(a->penalty);
	unsigned int round_b = reach_round(b->penalty);

	if (round_a != round_b)
		return round_a < round_b ? -1 : 1;
	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	if (a->penalty != b->penalty)
		return a->penalty < b->penalty ? -1 : 1;
	if (a->nr != b->nr)
		return a->nr > b->nr ? -1 : 1;
	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return (a->edge > b->edge) - (a->edge < b->edge);
}

static void keep_best_holders(struct chain_finder *f)
{
	if (!f->holders.nr)
		return;
	qsort(f->holders.v, f->holders.nr, sizeof(*f->holders.v),
	      compare_chain_holders);
	f->holders.nr = MIN(f->holders.nr, f->count);
}

/* Keep at most about twice as many as are wanted, the best among them. */
static void add_chain_holder(struct chain_finder *f,
			     const struct chain_holder *holder)
{
	f->ret->nr_holders++;
	if (!f->count)
		return;
	if (f->enough && compare_chain_holders(holder, &f->worst) >= 0)
		return;
	chain_holder_vec_push(&f->holders, *holder);
	if (f->holders.nr / 2 < f->count || f->holders.nr / 2 - f->count < 8)
		return;
	keep_best_holders(f);
	f->enough = true;
	f->worst = f->holders.v[f->holders.nr - 1];
}

static bool is_chain_target(const struct chain_finder *f, oid o)
{
	return bits_get(f->targets, o);
}

/* The dict of interned strings keeps those that are immortal alone. */
static bool keeps_target(const struct chain_finder *f, oid from, oid to)
{
	return is_chain_target(f, to) &&
	       (!(f->h->flags[from] & OBJECT_KEEPS_NOTHING) ||
		f->h->refcount[to] == REFCOUNT_IMMORTAL);
}

/* The first edge from `edge` on that leads to a target. */
static uint32_t next_edge_to_target(const struct chain_finder *f, oid from,
				    uint32_t edge)
{
	struct heap_edges edges = heap_edges(f->h, from);

	for (; edge < edges.nr; edge++)
		if (keeps_target(f, from, edges.to[edge]))
			return edge;
	return UINT32_MAX;
}

static void add_holding_object(struct chain_finder *f, oid from)
{
	const struct heap *h = f->h;
	struct heap_edges edges = heap_edges(h, from);
	struct chain_holder holder = { .from = from,
				       .address = h->address[from],
				       .edge = next_edge_to_target(f, from,
								   0) };

	if (holder.edge == UINT32_MAX)
		return;
	for (uint32_t i = holder.edge; i < edges.nr; i++)
		holder.nr += keeps_target(f, from, edges.to[i]);
	holder.distance = f->reach.distance[from] +
			  reach_step_cost(h, &f->reach, from, holder.edge);
	holder.penalty = reach_add_penalty(
		f->reach.penalty[from],
		reach_step_penalty(h, from, edges.to[holder.edge]));
	if (holder.nr > f->most.nr)
		f->most = holder;
	add_chain_holder(f, &holder);
}

static void add_holding_place(struct chain_finder *f, uint32_t i)
{
	const struct root *root = &f->reach.roots.v[i];
	struct chain_holder holder = { .from = OID_NONE, .edge = i, .nr = 1 };

	if (!is_chain_target(f, root->object))
		return;
	/* A root found by counting: a better known one would come first. */
	if (root->surplus == REFCOUNT_IMMORTAL)
		holder.penalty = REACH_PENALTY_IMMORTAL;
	else if (root->surplus)
		holder.penalty = REACH_PENALTY_NATIVE;
	else if (roots_is_temporary(f->h, root))
		holder.penalty = REACH_PENALTY_TEMPORARY;
	else
		holder.distance = reach_root_distance(root->kind);
	holder.penalty += roots_rank[root->kind];
	holder.address = f->h->address[root->object];
	add_chain_holder(f, &holder);
}

/*
 * A single target that a known root reaches can be held natively as well: the
 * search did not ask, for that only explains what is otherwise unreached.
 */
static void add_native_root(struct chain_finder *f, oid target)
{
	struct referrers r;

	if (f->reach.penalty[target] >= REACH_PENALTY_NATIVE)
		return;
	referrers_build(f->h, target, 0, &r);
	if (r.surplus)
		root_vec_push(&f->reach.roots,
			      (struct root){ target, ROOT_NATIVE,
					     ROOT_NO_PLACE, r.surplus });
	referrers_release(&r);
}

static void find_chain_holders(struct chain_finder *f)
{
	for (size_t i = 0; i < f->reach.roots.nr; i++)
		add_holding_place(f, (uint32_t)i);
	for (oid o = 0; o < f->h->nr_objects; o++)
		if (reach_has(&f->reach, o) && !is_chain_target(f, o))
			add_holding_object(f, o);
	keep_best_holders(f);
}

static void make_chain_of(struct chain_finder *f, struct chain_holder *holder,
			  struct chain *ret)
{
	struct chain chain = { .steps = VEC_INIT, .nr_held = holder->nr };

	if (holder->from == OID_NONE) {
		chain.root = f->reach.roots.v[holder->edge];
		path_push(&chain.steps,
			  (struct step){ chain.root.object, PATH_START });
		holder->edge = UINT32_MAX;
	} else {
		oid from = holder->from;
		oid to = heap_edges(f->h, from).to[holder->edge];

		chain.root = *reach_path(&f->reach, from, &chain.steps);
		path_push(&chain.steps, (struct step){ to, holder->edge });
		holder->edge = next_edge_to_target(f, from, holder->edge + 1);
	}
	*ret = chain;
}

static void add_chain_of(struct chain_finder *f, struct chain_holder *holder)
{
	struct chain chain;

	make_chain_of(f, holder, &chain);
	chain_vec_push(&f->ret->v, chain);
}

/* The nearest to a root may be some threads' locals, with one each. */
static void add_holder_of_most(struct chain_finder *f, size_t nr_targets)
{
	if (!f->count || f->most.nr <= nr_targets / 2)
		return;
	for (size_t i = 0; i < f->holders.nr; i++)
		if (f->holders.v[i].from == f->most.from)
			return;
	make_chain_of(f, &f->most, &f->ret->most);
}

/* A chain of each holder in turn, until there are enough or no more. */
static void add_chains_in_turns(struct chain_finder *f)
{
	size_t before;

	do {
		before = f->ret->v.nr;
		for (size_t i = 0; i < f->holders.nr; i++)
			if (f->ret->v.nr < f->count &&
			    f->holders.v[i].edge != UINT32_MAX)
				add_chain_of(f, &f->holders.v[i]);
	} while (f->ret->v.nr > before && f->ret->v.nr < f->count);
}

static oid lowest_addressed(const struct heap *h, const oid *objects, size_t nr)
{
	oid lowest = objects[0];

	for (size_t i = 1; i < nr; i++)
		if (h->address[objects[i]] < h->address[lowest])
			lowest = objects[i];
	return lowest;
}

void chain_find(struct heap *h, const oid *targets, size_t nr,
		const struct chain_options *options, struct chains *ret)
{
	CLEANUP(freep) uint64_t *bits = bits_new(h->nr_objects);
	struct chain_finder f = {
		.h = h, .targets = bits, .count = options->count, .ret = ret
	};

	memset(ret, 0, sizeof(*ret));
	ret->example = OID_NONE;
	if (!nr)
		return;
	for (size_t i = 0; i < nr; i++)
		bits_set(bits, targets[i]);
	reach_build(h, bits, &f.reach);
	if (nr == 1)
		add_native_root(&f, targets[0]);
	find_chain_holders(&f);
	add_chains_in_turns(&f);
	add_holder_of_most(&f, nr);
	if (!ret->nr_holders) {
		ret->unreached = true;
		ret->example = lowest_addressed(h, targets, nr);
		referrers_build(h, ret->example, options->holders,
				&ret->holders);
		stray_find(h, &f.reach, ret->example, &ret->cycle,
			   &ret->from_cycle);
	}
	chain_holder_vec_release(&f.holders);
	reach_release(&f.reach);
}

void chain_release(struct chains *c)
{
	for (size_t i = 0; i < c->v.nr; i++)
		path_release(&c->v.v[i].steps);
	chain_vec_release(&c->v);
	path_release(&c->most.steps);
	path_release(&c->cycle);
	path_release(&c->from_cycle);
	referrers_release(&c->holders);
}
