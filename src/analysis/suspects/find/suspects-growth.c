/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/alike.h"
#include "analysis/compare/place.h"
#include "analysis/graph/bits.h"
#include "analysis/suspects/find/suspects-growth.h"
#include "analysis/suspects/find/suspects-large.h"

/* If one holder below has so much of the growth, look at that one instead. */
#define INNER_PERCENT 70
/* Look for so many holders by their place: each takes a walk. */
#define MAX_PLACES 256
#define MAX_PLACES_ALIKE 16	/* of one group */
#define NOBODYS UINT32_MAX
#define UNKNOWN (UINT32_MAX - 1)

/* A holder of one of the two heaps, and its group. */
struct mark {
	oid object;
	uint32_t group;
	uint32_t distance;	/* of `object` from its root */
	uint32_t above;		/* the next mark up the chain, or NOBODYS */
	uint64_t bytes, grown;	/* of all that is below it */
};
VEC_DEFINE(mark_vec, struct mark);

struct side {
	struct heap *h;
	const struct reach *reach;
	const uint64_t *grown;	/* by object, or NULL */
	struct mark_vec marks;
	uint64_t *marked;	/* objects that have a mark */
};

static void side_init(struct side *side, struct heap *h,
		      const struct reach *reach, const uint64_t *grown)
{
	*side = (struct side){ .h = h, .reach = reach, .grown = grown,
			       .marks = VEC_INIT,
			       .marked = bits_new(h->nr_objects) };
}

static void side_release(struct side *side)
{
	mark_vec_release(&side->marks);
	free(side->marked);
}

/* The first mark of an object counts. */
static bool add_mark(struct side *side, oid o, uint32_t group)
{
	if (bits_get(side->marked, o) || !reach_has(side->reach, o))
		return false;
	bits_set(side->marked, o);
	mark_vec_push(&side->marks, (struct mark){
		.object = o, .group = group,
		.distance = side->reach->distance[o] });
	return true;
}

/* --- what is below each mark --- */

/* Deepest first. */
static int compare_marks(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->distance != y->distance)
		return x->distance > y->distance ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

/* The nearest mark on the chain to `o`; linear over all calls. */
static uint32_t find_mark(const struct side *side, uint32_t *of, oid o)
{
	uint32_t mark = NOBODYS;
	oid at = o;

	while (at != OID_NONE && of[at] == UNKNOWN)
		at = side->reach->parent[at];
	if (at != OID_NONE)
		mark = of[at];
	for (; o != at; o = side->reach->parent[o])
		of[o] = mark;
	return mark;
}

static void sum_marks(struct side *side)
{
	const struct heap *h = side->h;
	CLEANUP(freep) uint32_t *of = xreallocarray(NULL, h->nr_objects,
						    sizeof(*of));
	struct mark_vec *marks = &side->marks;

	if (!marks->nr)
		return;
	qsort(marks->v, marks->nr, sizeof(*marks->v), compare_marks);
	for (oid o = 0; o < h->nr_objects; o++)
		of[o] = UNKNOWN;
	for (size_t i = 0; i < marks->nr; i++)
		of[marks->v[i].object] = (uint32_t)i;
	for (oid o = 0; o < h->nr_objects; o++) {
		uint32_t mark = reach_has(side->reach, o) ?
				find_mark(side, of, o) : NOBODYS;

		if (mark == NOBODYS)
			continue;
		marks->v[mark].bytes += heap_bytes(h, o);
		if (side->grown)
			marks->v[mark].grown += side->grown[o];
	}
	for (size_t i = 0; i < marks->nr; i++) {
		struct mark *mark = &marks->v[i];
		oid parent = side->reach->parent[mark->object];

		mark->above = parent == OID_NONE ? NOBODYS :
			      find_mark(side, of, parent);
		if (mark->above == NOBODYS)
			continue;
		marks->v[mark->above].bytes += mark->bytes;
		marks->v[mark->above].grown += mark->grown;
	}
}

/* Is it below another one of its group, which counts it already? */
static bool is_counted(const struct side *side, const struct mark *mark)
{
	return mark->above != NOBODYS &&
	       side->marks.v[mark->above].group == mark->group;
}

/* --- the heap of now --- */

static void add_entries(struct heap *h, oid o, int64_t *sum)
{
	int64_t entries = suspect_entries(h, o);

	if (entries < 0)
		*sum = -1;
	else if (*sum >= 0 && *sum <= INT64_MAX - entries)
		*sum += entries;
}

static void note_now(struct suspects *s)
{
	struct side side;

	side_init(&side, s->heap, &s->reach, s->grown);
	for (size_t g = 0; g < s->groups.nr; g++) {
		struct holder_group *group = &s->groups.v[g];

		for (uint32_t i = 0; i < group->nr; i++) {
			oid o = s->holders.v[group->first + i].object;

			add_mark(&side, o, (uint32_t)g);
			add_entries(s->heap, o, &group->entries_now);
		}
		if (group->is_large)
			group->entries_now = -1;
	}
	sum_marks(&side);
	for (size_t i = 0; i < side.marks.nr; i++) {
		const struct mark *mark = &side.marks.v[i];
		struct holder_group *g = &s->groups.v[mark->group];

		if (is_counted(&side, mark))
			continue;
		g->bytes_now += mark->bytes;
		g->grown += mark->grown;
		if (mark->above == NOBODYS)
			continue;
		g = &s->groups.v[side.marks.v[mark->above].group];
		if (mark->grown > g->inner_grown) {
			g->inner_grown = mark->grown;
			g->inner = mark->group;
		}
	}
	side_release(&side);
}

/* --- an older heap --- */

struct group_key {
	uint64_t key;
	uint32_t group;
};

static int compare_group_keys(const void *a, const void *b)
{
	const struct group_key *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

/* Holders that were alike, and of which nothing is left but their like. */
static void mark_alike(const struct suspects *s, struct side *side)
{
	CLEANUP(freep) struct group_key *keys =
		xcalloc(s->groups.nr + 1, sizeof(*keys));
	struct alike alike = ALIKE_INIT(side->h, side->reach);
	size_t nr = 0;

	for (size_t g = 0; g < s->groups.nr; g++)
		if (s->groups.v[g].alike)
			keys[nr++] = (struct group_key){
				s->groups.v[g].alike, (uint32_t)g };
	if (!nr)
		return;
	qsort(keys, nr, sizeof(*keys), compare_group_keys);
	for (oid o = 0; o < side->h->nr_objects; o++) {
		struct group_key key = { 0, 0 }, *found;

		if (side->h->edge_nr[o] < SUSPECTS_FEW ||
		    !reach_has(side->reach, o) || bits_get(side->marked, o))
			continue;
		key.key = alike_key(&alike, o);
		if (!key.key)
			continue;
		key.key |= HOLDER_ALIKE;
		found = bsearch(&key, keys, nr, sizeof(*keys),
				compare_group_keys);
		if (found)
			add_mark(side, o, found->group);
	}
}

static void mark_then(struct suspects *s, const struct match *match,
		      struct side *side)
{
	uint32_t nr_places = 0;

	for (size_t g = 0; g < s->groups.nr; g++) {
		const struct holder_group *group = &s->groups.v[g];

		for (uint32_t i = 0; i < group->nr; i++) {
			oid o = s->holders.v[group->first + i].object;
			oid then = match->same_process ? match->old_of[o] :
							 OID_NONE;

			if (then == OID_NONE && i < MAX_PLACES_ALIKE &&
			    nr_places++ < MAX_PLACES)
				then = place_find(s->heap, &s->reach, o,
						  side->h);
			if (then != OID_NONE)
				add_mark(side, then, (uint32_t)g);
		}
	}
	if (match->same_process)
		mark_alike(s, side);
}

void suspects_growth_note(struct suspects *s, struct heap *older,
			  const struct match *match)
{
	struct group_then *then = s->then + s->nr_compared * s->groups.nr;
	struct reach reach;
	struct side side;

	if (!s->nr_compared)
		note_now(s);
	reach_build(older, NULL, &reach);
	side_init(&side, older, &reach, NULL);
	mark_then(s, match, &side);
	sum_marks(&side);
	for (size_t g = 0; g < s->groups.nr; g++)
		then[g].entries = -1;
	for (size_t i = 0; i < side.marks.nr; i++) {
		const struct mark *mark = &side.marks.v[i];
		struct group_then *t = &then[mark->group];

		if (!is_counted(&side, mark))
			t->bytes += mark->bytes;
		if (!t->found++)
			t->entries = 0;
		add_entries(older, mark->object, &t->entries);
		if (s->groups.v[mark->group].is_large)
			t->entries = -1;
	}
	side_release(&side);
	reach_release(&reach);
}

/* --- did it grow? --- */

uint64_t suspects_growth_bytes(const struct suspects *s, size_t group,
			       size_t older)
{
	const struct holder_group *g = &s->groups.v[group];
	uint64_t then = s->then[older * s->groups.nr + group].bytes;
	uint64_t bytes = g->bytes_now > then ? g->bytes_now - then : 0;

	return s->grown && !older ? MIN(bytes, g->grown) : bytes;
}

/* In entries, where they are known, else in bytes. */
static bool grew_in_each_step(const struct suspects *s, size_t group)
{
	const struct holder_group *g = &s->groups.v[group];
	bool by_entries = g->entries_now >= 0;
	int64_t last = -1, now = by_entries ? g->entries_now :
					      (int64_t)g->bytes_now;

	for (size_t i = 0; i < s->nr_compared; i++) {
		const struct group_then *t =
			&s->then[i * s->groups.nr + group];
		int64_t then = by_entries ? t->entries : (int64_t)t->bytes;

		if (then < last && t->found)
			return false;
		last = MAX(last, then);
	}
	return now > last;
}

/*
 * A plot has ten ticks instead of seven, and a function that runs works on a
 * large array: that is ordinary.  So a few entries must have become twice as
 * much, or more by options.min_large; and one large object that a function
 * holds must be one that it had, or that was at its place.
 */
static bool is_ordinary(const struct suspects *s, size_t group)
{
	const struct holder_group *g = &s->groups.v[group];
	const struct group_then *then = &s->then[group];

	if (g->is_large)
		return !then->found &&
		       suspects_large_is_in_work(s, g->largest);
	return g->entries < s->options.min_entries &&
	       g->bytes_now - MIN(g->bytes_now, then->bytes) <
		       MIN(then->bytes, s->options.min_large);
}

static bool has(const struct suspects *s, size_t group)
{
	return grew_in_each_step(s, group) && !is_ordinary(s, group) &&
	       suspects_growth_bytes(s, group, 0) >= suspect_least_growth(s);
}

/* --- imports --- */

/* Steps from a module to what it has read or made when it was imported. */
#define IMPORT_STEPS 16

/* Was the module that holds `o` imported since the oldest heap? */
static bool is_of_import(const struct suspects *s, oid o)
{
	const struct reach *r = &s->reach;

	for (int i = 0; i < IMPORT_STEPS; i++) {
		if (r->parent[o] == OID_NONE)
			return bits_get(s->came, o) &&
			       r->roots.v[r->edge[o]].kind == ROOT_MODULE;
		o = r->parent[o];
	}
	return false;
}

/*
 * A module brings its tables when it is imported, all at once: nothing says
 * that they grow.  So they take as much as without older heaps.
 */
static bool is_import(const struct suspects *s, const struct holder_group *g)
{
	uint64_t many = s->options.min_entries * SUSPECTS_OLDER_LOWER;
	uint64_t least = suspect_threshold_always(
		s, g->entries >= many ? 1 : SUSPECTS_MUCH);

	return s->came && g->bytes < least && is_of_import(s, g->largest);
}

bool suspects_growth_has(const struct suspects *s, size_t group)
{
	const struct holder_group *g = &s->groups.v[group];

	if (!s->nr_compared)
		return true;
	if (!has(s, group) || is_import(s, g))
		return false;
	return g->inner_grown < g->grown / 100 * INNER_PERCENT ||
	       !g->inner_grown || !has(s, g->inner);
}
