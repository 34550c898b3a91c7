/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A component that has an owner keeps it.  Each rule gives owners to some that
 * have none, in three ways: by the claims of one source and strength; by edges
 * to starts, along which an owner is handed on at once, for everything that
 * can be reached; by edges to the inside, round by round, and in the end by
 * doubtful ones in the same way.  What a round looks at is what the round
 * before has given an owner, so that each edge is followed once.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "native/owners-decide.h"
#include "native/owners-open.h"
#include "native/owners-scc.h"
#include "native/rivals.h"

struct deciding {
	struct owners *o;
	/* Turned around. */
	const struct owners_edges *start, *interior, *doubtful, *doubted;
	struct rivals rivals;
	struct u64_vec doubts;	/* claims that do not count beside others */
	uint8_t *mark;		/* by component: it is in a list */
	uint8_t *kept;		/* by component: a library points to the start
				   (rule 3); NULL: does not matter now */
	struct u32_vec fresh;	/* have an owner; edges to starts are to be
				   followed */
	struct u32_vec owned;	/* have an owner; edges to the inside are */
	struct u32_vec doubting; /* have an owner; doubtful edges are */
	struct u32_vec reached;	/* marked, without an owner so far */
};

static bool is_open(const struct deciding *d, uint32_t component)
{
	return d->o->kind[component] == OWNER_NOBODY && !d->mark[component] &&
	       !(d->kept && d->kept[component]);
}

/* Most components have one claimant. */
static bool agree(const struct u64_vec *claims)
{
	for (size_t i = 1; i < claims->nr; i++)
		if (claims->v[i] != claims->v[0])
			return false;
	return true;
}

/* d->rivals has all who claim the component. */
static void settle(struct deciding *d, uint32_t component)
{
	struct u64_vec *claims = &d->rivals.claims;
	struct owner w;

	if (!claims->nr)
		return;
	if (agree(claims)) {
		w = (struct owner){ (enum owner_kind)(claims->v[0] >> 32),
				    (uint32_t)claims->v[0] };
		claims->nr = 0;
	} else {
		w = rivals_settle(&d->rivals, d->o);
	}
	d->o->kind[component] = (uint8_t)w.kind;
	d->o->id[component] = w.id;
	u32_vec_push(&d->fresh, component);
}

/* --- claims ------------------------------------------------------------- */

/* Claims, by component. */
struct by_component {
	uint32_t *first;
	uint32_t *claimant;
};

static void sort_claims(const struct owners *o,
			const struct owners_claim_vec *v,
			struct by_component *ret)
{
	uint32_t nr = o->nr_components;
	uint32_t *first = xcalloc((size_t)nr + 2, sizeof(*first));

	ret->claimant = xmalloc((v->nr + 1) * sizeof(*ret->claimant));
	/* One further on: when all is sorted, first[c] is where `c` begins. */
	for (size_t i = 0; i < v->nr; i++)
		first[v->v[i].node + 2]++;
	for (uint32_t c = 0; c < nr; c++)
		first[c + 2] += first[c + 1];
	for (size_t i = 0; i < v->nr; i++)
		ret->claimant[first[v->v[i].node + 1]++] = v->v[i].claimant;
	ret->first = first;
}

static uint64_t claimant_of(enum owners_source source, uint32_t id)
{
	if (source == SOURCE_OBJECT)
		return rival_of(OWNER_OBJECT, id);
	if (source == SOURCE_STACK)
		return rival_of(OWNER_STACK, id);
	return id == OWNERS_PYTHON ? rival_of(OWNER_PYTHON, 0) :
				     rival_of(OWNER_LIBRARY, id);
}

static void apply_claims(struct deciding *d, enum owners_source source,
			 enum claim_strength strength)
{
	const struct owners_claim_vec *v = &d->o->claims[source][strength];
	struct by_component by;

	if (!v->nr)
		return;
	sort_claims(d->o, v, &by);
	for (uint32_t c = 0; c < d->o->nr_components; c++) {
		if (by.first[c] == by.first[c + 1] || !is_open(d, c))
			continue;
		for (uint32_t i = by.first[c]; i < by.first[c + 1]; i++)
			u64_vec_push(&d->rivals.claims,
				     claimant_of(source, by.claimant[i]));
		settle(d, c);
	}
	free(by.first);
	free(by.claimant);
}

/* --- edges -------------------------------------------------------------- */

/* Mark what `component` has edges to and what has no owner. */
static void reach(struct deciding *d, const struct owners_edges *e,
		  uint32_t component)
{
	for (uint32_t i = e->first[component]; i < e->first[component + 1];
	     i++) {
		uint32_t to = e->to.v[i];

		if (!is_open(d, to))
			continue;
		d->mark[to] = 1;
		u32_vec_push(&d->reached, to);
	}
}

/* The owners of those that have edges to the component. */
static void claims_by_edges(const struct deciding *d,
			    const struct owners_edges *in, uint32_t component,
			    struct u64_vec *ret)
{
	for (uint32_t i = in->first[component]; i < in->first[component + 1];
	     i++) {
		uint32_t from = in->to.v[i];

		if (d->o->kind[from] != OWNER_NOBODY)
			u64_vec_push(ret, rival_of(d->o->kind[from],
						   d->o->id[from]));
	}
}

static int compare_claims(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Rule 7: of d->rivals.claims, which are by edges to the start of `component`,
 * leave those that are not doubted, if there are some. */
static void drop_doubted(struct deciding *d, uint32_t component)
{
	struct u64_vec *all = &d->rivals.claims, *doubts = &d->doubts;
	size_t nr = 0, k = 0;

	doubts->nr = 0;
	claims_by_edges(d, d->doubted, component, doubts);
	if (!doubts->nr || doubts->nr >= all->nr)
		return;
	qsort(all->v, all->nr, sizeof(*all->v), compare_claims);
	qsort(doubts->v, doubts->nr, sizeof(*doubts->v), compare_claims);
	/* All that are doubted are among them. */
	for (size_t i = 0; i < all->nr; i++)
		if (k < doubts->nr && doubts->v[k] == all->v[i])
			k++;
		else
			all->v[nr++] = all->v[i];
	all->nr = nr;
}

/* The owners of those that have edges to the component claim it. */
static void settle_by_edges(struct deciding *d, const struct owners_edges *in,
			    uint32_t component)
{
	claims_by_edges(d, in, component, &d->rivals.claims);
	if (in == d->start && !agree(&d->rivals.claims))
		drop_doubted(d, component);
	settle(d, component);
}

static int compare_down(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x < y) - (x > y);
}

/* From higher numbers to lower ones: each is behind all that point to it. */
static void sort_reached(struct deciding *d)
{
	struct u32_vec *v = &d->reached;
	size_t nr = v->nr;

	if (nr < d->o->nr_components / 16) {
		qsort(v->v, nr, sizeof(*v->v), compare_down);
		return;
	}
	v->nr = 0;
	for (uint32_t c = d->o->nr_components; c-- > 0;)
		if (d->mark[c])
			v->v[v->nr++] = c;
}

/* Hand owners on along edges to starts, as far as they lead. */
static void follow_starts(struct deciding *d)
{
	for (size_t i = 0; i < d->fresh.nr; i++)
		reach(d, &d->o->edges[LINK_START], d->fresh.v[i]);
	for (size_t i = 0; i < d->reached.nr; i++)
		reach(d, &d->o->edges[LINK_START], d->reached.v[i]);
	if (d->reached.nr)
		sort_reached(d);
	for (size_t i = 0; i < d->reached.nr; i++) {
		d->mark[d->reached.v[i]] = 0;
		settle_by_edges(d, d->start, d->reached.v[i]);
	}
	d->reached.nr = 0;
	for (size_t i = 0; i < d->fresh.nr; i++) {
		u32_vec_push(&d->owned, d->fresh.v[i]);
		u32_vec_push(&d->doubting, d->fresh.v[i]);
	}
	d->fresh.nr = 0;
}

/* Hand owners on along one step of the edges from the components of `from`,
 * which is empty then; `in` are these edges turned around. */
static void follow_step(struct deciding *d, const struct owners_edges *out,
			const struct owners_edges *in, struct u32_vec *from)
{
	for (size_t i = 0; i < from->nr; i++)
		reach(d, out, from->v[i]);
	from->nr = 0;
	for (size_t i = 0; i < d->reached.nr; i++) {
		d->mark[d->reached.v[i]] = 0;
		settle_by_edges(d, in, d->reached.v[i]);
	}
	d->reached.nr = 0;
	follow_starts(d);
}

/* And along edges to the inside. */
static void follow_all(struct deciding *d)
{
	follow_starts(d);
	while (d->owned.nr)
		follow_step(d, &d->o->edges[LINK_INTERIOR], d->interior,
			    &d->owned);
}

/* And along doubtful edges. */
static void follow_doubtful(struct deciding *d)
{
	follow_all(d);
	while (d->doubting.nr) {
		follow_step(d, &d->o->edges[LINK_DOUBTFUL], d->doubtful,
			    &d->doubting);
		follow_all(d);
	}
}

/* --- the rules ---------------------------------------------------------- */

/* Rule 3: to what a library's pointer to the start leads. */
static uint8_t *kept_for_libraries(const struct owners *o)
{
	const struct owners_claim_vec *v = &o->claims[SOURCE_ROOT][CLAIM_START];
	uint8_t *kept = xcalloc((size_t)o->nr_components + 1, 1);

	for (size_t i = 0; i < v->nr; i++)
		kept[v->v[i].node] = 1;
	return kept;
}

static void apply_source(struct deciding *d, enum owners_source source)
{
	apply_claims(d, source, CLAIM_START);
	follow_starts(d);
	apply_claims(d, source, CLAIM_INTERIOR);
	follow_all(d);
}

/* `in`: the edges of `o` turned around: those to starts, those to the inside,
 * the doubtful and the doubted ones. */
static void apply_rules(struct owners *o, const struct owners_edges *in)
{
	struct deciding d = {
		.o = o,
		.start = &in[LINK_START],
		.interior = &in[LINK_INTERIOR],
		.doubtful = &in[LINK_DOUBTFUL],
		.doubted = &in[LINK_DOUBTED],
	};

	d.mark = xcalloc((size_t)o->nr_components + 1, 1);
	apply_claims(&d, SOURCE_ROOT, CLAIM_FIELD);
	apply_claims(&d, SOURCE_OBJECT, CLAIM_FIELD);
	apply_claims(&d, SOURCE_OBJECT, CLAIM_START);
	follow_starts(&d);
	d.kept = kept_for_libraries(o);
	apply_claims(&d, SOURCE_OBJECT, CLAIM_INTERIOR);
	follow_all(&d);
	free(d.kept);
	d.kept = NULL;
	apply_source(&d, SOURCE_ROOT);
	apply_source(&d, SOURCE_STACK);
	follow_doubtful(&d);
	apply_claims(&d, SOURCE_OBJECT, CLAIM_DOUBTFUL);
	follow_doubtful(&d);
	rivals_release(&d.rivals);
	u32_vec_release(&d.fresh);
	u32_vec_release(&d.owned);
	u32_vec_release(&d.doubting);
	u64_vec_release(&d.doubts);
	u32_vec_release(&d.reached);
	free(d.mark);
}

/* --- edges of components ------------------------------------------------ */

/* counts[i + 1] are numbers: make them the sum of those before. */
static void add_up(uint32_t *counts, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		counts[i + 1] += counts[i];
}

/* After counting sort first[i] is where the items of i end, which is where
 * those of i + 1 begin. */
static void move_back(uint32_t *first, uint32_t nr)
{
	memmove(first + 1, first, (size_t)nr * sizeof(*first));
	first[0] = 0;
}

typedef void edge_fn(struct owners_edges *ret, uint32_t from, uint32_t to);

static void count_edge(struct owners_edges *ret, uint32_t from, uint32_t to)
{
	(void)to;
	ret->first[from + 1]++;
}

static void put_edge(struct owners_edges *ret, uint32_t from, uint32_t to)
{
	ret->to.v[ret->first[from]++] = to;
}

static void each_edge_of_nodes(const struct owners *o,
			       const struct owners_edges *e, edge_fn *fn,
			       struct owners_edges *ret)
{
	for (uint32_t n = 0; n < o->nr_open; n++)
		for (uint32_t i = e->first[n]; i < e->first[n + 1]; i++) {
			uint32_t from = o->component[n];
			uint32_t to = o->component[e->to.v[i]];

			if (from != to)
				fn(ret, from, to);
		}
}

/* The edges of nodes become those of components. */
static void lift_edges(const struct owners *o, struct owners_edges *e)
{
	struct owners_edges ret;

	owners_edges_init(&ret, o->nr_components);
	each_edge_of_nodes(o, e, count_edge, &ret);
	add_up(ret.first, o->nr_components);
	u32_vec_resize(&ret.to, ret.first[o->nr_components]);
	each_edge_of_nodes(o, e, put_edge, &ret);
	move_back(ret.first, o->nr_components);
	owners_edges_release(e);
	*e = ret;
}

/* The edges of components, turned around. */
static void turn_edges(uint32_t nr, const struct owners_edges *e,
		       struct owners_edges *ret)
{
	owners_edges_init(ret, nr);
	for (size_t i = 0; i < e->to.nr; i++)
		ret->first[e->to.v[i] + 1]++;
	add_up(ret->first, nr);
	u32_vec_resize(&ret->to, e->to.nr);
	for (uint32_t c = 0; c < nr; c++)
		for (uint32_t i = e->first[c]; i < e->first[c + 1]; i++)
			put_edge(ret, e->to.v[i], c);
	move_back(ret->first, nr);
}

/* The claims of nodes become those of components, in their order. */
static void lift_claims(const struct owners *o, struct owners_claim_vec *v)
{
	for (size_t i = 0; i < v->nr; i++)
		v->v[i].node = o->component[v->v[i].node];
}

void owners_decide(struct owners *o)
{
	struct owners_edges in[NR_OWNERS_LINK_KINDS];

	owners_open(o);
	owners_scc(o);
	for (int i = 0; i < NR_OWNERS_LINK_KINDS; i++) {
		lift_edges(o, &o->edges[i]);
		turn_edges(o->nr_components, &o->edges[i], &in[i]);
	}
	for (int i = 0; i < NR_OWNERS_SOURCES; i++)
		for (int k = 0; k < NR_CLAIM_STRENGTHS; k++)
			lift_claims(o, &o->claims[i][k]);
	o->kind = xcalloc((size_t)o->nr_components + 1, sizeof(*o->kind));
	o->id = xcalloc((size_t)o->nr_components + 1, sizeof(*o->id));
	apply_rules(o, in);
	for (int i = 0; i < NR_OWNERS_LINK_KINDS; i++) {
		owners_edges_release(&in[i]);
		owners_edges_release(&o->edges[i]);
	}
	owners_release_claims(o);
	if (o->nr_dropped)
		log_info("memory: %" PRIu64 " pointers to raw blocks are left "
			 "out: there are too many", o->nr_dropped);
	if (!o->nr_steps)
		log_info("memory: too many objects claim the same raw blocks; "
			 "some are shared that have an owner");
}
