/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accumulation points: holders, or many that are alike, on which much hangs.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/alike.h"
#include "analysis/graph/bits.h"
#include "analysis/suspects/find/suspects-growth.h"
#include "analysis/suspects/find/suspects-holders.h"
#include "analysis/suspects/find/suspects-kind.h"
#include "analysis/suspects/find/suspects-large.h"

/* If one child has so much of it, look at the child instead (as in MAT). */
#define DROP_PERCENT 70
/* If few objects hang on a holder, none may have more of the bytes ... */
#define FEW_LARGEST_PERCENT 20
/* ... and objects of one type must have so much: a leak repeats itself. */
#define FEW_OF_TYPE_PERCENT 50
/* Holders that are alike need so many entries each on average: nested data of a
 * library has many containers with few entries. */
#define ALIKE_MIN_ENTRIES 100

/*
 * What hangs on `o`.  What several entries share counts as well where it
 * repeats itself: one large object that all entries know is no accumulation.
 */
static struct fan_sum all_of(struct suspects *s, oid o)
{
	struct fan_sum ret = fan_of(&s->fan, o), shared;

	if (ret.nr < SUSPECTS_FEW)
		return ret;
	shared = fan_shared(&s->fan, o);
	if (shared.nr < SUSPECTS_FEW ||
	    shared.largest / FEW_LARGEST_PERCENT * 100 > shared.bytes)
		return ret;
	ret.objects += shared.objects;
	ret.bytes += shared.bytes;
	return ret;
}

static void add_holder(struct suspects *s, oid o, uint64_t key)
{
	int64_t length = suspect_entries(s->heap, o);
	struct fan_sum f = all_of(s, o);

	/* The length of a str is no number of entries. */
	if (!f.nr && heap_type_of(s->heap, o)->shape == SHAPE_NONE &&
	    suspects_large_may_be_other(s, o))
		length = 1;
	holder_vec_push(&s->holders, (struct holder){
		.key = key, .object = o, .objects = f.objects,
		.entries = length >= 0 ? (uint64_t)length : f.nr,
		.bytes = f.bytes + heap_bytes(s->heap, o) });
}

/* What is in the interpreter's table of interned strings is freed with its last
 * other holder, or never. */
static bool is_interned_table(const struct suspects *s, oid o)
{
	return s->heap->flags[o] & OBJECT_KEEPS_NOTHING;
}

/*
 * May `o` be an accumulation point?  It is if much hangs on it, or if it is
 * large itself: a list that holds one object very often.  It is not if one
 * child has nearly all that hangs on it.
 */
static bool may_accumulate(struct suspects *s, oid o, uint64_t least)
{
	if (!reach_has(&s->reach, o) || is_interned_table(s, o))
		return false;
	/* The shape counts where references could not be read. */
	if (heap_bytes(s->heap, o) * 4 >= least &&
	    (s->heap->edge_nr[o] >= SUSPECTS_FEW ||
	     heap_type_of(s->heap, o)->shape != SHAPE_NONE))
		return true;
	if (s->heap->edge_nr[o] >= SUSPECTS_FEW) {
		struct fan_sum f = fan_of(&s->fan, o);

		if (f.nr >= SUSPECTS_FEW &&
		    f.largest / DROP_PERCENT * 100 < f.bytes)
			return true;
	}
	return suspects_large_is_handful(s, o) || suspects_large_is_one(s, o);
}

/* Without older heaps, such an object is named if it is no suspect. */
static bool is_only_large(struct suspects *s, oid o)
{
	return reach_has(&s->reach, o) && !is_interned_table(s, o) &&
	       suspects_large_may_be_other(s, o);
}

static int compare_holders(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

static void sort_holders(struct holder_vec *v)
{
	if (v->nr)
		qsort(v->v, v->nr, sizeof(*v->v), compare_holders);
}

/* One that is a suspect by itself and has more than all others that are like
 * it stands alone. */
static void part_largest(struct suspects *s)
{
	struct holder_vec *v = &s->holders;

	for (size_t i = 0, next; i < v->nr; i = next) {
		uint64_t key = v->v[i].key, all = 0, most = 0;
		size_t largest = i;

		for (next = i; next < v->nr && v->v[next].key == key; next++) {
			uint64_t bytes = v->v[next].bytes;

			all += bytes;
			if (bytes <= most)
				continue;
			most = bytes;
			largest = next;
		}
		if (most > all / 2 && most >= suspect_threshold_always(s, 1))
			v->v[largest].key = v->v[largest].object;
	}
	sort_holders(v);
}

/* Those that are like no other have a key of their own.  So has one large
 * object: the entries of its holder are alike by nature; and so has what is
 * only large. */
static void find_accumulations(struct suspects *s)
{
	struct alike alike = ALIKE_INIT(s->heap, &s->reach);
	uint64_t least = suspect_least(s, 1);

	for (oid o = 0; o < s->heap->nr_objects; o++) {
		uint64_t key = 0;

		if (may_accumulate(s, o, least)) {
			if (!suspects_large_is_one(s, o))
				key = alike_key(&alike, o);
		} else if (!is_only_large(s, o)) {
			continue;
		}
		add_holder(s, o, key ? key | HOLDER_ALIKE : o);
	}
	sort_holders(&s->holders);
	part_largest(s);
}

static void make_holder_groups(struct suspects *s)
{
	const struct holder_vec *holders = &s->holders;
	struct holder_group_vec *ret = &s->groups;

	for (size_t i = 0; i < holders->nr; i++) {
		const struct holder *h = &holders->v[i];
		struct holder_group *g = ret->nr ? &ret->v[ret->nr - 1] : NULL;

		if (!g || g->key != h->key) {
			holder_group_vec_push(
				ret, (struct holder_group){
					.key = h->key, .first = i,
					.alike = h->key & HOLDER_ALIKE ?
						 h->key : 0 });
			g = &ret->v[ret->nr - 1];
		}
		g->nr++;
		g->entries += h->entries;
		g->objects += h->objects;
		g->bytes += h->bytes;
		if (h->bytes > g->largest_bytes) {
			g->largest = h->object;
			g->largest_bytes = h->bytes;
		}
	}
}

/* Of the bytes that hang on `o`, are most in children of one type? */
static bool is_uniform(struct suspects *s, oid o)
{
	const struct heap *h = s->heap;
	struct heap_edges edges = heap_edges(h, o);
	CLEANUP(freep) uint64_t *bytes = xcalloc(h->types.nr, sizeof(*bytes));
	struct fan_sum fan = fan_of(&s->fan, o);
	uint64_t most = 0;

	if (fan.largest / FEW_LARGEST_PERCENT * 100 > fan.bytes)
		return false;
	for (uint32_t i = 0; i < edges.nr; i++) {
		oid to = edges.to[i];
		uint32_t type = h->type[to];

		if (!fan_hangs_by(&s->fan, o, i, to))
			continue;
		bytes[type] += s->dominators.bytes[to];
		most = MAX(most, bytes[type]);
	}
	return most >= fan.bytes / 100 * FEW_OF_TYPE_PERCENT;
}

/* A module's names, a class's attributes. */
static bool is_holder_of_names(const struct suspects *s, oid o)
{
	const struct heap_type *type = heap_type_of(s->heap, o);

	if (type->flags & TYPE_IS_TYPE || type->kind == TYPE_KIND_MODULE)
		return true;
	for (size_t i = 0; i < s->reach.namespaces.nr; i++)
		if (s->reach.namespaces.v[i].object == o)
			return true;
	return false;
}

static bool is_group_suspect(struct suspects *s, const struct holder_group *g)
{
	const struct suspects_options *o = &s->options;
	/* Nested data of a library has many containers that are alike. */
	uint64_t least = s->nr_older || g->nr == 1 ? suspect_least(s, 1) :
			 suspect_threshold(s, 1);

	if (g->bytes < least ||
	    (g->nr == 1 && suspects_large_is_fixed(s, g->largest)))
		return false;
	if (g->entries >= o->min_entries &&
	    (g->nr == 1 || g->entries / g->nr >= ALIKE_MIN_ENTRIES) &&
	    MAX(g->objects, g->entries) >= o->min_objects) {
		if (is_holder_of_names(s, g->largest))
			return is_uniform(s, g->largest);
		return s->nr_older || g->bytes >= suspect_threshold(s, 1) ||
		       !suspects_large_is_table(s, g->largest);
	}
	if (g->is_large ||
	    (g->nr == 1 && suspects_large_is_handful(s, g->largest)))
		return true;
	if (!s->nr_older && g->nr == 1 &&
	    suspects_large_is_runtime(s, g->largest))
		return true;
	return g->entries >= SUSPECTS_FEW &&
	       g->bytes >= suspect_least(s, SUSPECTS_MUCH) &&
	       !is_holder_of_names(s, g->largest) && is_uniform(s, g->largest);
}

/* Put in what hangs on `holder`. */
static void put_fan(struct suspects *s, struct suspect *suspect, oid holder)
{
	struct heap_edges edges = heap_edges(s->heap, holder);

	for (uint32_t i = 0; i < edges.nr; i++) {
		oid o = edges.to[i];

		if (fan_hangs_by(&s->fan, holder, i, o))
			suspect_put_retained(s, suspect, o);
	}
}

static struct suspect holder_suspect(struct suspects *s,
				     const struct holder_group *g)
{
	return (struct suspect){
		.kind = g->is_large ? SUSPECT_LARGE : SUSPECT_CONTAINER,
		.object = g->largest,
		.via = OID_NONE,
		.nr_alike = g->nr - 1,
		.entries = g->entries,
		.entries_now = s->nr_compared ? g->entries_now : -1,
		.entry_type = UINT32_MAX,
		.group = UINT32_MAX,
		.rank = g->entries / g->nr,
		.bounded = suspects_kind_is_bounded(s, g->largest, g->nr),
	};
}

static void add_holder_group(struct suspects *s, size_t group)
{
	const struct holder_group *g = &s->groups.v[group];
	struct suspect *suspect = suspect_add(s, SUSPECT_CONTAINER, 0);
	uint64_t *members = suspect->members;

	*suspect = holder_suspect(s, g);
	suspect->group = (uint32_t)group;
	suspect->members = members;
	for (uint32_t i = 0; i < g->nr; i++) {
		oid o = s->holders.v[g->first + i].object;

		suspect_put(s, suspect, o);
		if (!bits_get(s->dominators.roots, o))
			suspect_put_retained(s, suspect, o);
		put_fan(s, suspect, o);
	}
}

static int compare_holder_groups(const void *a, const void *b)
{
	const struct holder_group *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* One object that is large because it has many entries, and that keeps more by
 * them than it takes itself, is called by its entries. */
static bool is_table(const struct suspects *s, const struct holder_group *g)
{
	return g->entries >= s->options.min_entries &&
	       fan_of(&s->fan, g->largest).bytes >=
		       heap_bytes(s->heap, g->largest);
}

void suspects_holders_find(struct suspects *s)
{
	size_t kept = 0;

	find_accumulations(s);
	make_holder_groups(s);
	for (size_t i = 0; i < s->groups.nr; i++) {
		struct holder_group *g = &s->groups.v[i];

		g->is_large = g->nr == 1 && !is_table(s, g) &&
			      suspects_large_is_one(s, g->largest);
		if (g->is_large)
			g->entries = 1;
		if (is_group_suspect(s, g))
			s->groups.v[kept++] = *g;
		else if (!s->nr_older && suspects_large_is_other(s, g))
			holder_group_vec_push(&s->others, *g);
	}
	s->groups.nr = kept;
	if (kept)
		qsort(s->groups.v, kept, sizeof(*s->groups.v),
		      compare_holder_groups);
	s->then = xcalloc(s->nr_older * kept + 1, sizeof(*s->then));
}

static bool holds_named_large(const struct suspects *s, oid o)
{
	for (size_t i = 0; i < s->large.nr; i++)
		if (dominators_retains(&s->dominators, s->large.v[i].object, o))
			return true;
	return false;
}

static void add_large(struct suspects *s, const struct holder_group *g)
{
	struct suspect suspect = holder_suspect(s, g);

	if (s->large.nr >= SUSPECTS_MAX_LARGE || suspect.bounded ||
	    holds_named_large(s, g->largest))
		return;
	suspect.objects = g->objects + g->nr;
	suspect.bytes = g->bytes;
	suspect_vec_push(&s->large, suspect);
}

/* Is it a part of a suspect, or does it hold one? */
static bool is_about_suspect(const struct suspects *s, oid o)
{
	for (size_t i = 0; i < s->v.nr; i++) {
		oid object = s->v.v[i].object;

		if (bits_get(s->v.v[i].members, o) ||
		    (object != OID_NONE && reach_has(&s->reach, object) &&
		     dominators_retains(&s->dominators, o, object)))
			return true;
	}
	return false;
}

void suspects_holders_add_others(struct suspects *s)
{
	if (s->others.nr)
		qsort(s->others.v, s->others.nr, sizeof(*s->others.v),
		      compare_holder_groups);
	for (size_t i = 0; i < s->others.nr; i++)
		if (!is_about_suspect(s, s->others.v[i].largest))
			add_large(s, &s->others.v[i]);
}

void suspects_holders_add(struct suspects *s)
{
	/* Each takes memory by the heap's size. */
	for (size_t i = 0; i < s->groups.nr && s->v.nr < SUSPECTS_MAX; i++)
		if (suspects_growth_has(s, i))
			add_holder_group(s, i);
		else if (suspects_growth_bytes(s, i, 0) <
				 suspect_least_growth(s) &&
			 s->groups.v[i].bytes >=
				 suspect_threshold_always(s, SUSPECTS_MUCH))
			add_large(s, &s->groups.v[i]);
}
