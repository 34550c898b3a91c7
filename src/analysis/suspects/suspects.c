/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/match.h"
#include "analysis/compare/place.h"
#include "analysis/graph/bits.h"
#include "analysis/suspects/suspects-chain.h"
#include "analysis/suspects/suspects-holders.h"
#include "analysis/suspects/suspects-kind.h"
#include "analysis/suspects/suspects-sets.h"
#include "analysis/suspects/suspects-waste.h"
#include "analysis/suspects/suspects.h"

/* With older heaps thresholds are lower by this factor: growth is a better
 * sign. */
#define LOWER_WITH_OLDER 10
/* So much of the bytes of a suspect must belong to no suspect before it. */
#define OWN_PERCENT 30

static int compare_rows(const void *a, const void *b)
{
	const struct tally_type *x = a, *y = b;

	if (x->sum.bytes != y->sum.bytes)
		return x->sum.bytes > y->sum.bytes ? -1 : 1;
	return x->type < y->type ? -1 : x->type > y->type;
}

static void count_types(const struct heap *h, struct suspect *suspect)
{
	CLEANUP(freep) struct tally *by_type = xcalloc(h->types.nr,
						       sizeof(*by_type));

	for (oid o = 0; o < h->nr_objects; o++)
		if (bits_get(suspect->members, o))
			tally_add(&by_type[h->type[o]], heap_bytes(h, o));
	tally_list(h, by_type, &suspect->types);
	if (suspect->types.nr)
		qsort(suspect->types.v, suspect->types.nr,
		      sizeof(*suspect->types.v), compare_rows);
}

/* --- where sets overlap --- */

static int compare_rank(const void *a, const void *b)
{
	const struct suspect *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

/* The bytes of its members that are not taken.  They are taken then, unless
 * `look`. */
static uint64_t take_members(const struct suspects *s, uint64_t *taken,
			     const struct suspect *suspect, bool look)
{
	const struct heap *h = s->heap;
	uint64_t bytes = 0;

	for (size_t i = 0; i <= h->nr_objects / 64; i++) {
		uint64_t more = suspect->members[i] & ~taken[i];

		for (uint64_t left = more; left; left &= left - 1)
			bytes += heap_bytes(h, i * 64 + (size_t)
					 __builtin_ctzll(left));
		if (!look)
			taken[i] |= more;
	}
	return bytes;
}

static void drop_overlapping(struct suspects *s)
{
	CLEANUP(freep) uint64_t *taken = bits_new(s->heap->nr_objects);
	size_t kept = 0;

	if (s->v.nr)
		qsort(s->v.v, s->v.nr, sizeof(*s->v.v), compare_rank);
	for (size_t i = 0; i < s->v.nr; i++) {
		struct suspect *suspect = &s->v.v[i];
		uint64_t own = take_members(s, taken, suspect, true);
		bool drop = !own || own < suspect_threshold(s, 1) ||
			    own < suspect->bytes / 100 * OWN_PERCENT;

		/* The unused bytes of a container are never another's. */
		if (drop && suspect->kind != SUSPECT_SPARSE) {
			suspect_release(suspect);
			continue;
		}
		take_members(s, taken, suspect, false);
		if (suspect->bounded)
			suspect_release(suspect);
		else
			s->v.v[kept++] = *suspect;
	}
	s->v.nr = kept;
}

/* --- all of it --- */

/*
 * Weak references to what is alive, as in a WeakValueDictionary, go with it:
 * who holds that is to blame.
 */
static bool is_of_living(const struct suspects *s,
			 const struct suspect *suspect)
{
	const struct heap *h = s->heap;
	uint64_t living = 0;

	if (suspect->kind != SUSPECT_WEAK)
		return false;
	for (size_t i = 0; i < h->weak.nr; i++)
		living += bits_get(suspect->members, h->weak.v[i].reference);
	return living * 2 > suspect->entries;
}

static void classify(struct suspects *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->v.nr; i++) {
		struct suspect *suspect = &s->v.v[i];

		suspects_kind_set(s, suspect);
		if (is_of_living(s, suspect)) {
			suspect_release(suspect);
			continue;
		}
		count_types(s->heap, suspect);
		suspect->old_entries = xcalloc(s->nr_older,
					       sizeof(*suspect->old_entries));
		s->v.v[kept++] = *suspect;
	}
	s->v.nr = kept;
}

void suspects_build(struct heap *h, const struct suspects_options *options,
		    size_t nr_older, struct suspects *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->heap = h;
	ret->options = *options;
	ret->nr_older = nr_older;
	reach_build(h, NULL, &ret->reach);
	dominators_build(h, &ret->dominators);
	fan_build(&ret->reach, &ret->dominators, &ret->fan);
	garbage_build(h, &ret->garbage);
	ret->all_bytes = ret->dominators.all_bytes;
	if (nr_older) {
		ret->options.min_objects /= LOWER_WITH_OLDER;
		ret->options.min_entries /= LOWER_WITH_OLDER;
		ret->all_bytes /= LOWER_WITH_OLDER;
	}
	suspects_holders_add(ret);
	suspects_chain_add(ret);
	suspects_sets_add(ret);
	suspects_waste_add(ret);
	drop_overlapping(ret);
	classify(ret);
	ret->all_bytes = ret->dominators.all_bytes;
}

/* --- older heaps --- */

static int64_t entries_then(struct suspects *s, const struct suspect *suspect,
			    struct heap *older, const struct match *match)
{
	oid then = OID_NONE;

	if (suspect->object == OID_NONE)
		return -1;
	if (match->same_process)
		then = match->old_of[suspect->object];
	else if (reach_has(&s->reach, suspect->object))
		then = place_find(s->heap, &s->reach, suspect->object, older);
	return suspect_entries(older, then);
}

static void count_came(struct suspects *s, struct suspect *suspect,
		       const struct match *match)
{
	const struct heap *h = s->heap;

	for (oid o = 0; o < h->nr_objects; o++)
		if (bits_get(suspect->members, o) && match_is_new(match, o)) {
			suspect->came++;
			suspect->came_bytes += heap_bytes(h, o);
		}
}

/* Old objects that stayed may have grown, too: a list has a larger table. */
static void find_grown(struct suspects *s, const struct heap *older,
		       const struct match *match)
{
	const struct heap *h = s->heap;

	if (!match->same_process)
		return;
	s->grown = xcalloc((size_t)h->nr_objects + 1, sizeof(*s->grown));
	for (oid o = 0; o < h->nr_objects; o++) {
		oid then = match->old_of[o];
		uint64_t bytes = heap_bytes(h, o);
		uint64_t old = then == OID_NONE ? 0 : heap_bytes(older, then);

		s->grown[o] = bytes > old ? bytes - old : 0;
	}
}

void suspects_compare(struct suspects *s, struct heap *older)
{
	struct match match;

	match_build(older, s->heap, &match);
	if (!s->nr_compared)
		find_grown(s, older, &match);
	for (size_t i = 0; i < s->v.nr; i++) {
		struct suspect *suspect = &s->v.v[i];

		suspect->old_entries[s->nr_compared] =
			entries_then(s, suspect, older, &match);
		if (!s->nr_compared)
			count_came(s, suspect, &match);
	}
	s->nr_compared++;
	match_release(&match);
}

/* In every step that is known, and at all. */
static bool has_grown(struct suspects *s, const struct suspect *suspect)
{
	int64_t now = suspect_entries(s->heap, suspect->object), last = -1;

	if (now < 0)
		return suspect->object == OID_NONE || suspect->came;
	for (size_t i = 0; i < s->nr_compared; i++) {
		int64_t then = suspect->old_entries[i];

		if (then >= 0 && then < last)
			return false;
		last = MAX(last, then);
	}
	return now > last;
}

static int compare_size(const void *a, const void *b)
{
	const struct suspect *x = a, *y = b;
	uint64_t p = x->came_bytes, q = y->came_bytes;

	if (p != q)
		return p > q ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

void suspects_finish(struct suspects *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->v.nr; i++)
		if (!s->nr_compared || has_grown(s, &s->v.v[i]))
			s->v.v[kept++] = s->v.v[i];
		else
			suspect_release(&s->v.v[i]);
	s->v.nr = kept;
	if (kept)
		qsort(s->v.v, kept, sizeof(*s->v.v), compare_size);
}

uint64_t suspects_bytes(const struct suspects *s, size_t max, bool grown)
{
	uint64_t bytes = 0;
	size_t nr = max && max < s->v.nr ? max : s->v.nr;

	for (oid o = 0; o < s->heap->nr_objects; o++) {
		size_t i = 0;

		while (i < nr && !bits_get(s->v.v[i].members, o))
			i++;
		if (i < nr)
			bytes += grown ? s->grown[o] : heap_bytes(s->heap, o);
	}
	return bytes;
}

void suspects_release(struct suspects *s)
{
	free(s->grown);
	for (size_t i = 0; i < s->v.nr; i++)
		suspect_release(&s->v.v[i]);
	suspect_vec_release(&s->v);
	fan_release(&s->fan);
	dominators_release(&s->dominators);
	garbage_release(&s->garbage);
	reach_release(&s->reach);
	memset(s, 0, sizeof(*s));
}
