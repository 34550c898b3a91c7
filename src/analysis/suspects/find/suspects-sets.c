/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Suspects that are no holders: garbage, what gc.freeze() hides, what only
 * native code or atexit holds.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/suspects/find/suspects-sets.h"
#include "analysis/suspects/find/suspects-types.h"

#define RANK_SET (UINT64_C(1) << 40)

/*
 * A collector that runs leaves garbage for a while: a full collection waits
 * until what is new is a quarter of what is old (Modules/gcmodule.c).  So this
 * takes so many times min_percent, of the whole heap with older ones, too;
 * unless somebody has made the collector lazy.
 */
#define GARBAGE_MUCH 4
#define LAZY_THRESHOLD 50000

static bool is_lazy(const struct heap *h)
{
	for (size_t i = 0; i < h->interpreters.nr; i++)
		if (h->interpreters.v[i].generations[0].threshold >
		    LAZY_THRESHOLD)
			return true;
	return false;
}

static uint64_t set_threshold(const struct suspects *s, enum suspect_kind kind)
{
	if (kind == SUSPECT_GARBAGE && !is_lazy(s->heap))
		return suspect_threshold_always(s, GARBAGE_MUCH);
	return suspect_threshold(s, 1);
}

/* Add what fulfils the thresholds, else forget it. */
static void end_set(struct suspects *s)
{
	struct suspect *suspect = &s->v.v[s->v.nr - 1];

	if (suspect->objects && suspect->objects >= s->options.min_objects &&
	    suspect->bytes >= set_threshold(s, suspect->kind))
		return;
	suspect_drop_last(s);
}

/* --- garbage --- */

/* Does the collector ever run by itself? */
static bool collector_runs(const struct heap *h)
{
	for (size_t i = 0; i < h->interpreters.nr; i++)
		if (!h->interpreters.v[i].gc_enabled ||
		    !h->interpreters.v[i].generations[0].threshold)
			return false;
	return true;
}

static uint32_t finalizer_flags(const struct heap *h, oid o)
{
	uint32_t flags = heap_type_of(h, o)->flags;

	return (flags & TYPE_HAS_DEL ? SUSPECT_HAS_DEL : 0) |
	       (flags & TYPE_LEGACY_DEL ? SUSPECT_LEGACY_DEL : 0);
}

/* What garbage retains that the collector does not track goes with it. */
static void add_garbage_set(struct suspects *s)
{
	const struct heap *h = s->heap;
	struct suspect *suspect = suspect_add(
		s, collector_runs(h) ? SUSPECT_GARBAGE : SUSPECT_GC_DISABLED,
		RANK_SET);

	for (size_t i = 0; i < s->garbage.objects.nr; i++) {
		oid o = s->garbage.objects.v[i];

		suspect->flags |= finalizer_flags(h, o);
		suspect_put_retained(s, suspect, o);
	}
	suspect->entries = s->garbage.objects.nr;
	end_set(s);
}

/* No root reaches it, and the collector does not look at it. */
static void add_frozen_set(struct suspects *s)
{
	const struct heap *h = s->heap;
	struct suspect *suspect = suspect_add(s, SUSPECT_FROZEN, RANK_SET);

	for (oid o = 0; o < h->nr_objects; o++) {
		if (s->dominators.holder[o] != HOLDER_GARBAGE ||
		    h->generation[o] != GENERATION_PERMANENT)
			continue;
		suspect->entries++;
		suspect->flags |= finalizer_flags(h, o);
		suspect_put_retained(s, suspect, o);
	}
	end_set(s);
}

/* --- roots of a kind --- */

/* Sorted, roots that are alike are neighbours. */
struct held {
	uint32_t type;
	bool atexit;
	oid object;
};
VEC_DEFINE(held_vec, struct held);

static int compare_held(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	if (x->atexit != y->atexit)
		return x->atexit < y->atexit ? -1 : 1;
	if (!x->atexit && x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

static bool is_atexit_root(const struct heap *h, const struct root *root)
{
	return root->kind == ROOT_INTERPRETER &&
	       root->place != ROOT_NO_PLACE &&
	       h->roots.v[root->place].slot == SLOT_ATEXIT;
}

/* Is it held by native code?  An immortal object needs no holder. */
static bool is_native(const struct root *root)
{
	return root->kind == ROOT_NATIVE && root->place == ROOT_NO_PLACE &&
	       root->surplus != REFCOUNT_IMMORTAL;
}

static void find_held(const struct suspects *s, struct held_vec *ret)
{
	const struct reach *r = &s->reach;

	for (size_t i = 0; i < r->roots.nr; i++) {
		oid o = r->roots.v[i].object;
		bool atexit = is_atexit_root(s->heap, &r->roots.v[i]);

		/* In 3.8 and 3.9 the module's tp_traverse visits the callbacks
		 * of atexit, too, and that chain is shorter. */
		if (atexit || (is_native(&r->roots.v[i]) &&
			       r->parent[o] == OID_NONE))
			held_vec_push(ret, (struct held){ s->heap->type[o],
							  atexit, o });
	}
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), compare_held);
}

static void add_held_sets(struct suspects *s)
{
	CLEANUP(held_vec_release) struct held_vec held = VEC_INIT;

	find_held(s, &held);
	for (size_t i = 0, next; i < held.nr; i = next) {
		const struct held *first = &held.v[i];
		struct suspect *suspect;

		for (next = i; next < held.nr; next++)
			if (held.v[next].atexit != first->atexit ||
			    (!first->atexit &&
			     held.v[next].type != first->type))
				break;
		if (next - i < s->options.min_entries)
			continue;
		suspect = suspect_add(s, first->atexit ? SUSPECT_ATEXIT :
				       SUSPECT_NATIVE, RANK_SET);
		suspect->object = first->object;
		suspect->nr_alike = (uint32_t)(next - i - 1);
		suspect->entries = next - i;
		suspect->entry_type = first->type;
		for (size_t j = i; j < next; j++)
			suspect_put_retained(s, suspect, held.v[j].object);
		end_set(s);
	}
}

/* --- objects that the heap lacks --- */

/* What native code holds of this type already. */
static struct suspect *native_of_type(struct suspects *s, uint32_t type)
{
	for (size_t i = 0; i < s->v.nr; i++)
		if (s->v.v[i].kind == SUSPECT_NATIVE &&
		    s->v.v[i].entry_type == type)
			return &s->v.v[i];
	return NULL;
}

static void add_lost_line(struct suspects *s,
			  const struct heap_memory_line *line)
{
	struct suspect *suspect = native_of_type(s, line->type);
	bool is_new = !suspect;

	if (is_new)
		suspect = suspect_add(s, SUSPECT_NATIVE, RANK_SET);
	suspect->entry_type = line->type;
	suspect->entries += line->count;
	suspect->objects += line->count;
	suspect->bytes += line->bytes;
	suspect->lost.nr += line->count;
	suspect->lost.bytes += line->bytes;
	if (s->since.nr && s->since.v[0].lost) {
		const struct tally *then = &s->since.v[0].lost[line->type];
		const struct tally *now = &suspect->lost;

		suspect->lost_came = (struct tally){
			now->nr - MIN(now->nr, then->nr),
			now->bytes - MIN(now->bytes, then->bytes) };
	}
	if (!is_new)
		return;
	if (suspect->entries < s->options.min_entries)
		suspect_drop_last(s);
	else
		end_set(s);
}

/*
 * The collector does not track bytes, or a tuple of numbers.  If nothing refers
 * to one, no object of the heap leads to it, but the ledger has it, by its
 * block.  A capture may claim any number of lines.
 */
static void add_lost(struct suspects *s)
{
	const struct heap_memory_line_vec *lines = &s->heap->memory.lines;

	for (size_t i = 0; i < lines->nr && s->v.nr < SUSPECTS_TOTAL; i++)
		if (lines->v[i].part == PART_LOST_OBJECTS &&
		    lines->v[i].type < s->heap->types.nr)
			add_lost_line(s, &lines->v[i]);
}

struct tally *suspects_sets_lost(const struct suspects *s,
				 const struct heap *older)
{
	CLEANUP(named_type_vec_release) struct named_type_vec names = VEC_INIT;
	const struct heap_memory_line_vec *lines = &older->memory.lines;
	struct tally *ret;

	if (!heap_memory_has_part(&older->memory, PART_LOST_OBJECTS))
		return NULL;
	suspects_types_sort(s->heap, &names);
	ret = xcalloc((size_t)s->heap->types.nr + 1, sizeof(*ret));
	for (size_t i = 0; i < lines->nr; i++) {
		const struct heap_memory_line *line = &lines->v[i];
		uint32_t type;

		if (line->part != PART_LOST_OBJECTS ||
		    line->type >= older->types.nr)
			continue;
		type = suspects_types_find_same(&names,
						&older->types.v[line->type]);
		if (type != UINT32_MAX) {
			ret[type].nr += line->count;
			ret[type].bytes += line->bytes;
		}
	}
	return ret;
}

void suspects_sets_add(struct suspects *s)
{
	add_garbage_set(s);
	add_frozen_set(s);
	add_held_sets(s);
	add_lost(s);
}
