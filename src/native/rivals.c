/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/search.h"
#include "native/rivals.h"

/* So many of the rivals are asked whom they hold on to. */
#define MAX_ASKED 16
/* References of one object that are looked at, in the first and in the second
 * step; and the objects that the second step begins at. */
#define MAX_FIRST 4096
#define MAX_SECOND 64
#define MAX_NEAR 64

static enum owner_kind kind_of(const struct rival *r)
{
	return (enum owner_kind)(r->who >> 32);
}

static int compare_claims(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Each rival once, in the order of `who`: objects come first. */
static void count_votes(struct rivals *r)
{
	struct u64_vec *v = &r->claims;

	qsort(v->v, v->nr, sizeof(*v->v), compare_claims);
	r->all.nr = 0;
	for (size_t i = 0; i < v->nr; i++) {
		if (!i || v->v[i] != v->v[i - 1])
			rival_vec_push(&r->all,
				       (struct rival){ .who = v->v[i] });
		r->all.v[r->all.nr - 1].votes++;
	}
	v->nr = 0;
}

/* What an object has is not a root's, even if one points to it too. */
static void drop_roots(struct rivals *r)
{
	size_t nr = r->all.nr;

	while (nr && kind_of(&r->all.v[nr - 1]) > OWNER_SHARED)
		nr--;
	if (nr)
		r->all.nr = nr;
}

static const struct rival *most_votes(const struct rivals *r)
{
	const struct rival *best = &r->all.v[0];

	for (size_t i = 1; i < r->all.nr; i++)
		if (r->all.v[i].votes > best->votes)
			best = &r->all.v[i];
	return best;
}

/* --- who holds on to whom ----------------------------------------------- */

static void note_held(struct rivals *r, oid to, uint32_t asked)
{
	uint64_t who = rival_of(OWNER_OBJECT, to);
	size_t i = SEARCH_FIRST(r->all.nr, at, r->all.v[at].who >= who);

	if (i < r->all.nr && r->all.v[i].who == who &&
	    r->all.v[i].asked != asked) {
		r->all.v[i].asked = asked;
		r->all.v[i].held++;
	}
}

static void ask_near(struct rivals *r, struct owners *o, oid from,
		     uint32_t max, uint32_t asked)
{
	struct heap_edges e = heap_edges(o->heap, from);
	uint32_t nr = MIN(e.nr, max);

	if (o->nr_steps < nr) {
		o->nr_steps = 0;
		return;
	}
	o->nr_steps -= nr;
	for (uint32_t i = 0; i < nr; i++)
		note_held(r, e.to[i], asked);
}

/* Rival `i` is the one that is asked for the `asked`th time, from 1 on. */
static void ask(struct rivals *r, struct owners *o, size_t i, uint32_t asked)
{
	oid from = (oid)r->all.v[i].who;
	struct heap_edges e;

	if (kind_of(&r->all.v[i]) != OWNER_OBJECT)
		return;
	/* That it reaches itself says nothing. */
	r->all.v[i].asked = asked;
	ask_near(r, o, from, MAX_FIRST, asked);
	e = heap_edges(o->heap, from);
	for (uint32_t k = 0; k < e.nr && k < MAX_NEAR; k++)
		ask_near(r, o, e.to[k], MAX_SECOND, asked);
}

/*
 * The one that most of the others hold on to: the base of a numpy view, the
 * document of lxml's elements.  NULL: none.
 */
static const struct rival *most_held(struct rivals *r, struct owners *o)
{
	size_t step = r->all.nr / MAX_ASKED + 1;
	const struct rival *best = NULL;
	uint32_t asked = 0, others;

	for (size_t i = 0; i < r->all.nr; i += step)
		ask(r, o, i, ++asked);
	for (size_t i = 0; i < r->all.nr; i++) {
		const struct rival *x = &r->all.v[i];

		if (x->held && (!best || x->held > best->held ||
				(x->held == best->held &&
				 x->votes > best->votes)))
			best = x;
	}
	if (!best)
		return NULL;
	/* Was it asked itself?  Then there was one other less. */
	others = asked - ((size_t)(best - r->all.v) % step == 0);
	return best->held * 2 > others ? best : NULL;
}

/* --- none of them ------------------------------------------------------- */

static oid label_of(const struct rivals *r, const struct owners *o)
{
	const struct rival *best = most_votes(r);

	return kind_of(best) == OWNER_SHARED ?
	       o->shared.v[(uint32_t)best->who].label : (oid)best->who;
}

/* Are the rivals the claimants of the last entry of o->shared? */
static bool is_last(const struct rivals *r, const struct owners *o)
{
	const struct owners_shared *s;

	if (!o->shared.nr)
		return false;
	s = &o->shared.v[o->shared.nr - 1];
	if (s->nr != r->all.nr)
		return false;
	for (uint32_t i = 0; i < s->nr; i++) {
		const struct owner *x = &o->claimants.v[s->first + i];

		if (rival_of(x->kind, x->id) != r->all.v[i].who)
			return false;
	}
	return true;
}

static struct owner share(const struct rivals *r, struct owners *o)
{
	struct owners_shared s = { .label = label_of(r, o),
				   .first = o->claimants.nr,
				   .nr = (uint32_t)r->all.nr };

	if (!is_last(r, o)) {
		for (size_t i = 0; i < r->all.nr; i++)
			owner_vec_push(&o->claimants, (struct owner){
				kind_of(&r->all.v[i]),
				(uint32_t)r->all.v[i].who });
		owners_shared_vec_push(&o->shared, s);
	}
	return (struct owner){ OWNER_SHARED, (uint32_t)o->shared.nr - 1 };
}

struct owner rivals_settle(struct rivals *r, struct owners *o)
{
	const struct rival *best;

	count_votes(r);
	drop_roots(r);
	best = &r->all.v[0];
	if (r->all.nr > 1)
		best = kind_of(best) > OWNER_SHARED ? most_votes(r) :
						      most_held(r, o);
	if (!best)
		return share(r, o);
	return (struct owner){ kind_of(best), (uint32_t)best->who };
}

void rivals_release(struct rivals *r)
{
	u64_vec_release(&r->claims);
	rival_vec_release(&r->all);
}
