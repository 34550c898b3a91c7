/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <stdlib.h>

#include "analysis/graph/bits.h"
#include "analysis/suspects/suspect.h"

const char *const suspect_kind_names[NR_SUSPECT_KINDS] = {
	[SUSPECT_CONTAINER] = "container",
	[SUSPECT_ATTRIBUTE] = "attribute",
	[SUSPECT_CLASS] = "class attribute",
	[SUSPECT_CACHE] = "cache",
	[SUSPECT_LRU_CACHE] = "lru_cache",
	[SUSPECT_CALLBACKS] = "callbacks",
	[SUSPECT_LOGGING] = "logging",
	[SUSPECT_QUEUE] = "queue",
	[SUSPECT_THREAD_LOCAL] = "thread local",
	[SUSPECT_CLOSURE] = "closure",
	[SUSPECT_DEFAULT] = "default argument",
	[SUSPECT_COROUTINE] = "coroutine",
	[SUSPECT_GENERATOR] = "generator",
	[SUSPECT_TASKS] = "tasks",
	[SUSPECT_EXCEPTION] = "exception",
	[SUSPECT_WEAK] = "weak references",
	[SUSPECT_CLASSES] = "classes",
	[SUSPECT_FRAME] = "frame",
	[SUSPECT_CHAIN] = "chain",
	[SUSPECT_GC_GARBAGE] = "gc.garbage",
	[SUSPECT_GARBAGE] = "garbage",
	[SUSPECT_GC_DISABLED] = "gc disabled",
	[SUSPECT_FROZEN] = "gc frozen",
	[SUSPECT_NATIVE] = "native",
	[SUSPECT_ATEXIT] = "atexit",
	[SUSPECT_DUPLICATES] = "duplicate strings",
	[SUSPECT_SPARSE] = "sparse",
	[SUSPECT_LARGE] = "large object",
};

void suspect_release(struct suspect *suspect)
{
	free(suspect->members);
	free(suspect->old_entries);
	free(suspect->old_bytes);
	tally_type_vec_release(&suspect->types);
}

struct suspect *suspect_add(struct suspects *s, enum suspect_kind kind,
			    uint64_t rank)
{
	suspect_vec_push(&s->v, (struct suspect){
		.kind = kind, .rank = rank,
		.object = OID_NONE, .via = OID_NONE,
		.entry_type = UINT32_MAX, .group = UINT32_MAX,
		.entries_now = -1,
		.members = bits_new(s->heap->nr_objects) });
	return &s->v.v[s->v.nr - 1];
}

void suspect_drop_last(struct suspects *s)
{
	suspect_release(&s->v.v[--s->v.nr]);
}

void suspect_put(struct suspects *s, struct suspect *suspect, oid o)
{
	if (bits_get(suspect->members, o))
		return;
	bits_set(suspect->members, o);
	suspect->objects++;
	suspect->bytes += heap_bytes(s->heap, o);
	suspect->member_bytes += heap_bytes(s->heap, o);
}

void suspect_put_retained(struct suspects *s, struct suspect *suspect, oid o)
{
	const struct dominators *d = &s->dominators;

	for (uint32_t i = 0; i < d->objects[o]; i++)
		suspect_put(s, suspect, d->order[d->place[o] + i]);
}

uint64_t suspect_threshold(const struct suspects *s, uint64_t times)
{
	return s->all_bytes / 100 * s->options.min_percent * times;
}

uint64_t suspect_threshold_always(const struct suspects *s, uint64_t times)
{
	return s->dominators.all_bytes / 100 * s->options.min_percent * times;
}

/* With older heaps, one part in so many of min_percent ... */
#define GROWTH_PART 50
/* ... and of min_large must have come. */
#define GROWTH_PART_LARGE 16

uint64_t suspect_least_growth(const struct suspects *s)
{
	uint64_t percent = s->dominators.all_bytes / 100;
	uint64_t least = MAX(percent * s->options.min_percent / GROWTH_PART,
			     MIN(s->options.min_large / GROWTH_PART_LARGE,
				 percent / 2));

	return s->heap_growth <= 0 ? least :
	       MAX(least, (uint64_t)s->heap_growth / 100 *
			  s->options.min_percent);
}

/* Of many_percent, one part in so many may be missing: a leak of about 1 % is
 * to be found. */
#define MANY_SLACK 5

uint64_t suspect_least(const struct suspects *s, uint64_t times)
{
	uint64_t all = suspect_threshold(s, times), share;

	if (s->nr_older)
		return suspect_least_growth(s);
	if (times > 1)
		return all;
	share = s->all_bytes / 100 * s->options.many_percent;
	return MIN(all, MAX(share - share / MANY_SLACK,
			    s->options.min_large / SUSPECTS_PART_LARGE));
}

int64_t suspect_entries(struct heap *h, oid o)
{
	const struct heap_fact *fact;

	if (o == OID_NONE)
		return -1;
	fact = heap_fact_of(h, o);
	return fact ? fact->length : heap_length(h, o);
}

bool suspect_tells(const struct heap *h, uint32_t type)
{
	const struct heap_type *t = &h->types.v[type];

	switch (t->kind) {
	case TYPE_KIND_DEQUE:
	case TYPE_KIND_ORDERED_DICT:
	case TYPE_KIND_DEFAULT_DICT:
	case TYPE_KIND_PARTIAL:
	case TYPE_KIND_WEAK_REFERENCE:
		return false;
	default:
		return t->name && strchr(t->name, '.') &&
		       !(t->flags & TYPE_IS_TYPE);
	}
}
