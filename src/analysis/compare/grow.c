/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/alike.h"
#include "analysis/compare/grow-name.h"
#include "analysis/compare/grow.h"
#include "analysis/compare/place.h"
#include "analysis/graph/bits.h"

/* Look at so many more holders than asked for, as some rows are split or
 * dropped later. */
#define RANKED_MIN 64
/* An attribute gets a row of its own if it has one part in SHARE of what its
 * holder gained. */
#define SHARE 5

/* ALIKE_MIN holders or more that are alike are one row; ALIKE_MIN_ENTRIES if
 * they are entries of a container, whose keys tell them apart.  Only the first
 * ALIKE_MAX_CANDIDATES candidates are compared. */
#define ALIKE_MIN 3
#define ALIKE_MIN_ENTRIES 10
#define ALIKE_MAX_CANDIDATES 200000

/*
 * One heap.  An object that only this heap has is fresh.  Its top is its
 * farthest ancestor on the shortest reference chain such that all objects from
 * there on are fresh; that may be the object itself.
 */
struct grow_side {
	struct heap *h;
	const struct reach *reach;
	const oid *other;	/* in the other heap; OID_NONE: fresh */
	const bool *types;
	oid *top;		/* of fresh objects: see find_top() */
	struct tally *sum;	/* of tops: the objects whose top it is */
	struct tally unreached;
};

struct candidate {
	oid object;		/* of new */
	int64_t key, other_key;
};
VEC_DEFINE(candidate_vec, struct candidate);

struct grower {
	struct grow_side old, new;
	struct tally *came, *went;	/* by stayed holder in new */
	const struct growth_options *options;
	struct grow *g;
};

/* --- fresh objects and their tops --- */

static bool is_fresh(const struct grow_side *s, oid o)
{
	return s->other[o] == OID_NONE;
}

/* Is the fresh object `o` its own top? */
static bool is_top(const struct grow_side *s, oid o)
{
	oid parent = s->reach->parent[o];

	return parent == OID_NONE || !is_fresh(s, parent);
}

/* Linear over all calls: an object is passed at most twice until it has its
 * top. */
static oid find_top(const struct grow_side *s, oid o)
{
	oid top = o;

	while (s->top[top] == OID_NONE && !is_top(s, top))
		top = s->reach->parent[top];
	if (s->top[top] != OID_NONE)
		top = s->top[top];
	for (; s->top[o] == OID_NONE; o = s->reach->parent[o]) {
		s->top[o] = top;
		if (o == top)
			break;
	}
	return top;
}

static void sum_fresh(struct grow_side *s)
{
	const struct heap *h = s->h;

	s->top = xreallocarray(NULL, h->nr_objects, sizeof(*s->top));
	memset(s->top, 0xff, h->nr_objects * sizeof(*s->top));
	s->sum = xcalloc(h->nr_objects, sizeof(*s->sum));
	for (oid o = 0; o < h->nr_objects; o++) {
		if (!is_fresh(s, o) || (s->types && !s->types[h->type[o]]))
			continue;
		if (!reach_has(s->reach, o))
			tally_add(&s->unreached, heap_bytes(h, o));
		else
			tally_add(&s->sum[find_top(s, o)], heap_bytes(h, o));
	}
}

/* --- what each holder gained --- */

static oid holder_of_top(const struct grow_side *s, oid top)
{
	return s->reach->parent[top];
}

static void sum_holders(struct grower *g)
{
	const struct grow_side *new = &g->new, *old = &g->old;

	g->came = xcalloc(new->h->nr_objects, sizeof(*g->came));
	g->went = xcalloc(new->h->nr_objects, sizeof(*g->went));
	for (oid o = 0; o < new->h->nr_objects; o++)
		if (new->sum[o].nr && holder_of_top(new, o) != OID_NONE)
			tally_add_all(&g->came[holder_of_top(new, o)],
				      &new->sum[o]);
	for (oid o = 0; o < old->h->nr_objects; o++) {
		oid holder = old->sum[o].nr ? holder_of_top(old, o) : OID_NONE;

		if (holder != OID_NONE)
			tally_add_all(&g->went[old->other[holder]],
				      &old->sum[o]);
	}
}

/* Sizes in a hostile heap may have any sum: it goes round, as those of tallies
 * do. */
static int64_t sum_of(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t own_growth(const struct grower *g, oid o)
{
	oid old = g->new.other[o];

	if (g->options->types_new)
		return 0;
	return tally_growth(heap_bytes(g->old.h, old), heap_bytes(g->new.h, o));
}

static void add_candidate(const struct grower *g, oid o, int64_t objects,
			  int64_t bytes, struct candidate_vec *ret)
{
	struct candidate c = { o, bytes, objects };

	if (g->options->by_count) {
		c.key = objects;
		c.other_key = bytes;
	}
	if (c.key > 0)
		candidate_vec_push(ret, c);
}

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? 1 : -1;
	if (x->other_key != y->other_key)
		return x->other_key < y->other_key ? 1 : -1;
	return (x->object > y->object) - (x->object < y->object);
}

static void sort_candidates(struct candidate_vec *v)
{
	if (v->nr)
		qsort(v->v, v->nr, sizeof(*v->v), compare_candidates);
}

static bool is_root_place(const struct grow_side *s, oid o)
{
	return is_fresh(s, o) && s->sum[o].nr &&
	       holder_of_top(s, o) == OID_NONE;
}

/*
 * By growth; or by what came alone, as a namespace may have an attribute that
 * grew and another that shrank.
 */
static void find_candidates(const struct grower *g, bool net,
			    struct candidate_vec *ret)
{
	const struct grow_side *s = &g->new;

	for (oid o = 0; o < s->h->nr_objects; o++) {
		if (!reach_has(s->reach, o))
			continue;
		if (is_root_place(s, o))
			add_candidate(g, o, (int64_t)s->sum[o].nr,
				      (int64_t)s->sum[o].bytes, ret);
		else if (!is_fresh(s, o) && net)
			add_candidate(g, o, tally_growth(g->went[o].nr,
							 g->came[o].nr),
				      sum_of(tally_growth(g->went[o].bytes,
							  g->came[o].bytes),
					     own_growth(g, o)), ret);
		else if (!is_fresh(s, o))
			add_candidate(g, o, (int64_t)g->came[o].nr,
				      (int64_t)g->came[o].bytes, ret);
	}
	sort_candidates(ret);
}

/* --- names and numbers of those that are listed --- */

static void set_growth(const struct grower *g, struct growth *row)
{
	row->objects = tally_growth(row->went.nr, row->came.nr);
	row->bytes = tally_growth(row->went.bytes, row->came.bytes);
	if (!row->is_place && row->old != OID_NONE)
		row->bytes = sum_of(row->bytes, own_growth(g, row->object));
	row->entries = growth_entries(g->new.h, row->object);
	row->old_entries = growth_entries(g->old.h, row->old);
}

/* What went of what `old`, in the old heap, held, and itself if it is gone. */
static struct tally went_with(const struct grower *g, oid old)
{
	static const struct tally none = { 0, 0 };
	const struct grow_side *s = &g->old;

	if (old == OID_NONE || !reach_has(s->reach, old))
		return none;
	if (!is_fresh(s, old))
		return g->went[s->other[old]];
	return is_top(s, old) ? s->sum[old] : none;
}

/* A place that a root holds itself. */
static void add_root_place(const struct grower *g, oid top,
			   struct growth_vec *ret)
{
	struct growth row = { .object = top, .is_place = true };

	row.came = g->new.sum[top];
	row.old = place_find(g->new.h, g->new.reach, top, g->old.h);
	row.went = went_with(g, row.old);
	set_growth(g, &row);
	growth_vec_push(ret, row);
}

/*
 * If `o` is an attribute of an object that stayed, or the like, and no entry
 * of a container: what was this attribute in the old heap (OID_NONE: it is
 * new).  Else false.
 */
static bool find_attribute(const struct grower *g, oid o, oid *ret)
{
	CLEANUP(edge_name_release) struct edge_name name, of_holder = { 0 };
	oid holder = g->new.reach->parent[o], old;
	uint32_t edge;

	place_last_edge(g->new.h, g->new.reach, o, &name);
	if (holder == OID_NONE || is_fresh(&g->new, holder))
		return false;
	if (!edge_is_attribute(&name)) {
		place_last_edge(g->new.h, g->new.reach, holder, &of_holder);
		if (!edge_is_item(&name) || of_holder.kind != EDGE_DICT)
			return false;
	}
	old = g->new.other[holder];
	edge = place_edge(g->old.h, old, &name);
	*ret = edge == UINT32_MAX ? OID_NONE :
	       heap_edges(g->old.h, old).to[edge];
	return true;
}

/* The attribute `top`, if it is one: apart from the rest. */
static void split_one(const struct grower *g, oid top, struct growth *rest,
		      struct growth_vec *ret)
{
	struct growth row = { .object = top, .is_place = true };

	if (!find_attribute(g, top, &row.old))
		return;
	row.came = g->new.sum[top];
	row.went = went_with(g, row.old);
	set_growth(g, &row);
	rest->came.nr -= row.came.nr;
	rest->came.bytes -= row.came.bytes;
	/* `rest` has what went only if the same holder held it. */
	if (row.old != OID_NONE && is_fresh(&g->old, row.old) &&
	    holder_of_top(&g->old, row.old) == rest->old) {
		rest->went.nr -= row.went.nr;
		rest->went.bytes -= row.went.bytes;
	}
	growth_vec_push(ret, row);
}

/*
 * What seems to have stayed may be another object at its address (see
 * match.h): if something else was this attribute before, that was replaced.
 */
static void correct_old(const struct grower *g, struct growth *row)
{
	oid old;

	if (!find_attribute(g, row->object, &old) || old == OID_NONE ||
	    old == row->old)
		return;
	row->old = old;
	row->is_place = true;
	row->went = went_with(g, old);
}

static bool is_large_share(const struct tally *part, const struct tally *all)
{
	return part->nr >= (all->nr + SHARE - 1) / SHARE ||
	       part->bytes >= (all->bytes + SHARE - 1) / SHARE;
}

static void list_holder(const struct grower *g, oid holder,
			struct growth_vec *ret)
{
	const struct grow_side *s = &g->new;
	struct heap_edges edges = heap_edges(s->h, holder);
	struct growth rest = { .object = holder, .old = s->other[holder],
			       .came = g->came[holder],
			       .went = g->went[holder] };

	for (uint32_t i = 0; i < edges.nr; i++) {
		oid top = edges.to[i];

		if (!is_fresh(s, top) || holder_of_top(s, top) != holder ||
		    s->reach->edge[top] != i || !s->sum[top].nr)
			continue;
		if (is_large_share(&s->sum[top], &g->came[holder]))
			split_one(g, top, &rest, ret);
	}
	correct_old(g, &rest);
	set_growth(g, &rest);
	growth_vec_push(ret, rest);
}

/* --- holders that are alike --- */

struct keyed {
	uint64_t key;
	uint32_t rank;		/* index in the candidates */
};

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->rank > y->rank) - (x->rank < y->rank);
}

static struct growth sum_alike(const struct grower *g,
			       const struct candidate_vec *found,
			       const struct keyed *keyed, size_t nr,
			       uint64_t *done)
{
	const uint32_t *distance = g->new.reach->distance;
	struct growth row = { .object = found->v[keyed[0].rank].object,
			      .nr_alike = (uint32_t)nr - 1 };
	int64_t own = 0;

	for (size_t i = 0; i < nr; i++) {
		oid o = found->v[keyed[i].rank].object;

		/* The holder with the shortest chain stands for all; of several
		 * with equal chains the one that grew most. */
		if (distance[o] < distance[row.object])
			row.object = o;
		tally_add_all(&row.came, &g->came[o]);
		tally_add_all(&row.went, &g->went[o]);
		own = sum_of(own, own_growth(g, o));
		bits_set(done, o);
	}
	row.old = g->new.other[row.object];
	set_growth(g, &row);
	/* Of all, not only its own. */
	row.bytes = sum_of(tally_growth(row.went.bytes, row.came.bytes), own);
	return row;
}

/* Is it an entry of a container, and no attribute? */
static bool is_entry(const struct grower *g, oid o)
{
	CLEANUP(edge_name_release) struct edge_name name, of_holder = { 0 };
	oid holder = g->new.reach->parent[o];

	place_last_edge(g->new.h, g->new.reach, o, &name);
	if (holder == OID_NONE || edge_is_attribute(&name))
		return false;
	place_last_edge(g->new.h, g->new.reach, holder, &of_holder);
	return of_holder.kind != EDGE_DICT;
}

static bool is_one_row(const struct grower *g, oid o, size_t nr)
{
	return nr >= ALIKE_MIN_ENTRIES ||
	       (nr >= ALIKE_MIN && !is_entry(g, o));
}

static void list_alike(struct grower *g, const struct candidate_vec *found,
		       uint64_t *done)
{
	size_t nr = MIN(found->nr, (size_t)ALIKE_MAX_CANDIDATES), end;
	CLEANUP(freep) struct keyed *keyed =
		xreallocarray(NULL, nr, sizeof(*keyed));
	struct alike alike = ALIKE_INIT(g->new.h, g->new.reach);

	for (size_t i = 0; i < nr; i++) {
		oid o = found->v[i].object;

		keyed[i].key = is_fresh(&g->new, o) ? 0 : alike_key(&alike, o);
		keyed[i].rank = (uint32_t)i;
	}
	if (nr)
		qsort(keyed, nr, sizeof(*keyed), compare_keyed);
	for (size_t i = 0; i < nr; i = end) {
		for (end = i + 1; end < nr && keyed[end].key == keyed[i].key;)
			end++;
		if (keyed[i].key &&
		    is_one_row(g, found->v[keyed[i].rank].object, end - i))
			growth_vec_push(&g->g->v, sum_alike(g, found,
							    keyed + i, end - i,
							    done));
	}
}

static void list_candidates(struct grower *g, bool net, uint64_t *done)
{
	CLEANUP(candidate_vec_release) struct candidate_vec found = VEC_INIT;
	size_t nr = g->options->limit + RANKED_MIN;

	find_candidates(g, net, &found);
	if (net)
		list_alike(g, &found, done);
	for (size_t i = 0; i < found.nr && nr; i++) {
		oid o = found.v[i].object;

		if (bits_get(done, o))
			continue;
		bits_set(done, o);
		nr--;
		if (is_fresh(&g->new, o))
			add_root_place(g, o, &g->g->v);
		else
			list_holder(g, o, &g->g->v);
	}
}

static void list_growth(struct grower *g)
{
	CLEANUP(freep) uint64_t *done = bits_new(g->new.h->nr_objects);

	list_candidates(g, true, done);
	list_candidates(g, false, done);
}

static void grow_within(struct heap *old, struct heap *new,
			const struct match *match,
			const struct growth_options *options,
			const struct reach *reach_old, struct grow *ret)
{
	struct grower g = {
		.old = { .h = old, .reach = reach_old, .other = match->new_of,
			 .types = options->types_old },
		.new = { .h = new, .reach = &ret->reach,
			 .other = match->old_of, .types = options->types_new },
		.options = options,
		.g = ret,
	};

	sum_fresh(&g.old);
	sum_fresh(&g.new);
	sum_holders(&g);
	ret->unreached = g.new.unreached;
	ret->old_unreached = g.old.unreached;
	list_growth(&g);
	free(g.came);
	free(g.went);
	free(g.old.top);
	free(g.old.sum);
	free(g.new.top);
	free(g.new.sum);
}

void grow_build(struct heap *old, struct heap *new, const struct match *match,
		const struct growth_options *options, struct grow *ret)
{
	struct reach reach_old;

	memset(ret, 0, sizeof(*ret));
	reach_build(old, NULL, &reach_old);
	reach_build(new, NULL, &ret->reach);
	if (match->same_process)
		grow_within(old, new, match, options, &reach_old, ret);
	else
		grow_name_find(old, new, options, &reach_old, &ret->reach,
			       &ret->v);
	growth_sort(options, &ret->v);
	reach_release(&reach_old);
}

void grow_release(struct grow *g)
{
	growth_vec_release(&g->v);
	reach_release(&g->reach);
	memset(g, 0, sizeof(*g));
}
