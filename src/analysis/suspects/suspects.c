/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/match.h"
#include "analysis/graph/bits.h"
#include "analysis/suspects/find/suspects-chain.h"
#include "analysis/suspects/find/suspects-frames.h"
#include "analysis/suspects/find/suspects-growth.h"
#include "analysis/suspects/find/suspects-holders.h"
#include "analysis/suspects/find/suspects-kind.h"
#include "analysis/suspects/find/suspects-sets.h"
#include "analysis/suspects/suspects-since.h"
#include "analysis/suspects/find/suspects-waste.h"
#include "analysis/suspects/suspects.h"

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

	BITS_EACH(o, suspect->members, h->nr_objects)
		tally_add(&by_type[h->type[o]], heap_bytes(h, o));
	if (suspect->lost.nr)
		tally_add_all(&by_type[suspect->entry_type], &suspect->lost);
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

static uint64_t taken_bytes(const struct suspects *s, const uint64_t *taken,
			    const struct suspect *suspect)
{
	const struct heap *h = s->heap;
	uint64_t bytes = 0;

	for (size_t i = 0; i <= h->nr_objects / 64; i++)
		for (uint64_t left = suspect->members[i] & taken[i]; left;
		     left &= left - 1)
			bytes += heap_bytes(h, (oid)(i * 64) +
					       (oid)__builtin_ctzll(left));
	return bytes;
}

/* The bytes of its members that are not taken, or with `grown` those by which
 * they grew. */
static uint64_t own_bytes(const struct suspects *s, const uint64_t *taken,
			  const struct suspect *suspect, bool grown)
{
	const struct heap *h = s->heap;
	uint64_t bytes = 0;

	/* Mostly few are taken: their bytes are summed instead. */
	if (!grown)
		return suspect->member_bytes - taken_bytes(s, taken, suspect);
	BITS_EACH(o, suspect->members, h->nr_objects)
		if (!bits_get(taken, o))
			bytes += s->grown[o];
	return bytes;
}

static void take_members(const struct suspects *s, uint64_t *taken,
			 const struct suspect *suspect)
{
	for (size_t i = 0; i <= s->heap->nr_objects / 64; i++)
		taken[i] |= suspect->members[i];
}

/* A bound that is not reached yet says nothing if it explains so much, in
 * percent, of what the heap grew by. */
#define TO_BOUND_PERCENT 20

static bool grows_to_bound(const struct suspects *s,
			   const struct suspect *suspect)
{
	uint64_t grown = s->nr_compared && suspect->group != UINT32_MAX ?
			 suspects_growth_bytes(s, suspect->group, 0) : 0;

	return grown && grown >= s->options.min_large && s->heap_growth > 0 &&
	       grown >= (uint64_t)s->heap_growth / 100 * TO_BOUND_PERCENT;
}

/* Holders with as little as they must have grown by are suspects, too. */
static uint64_t suspect_least_own(const struct suspects *s,
				  const struct suspect *suspect)
{
	return suspect->group == UINT32_MAX ? suspect_threshold(s, 1) :
					      suspect_least(s, 1);
}

static void drop_overlapping(struct suspects *s)
{
	CLEANUP(freep) uint64_t *taken = bits_new(s->heap->nr_objects);
	size_t kept = 0;

	if (s->v.nr)
		qsort(s->v.v, s->v.nr, sizeof(*s->v.v), compare_rank);
	for (size_t i = 0; i < s->v.nr; i++) {
		struct suspect *suspect = &s->v.v[i];
		uint64_t own = own_bytes(s, taken, suspect, false);
		bool drop = !own || own < suspect_least_own(s, suspect) ||
			    own < suspect->bytes / 100 * OWN_PERCENT;

		/* The unused bytes of a container are never another's.  Equal
		 * strings are waste even if their holder is a suspect. */
		if (drop && !suspect->lost.nr &&
		    suspect->kind != SUSPECT_SPARSE &&
		    suspect->kind != SUSPECT_DUPLICATES) {
			suspect_release(suspect);
			continue;
		}
		take_members(s, taken, suspect);
		if (suspect->bounded && !grows_to_bound(s, suspect))
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

static void note_old(struct suspects *s, struct suspect *suspect)
{
	size_t g = suspect->group;

	suspect->old_entries = xcalloc(s->nr_older + 1,
				       sizeof(*suspect->old_entries));
	suspect->old_bytes = xcalloc(s->nr_older + 1,
				     sizeof(*suspect->old_bytes));
	for (size_t i = 0; i < s->nr_compared; i++) {
		uint64_t grown = suspect->grown;

		if (g != UINT32_MAX)
			grown = suspects_growth_bytes(s, g, i);
		else if (i)
			grown = suspects_since_bytes(s, suspect, i);
		grown = MIN(grown, suspect->bytes);
		suspect->old_bytes[i] = suspect->bytes - grown;
		suspect->old_entries[i] = g == UINT32_MAX ? -1 :
			s->then[i * s->groups.nr + g].entries;
		if (!i)
			suspect->grown = grown;
	}
}

/* Objects that came, and the bytes of these and by which others grew. */
static void count_came(const struct suspects *s, struct suspect *suspect)
{
	suspect->came = suspect->lost_came.nr;
	suspect->came_bytes = suspect->lost_came.bytes;
	if (s->nr_compared)
		suspect->grown = suspects_since_bytes(s, suspect, 0);
	if (!s->grown)
		return;
	BITS_EACH(o, suspect->members, s->heap->nr_objects) {
		suspect->came += bits_get(s->came, o);
		suspect->came_bytes += s->grown[o];
	}
}

/* Holders have been asked already. */
static bool has_grown(const struct suspects *s, const struct suspect *suspect)
{
	return suspect->group != UINT32_MAX || !s->came ||
	       !suspects_since_is_known(s, suspect, 0) ||
	       (suspect->came &&
		suspect->grown >= suspect_least_growth(s));
}

static void classify(struct suspects *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->v.nr; i++) {
		struct suspect *suspect = &s->v.v[i];

		suspects_kind_set(s, suspect);
		count_came(s, suspect);
		if (is_of_living(s, suspect) || !has_grown(s, suspect)) {
			suspect_release(suspect);
			continue;
		}
		count_types(s->heap, suspect);
		note_old(s, suspect);
		s->v.v[kept++] = *suspect;
	}
	s->v.nr = kept;
	for (size_t i = 0; i < s->large.nr; i++)
		suspects_kind_set(s, &s->large.v[i]);
}

void suspects_build(struct heap *h, const struct suspects_options *options,
		    size_t nr_older, struct suspects *ret)
{
	CLEANUP(freep) uint32_t *known = NULL;

	memset(ret, 0, sizeof(*ret));
	ret->heap = h;
	ret->options = *options;
	ret->nr_older = nr_older;
	known = roots_count(h);
	reach_build_counted(h, NULL, known, &ret->reach);
	dominators_build_counted(h, known, &ret->dominators);
	ret->fan = (struct fan){ &ret->reach, &ret->dominators };
	garbage_build(h, &ret->garbage);
	own_modules_build(h, &ret->reach, &ret->modules);
	ret->all_bytes = ret->dominators.all_bytes;
	if (nr_older) {
		ret->options.min_objects /= SUSPECTS_OLDER_LOWER;
		ret->options.min_entries /= SUSPECTS_OLDER_LOWER;
		ret->all_bytes /= SUSPECTS_OLDER_LOWER;
	}
	suspects_holders_find(ret);
}

/* --- older heaps --- */

void suspects_compare(struct suspects *s, struct heap *older)
{
	struct match match;

	match_build(older, s->heap, &match);
	suspects_since_note(s, older, &match);
	suspects_growth_note(s, older, &match);
	s->nr_compared++;
	match_release(&match);
}

static int compare_size(const void *a, const void *b)
{
	const struct suspect *x = a, *y = b;
	bool equal = x->kind == SUSPECT_DUPLICATES;

	/* Who holds equal strings comes before them. */
	if (equal != (y->kind == SUSPECT_DUPLICATES))
		return equal ? 1 : -1;
	if (x->grown != y->grown)
		return x->grown > y->grown ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

void suspects_finish(struct suspects *s)
{
	suspects_holders_add(s);
	suspects_chain_add(s);
	suspects_frames_add(s);
	suspects_sets_add(s);
	suspects_waste_add(s);
	drop_overlapping(s);
	suspects_holders_add_others(s);
	classify(s);
	s->all_bytes = s->dominators.all_bytes;
	if (s->v.nr)
		qsort(s->v.v, s->v.nr, sizeof(*s->v.v), compare_size);
}

uint64_t suspects_bytes(const struct suspects *s, size_t max, bool grown)
{
	CLEANUP(freep) uint64_t *taken = bits_new(s->heap->nr_objects);
	uint64_t bytes = 0;
	size_t nr = max && max < s->v.nr ? max : s->v.nr;

	for (size_t i = 0; i < nr; i++) {
		const struct suspect *suspect = &s->v.v[i];
		uint64_t more = own_bytes(s, taken, suspect, grown);

		take_members(s, taken, suspect);
		more += grown ? suspect->lost_came.bytes :
				suspect->lost.bytes;
		bytes += grown ? MIN(more, suspect->grown) : more;
	}
	return bytes;
}

void suspects_release(struct suspects *s)
{
	for (size_t i = 0; i < s->v.nr; i++)
		suspect_release(&s->v.v[i]);
	suspect_vec_release(&s->v);
	suspect_vec_release(&s->large);
	holder_vec_release(&s->holders);
	holder_group_vec_release(&s->groups);
	holder_group_vec_release(&s->others);
	free(s->then);
	suspects_since_release(s);
	dominators_release(&s->dominators);
	garbage_release(&s->garbage);
	own_modules_release(&s->modules);
	reach_release(&s->reach);
	memset(s, 0, sizeof(*s));
}
