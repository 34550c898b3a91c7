/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector's state and its generation lists:
 * Include/internal/pycore_gc.h, struct _gc_runtime_state.
 *
 *	generations[i].head          PyGC_Head  PyObject
 *	+----------+                 +--------+---------...
 *	| _gc_next |---------------->|  next -+--> ...  --> back to the head
 *	| _gc_prev |<----------------+- prev  |
 *	+----------+                 +--------+---------...
 *
 * Links carry flags in their low bits: _gc_prev 0 (finalized) and 1
 * (collecting), _gc_next 0 (unreachable, during a collection; in 3.14.0 to
 * 3.14.4 the old space that the object is in).  Debian's 3.13 aligns heads to
 * 4 bytes: the mask is ~3, never ~7.
 */
#include "base/log.h"
#include "python/locate/gc-freethreaded.h"
#include "python/locate/gc-stats.h"
#include "python/locate/gc.h"
#include "python/state/object-head.h"
#include "python/state/truncated.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/types/owners.h"

#define MAX_BAD_NODES 1000

static raddr state_of(const struct python *py, raddr interp)
{
	const struct layout *l = &py->layout;

	if (l->interp_gc != LAYOUT_NONE)
		return interp + l->interp_gc;
	return l->runtime_gc != LAYOUT_NONE ? py->runtime + l->runtime_gc : 0;
}

/*
 * Is there a list head at `head`?  At least one neighbour must point back at
 * it: both do unless a thread was stopped while it linked or unlinked an
 * object.  What a truncated core lacks is taken to be right.
 */
static bool is_head(struct python *py, raddr head)
{
	raddr next = word_at(py, head, 0) & GC_LINK_MASK;
	raddr prev = word_at(py, head, 8) & GC_LINK_MASK;

	if (truncated_lacks(py, head) || truncated_lacks(py, head + 8))
		return true;
	return next && prev &&
	       ((word_at(py, next, 8) & GC_LINK_MASK) == head ||
		(word_at(py, prev, 0) & GC_LINK_MASK) == head ||
		(truncated_lacks(py, next) && truncated_lacks(py, prev)));
}

/* Debian's 3.13 has the generations 4 bytes before other builds, and no
 * debug offset says so.  Try the offsets until the lists are right. */
static uint32_t generations_offset(struct python *py, raddr state)
{
	const struct layout *l = &py->layout;
	static const int shifts[] = { 0, -4, 4 };

	for (unsigned int i = 0; i < ARRAY_SIZE(shifts); i++) {
		uint32_t offset = l->gc_generations + (uint32_t)shifts[i];

		if (is_head(py, state + offset) &&
		    is_head(py, state + offset + l->generation_size))
			return offset;
	}
	return LAYOUT_NONE;
}

static bool locate_heads(struct python *py, raddr state, struct gc_lists *gc)
{
	const struct layout *l = &py->layout;
	uint32_t first = l->gc_generations;

	if (first != LAYOUT_NONE) {
		/* Free-threaded builds have generations with thresholds, but
		 * no lists. */
		if (!py->free_threaded)
			first = generations_offset(py, state);
		if (first == LAYOUT_NONE)
			return false;
		for (unsigned int i = 0; i < 3; i++)
			gc->heads[i] = state + first +
				       (uint64_t)i * l->generation_size;
	} else if (l->gc_young != LAYOUT_NONE && l->gc_old != LAYOUT_NONE) {
		/* 3.14.0 to 3.14.4: the incremental collector. */
		gc->heads[0] = state + l->gc_young;
		gc->heads[1] = state + l->gc_old;
		gc->heads[2] = state + l->gc_old + l->generation_size;
	} else {
		return false;
	}
	if (l->gc_permanent != LAYOUT_NONE)
		gc->heads[3] = state + l->gc_permanent;
	return true;
}

struct error *gc_locate(struct python *py, struct interpreter *interp)
{
	const struct layout *l = &py->layout;
	raddr state = state_of(py, interp->address);
	struct gc_lists *gc = &interp->gc;

	/* There is nothing of it. */
	if (py->truncated && !interp->address) {
		truncated_note_list(py);
		return NULL;
	}
	if (!state || !locate_heads(py, state, gc))
		return error_new(ERR_CORRUPT,
				 "self-check failed: the collector's generation"
				 " lists are not where %s has them",
				 py->layout_source);
	for (unsigned int i = 0; i < 4 && !py->free_threaded; i++)
		if (gc->heads[i] && !is_head(py, gc->heads[i]))
			return error_new(ERR_CORRUPT,
					 "self-check failed: the links of the "
					 "collector's list %u do not agree (%s)",
					 i, py->layout_source);
	if (!py->free_threaded)
		heap_note(py->heap, true,
			  "the collector's lists link back and forth",
			  "interpreter %" PRId64, interp->id);
	for (unsigned int i = 0; i < 3; i++)
		gc->thresholds[i] = gc->heads[i] + GC_HEAD_SIZE;
	gc->enabled = state + l->gc_enabled;
	gc->collecting = state + l->gc_collecting;
	gc->garbage = state + l->gc_garbage;
	gc->callbacks = state + l->gc_callbacks;
	return NULL;
}

struct gate gc_gate(const struct python *py)
{
	const struct layout *l = &py->layout;

	/* 3.8 has one collector for all interpreters. */
	if (l->interp_gc == LAYOUT_NONE)
		return (struct gate){
			.word = state_of(py, 0) + l->gc_collecting,
		};
	return (struct gate){
		.list = py->runtime + l->runtime_interpreters_head,
		.next = l->interp_next,
		.flag = l->interp_gc + l->gc_collecting,
	};
}

struct walk {
	uint64_t nr, nr_bad;
	bool broken;
};

/* Add the object of a node.  False: stop to follow the list. */
static bool add_node(struct python *py, raddr node, const uint8_t *p,
		     uint8_t generation, struct walk *w)
{
	struct heap *h = py->heap;
	oid o = object_map_add(py, node + GC_HEAD_SIZE);

	if (o == OID_NONE) {
		python_torn(py, node, w->nr);
		if (truncated_note_object(py, node + GC_HEAD_SIZE))
			truncated_note_list(py);
		return ++w->nr_bad <= MAX_BAD_NODES;
	}
	/* It is in the heap already: the list runs in a circle, or was
	 * followed from its end. */
	if (h->generation[o] != GENERATION_UNTRACKED)
		return false;
	h->generation[o] = generation;
	if (get_u64(p + 8) & GC_PREV_FINALIZED)
		h->flags[o] |= OBJECT_FINALIZED;
	w->nr++;
	return true;
}

/* Follow the links at offset `link` of each node.  False: they did not lead
 * back to the head. */
static bool walk_along(struct python *py, raddr head, unsigned int link,
		       uint8_t generation, struct walk *w)
{
	raddr node = word_at(py, head, link) & GC_LINK_MASK, before = head;

	while (node && node != head) {
		const uint8_t *p = memory_at(py->memory, node, GC_HEAD_SIZE);

		if (!p && truncated_note_object(py, node + GC_HEAD_SIZE))
			truncated_note_list(py);
		if (!p || !add_node(py, node, p, generation, w)) {
			python_torn(py, before, node);
			return false;
		}
		before = node;
		node = get_u64(p + link) & GC_LINK_MASK;
	}
	if (!node)
		python_torn(py, before, w->nr);
	if (!node && truncated_lacks(py, head + link))
		truncated_note_list(py);
	return node;
}

/* Where it is broken, also from its end. */
static void walk_list(struct python *py, raddr head, uint8_t generation,
		      struct walk *w)
{
	w->broken = !walk_along(py, head, 0, generation, w);
	if (w->broken)
		walk_along(py, head, 8, generation, w);
}

static void load_lists(struct python *py, const struct interpreter *interp,
		       struct heap_interpreter *hi)
{
	for (uint8_t i = 0; i < 4; i++) {
		struct walk w = { 0, 0, false };

		if (!interp->gc.heads[i])
			continue;
		walk_list(py, interp->gc.heads[i], i, &w);
		if (i < 3)
			hi->generations[i].objects = w.nr;
		else
			hi->frozen = w.nr;
		if (w.broken || w.nr_bad)
			heap_warn_partial(
				py->heap, "interpreter %" PRId64
				", generation %u: %s after %" PRIu64
				" objects, %" PRIu64 " could not be read",
				interp->id, i,
				w.broken ? "the list is broken" : "list ends",
				w.nr, w.nr_bad);
	}
}

/* OID_NONE: it is no list. */
static oid load_list(struct python *py, raddr list)
{
	return list && word_at(py, list, py->layout.object_type) ==
			       py->known.list ?
		       object_map_add(py, list) : OID_NONE;
}

static void load_state(struct python *py, const struct interpreter *interp,
		       struct heap_interpreter *hi)
{
	const struct gc_lists *gc = &interp->gc;
	raddr garbage = word_at(py, gc->garbage, 0);

	hi->id = interp->id;
	hi->gc_enabled = int_at(py, gc->enabled, 0);
	hi->gc_collecting = int_at(py, gc->collecting, 0);
	for (unsigned int i = 0; i < 3; i++) {
		hi->generations[i].threshold =
			int_at(py, gc->thresholds[i], 0);
		hi->generations[i].count = int_at(py, gc->thresholds[i], 4);
	}
	hi->garbage_list = load_list(py, garbage);
	hi->garbage = hi->garbage_list == OID_NONE ? -1 :
		      (int64_t)word_at(py, garbage, py->layout.var_size);
	hi->callbacks = load_list(py, word_at(py, gc->callbacks, 0));
	gc_stats_load(py, state_of(py, interp->address), hi);
}

struct error *gc_load(struct python *py)
{
	for (size_t i = 0; i < py->interpreters.nr; i++) {
		struct heap_interpreter hi = { 0 };
		oid first = py->heap->nr_objects;
		struct error *err;

		err = gc_locate(py, &py->interpreters.v[i]);
		if (err)
			return err;
		/* 3.8 has one collector for all interpreters. */
		if (py->free_threaded && !i)
			err = gc_freethreaded_load(py, &hi);
		else if (!py->free_threaded &&
			 (!i || py->layout.interp_gc != LAYOUT_NONE))
			load_lists(py, &py->interpreters.v[i], &hi);
		if (err)
			return err;
		owners_note(py, (uint32_t)i, first);
		load_state(py, &py->interpreters.v[i], &hi);
		log_info("interpreter %" PRId64 " at 0x%" PRIx64 ": collector's"
			 " lists from 0x%" PRIx64 " on, with %" PRIu64 ", %"
			 PRIu64 " and %" PRIu64 " objects, %" PRIu64 " frozen",
			 hi.id, py->interpreters.v[i].address,
			 py->interpreters.v[i].gc.heads[0],
			 hi.generations[0].objects, hi.generations[1].objects,
			 hi.generations[2].objects, hi.frozen);
		if (hi.gc_collecting)
			heap_warn(py->heap,
				  "interpreter %" PRId64 " is in a "
				  "collection: objects may be missing from "
				  "its lists", hi.id);
		heap_interpreter_vec_push(&py->heap->interpreters, hi);
	}
	owners_sort(py);
	return NULL;
}
