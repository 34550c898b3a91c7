/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Containers are found by their PyGC_Head: 16 bytes before the object, with a
 * neighbour that points back at it, while the other neighbour does so, too, or
 * is missing.  The links of an object that was untracked or freed are 0.
 */
#include <stdlib.h>

#include "python/locate/truncated-scan.h"
#include "python/state/object-head.h"
#include "python/state/truncated.h"
#include "python/types/object-map.h"
#include "python/types/types.h"

#define OLDEST 2		/* generation */
/* A scan stops after so many bytes: a core may have many GB. */
#define MAX_SCANNED (2ull << 30)
#define MAX_TESTED (1u << 25)
#define MAX_TYPES 4096
#define LOOK_AHEAD (1u << 20)	/* bytes from one look for holes to the next */

/* --- the scan ----------------------------------------------------------- */

/* At least one neighbour must point back at `node`; the other must do so,
 * too, or be missing. */
static bool has_neighbour(struct python *py, raddr node, raddr next,
			  raddr prev)
{
	uint64_t from_next = 0, from_prev = 0;
	bool is_next = memory_u64(py->memory, next + 8, &from_next);
	bool is_prev = memory_u64(py->memory, prev, &from_prev);

	if (is_next ? (from_next & GC_LINK_MASK) != node
		    : !truncated_lacks(py, next))
		return false;
	if (is_prev ? (from_prev & GC_LINK_MASK) != node
		    : !truncated_lacks(py, prev))
		return false;
	return is_next || is_prev;
}

/* Is it a reference count?  Other words at that place are mostly addresses. */
static bool is_count(struct python *py, const uint8_t *obj)
{
	uint64_t word = get_u64(obj + py->layout.object_refcount);

	return object_head_refcount(py, obj) &&
	       !maps_find(&py->target->mappings, word);
}

static bool may_be_address(uint64_t word)
{
	return word >= MEMORY_PAGE && word < MEMORY_ADDRESS_END;
}

/* `p` points to the bytes of a PyGC_Head and of the object after it. */
static bool is_node(struct python *py, raddr node, const uint8_t *p)
{
	const uint8_t *obj = p + GC_HEAD_SIZE;
	raddr next = get_u64(p) & GC_LINK_MASK;
	raddr prev = get_u64(p + 8) & GC_LINK_MASK;
	raddr type = get_u64(obj + py->layout.object_type);
	uint32_t index;

	if (likely(!may_be_address(next) || !may_be_address(prev) ||
		   !may_be_address(type)) ||
	    type & 7)
		return false;
	py->truncated->tested++;
	if (!has_neighbour(py, node, next, prev) || !is_count(py, obj))
		return false;
	index = types_load(py, type);
	return index != UINT32_MAX &&
	       types_is_gc(py, &py->types.v[index], node + GC_HEAD_SIZE);
}

static void add_node(struct python *py, raddr node, const uint8_t *p)
{
	struct heap *h = py->heap;
	oid o = object_map_add(py, node + GC_HEAD_SIZE);

	if (o == OID_NONE || h->generation[o] != GENERATION_UNTRACKED)
		return;
	h->generation[o] = OLDEST;
	if (get_u64(p + 8) & GC_PREV_FINALIZED)
		h->flags[o] |= OBJECT_FINALIZED;
	truncated_note_object(py, (get_u64(p) & GC_LINK_MASK) + GC_HEAD_SIZE);
	truncated_note_object(py, (get_u64(p + 8) & GC_LINK_MASK) +
				  GC_HEAD_SIZE);
}

typedef void truncated_visit(struct python *py, raddr at, const uint8_t *p,
		       void *context);

static void if_node(struct python *py, raddr at, const uint8_t *p,
		    void *context)
{
	(void)context;
	if (is_node(py, at, p))
		add_node(py, at, p);
}

/* Skip holes: an array that was never written to takes no time. */
static raddr past_hole(struct python *py, const struct segment *s, raddr at)
{
	uint64_t hole = target_hole(py->target, s->bytes + (at - s->start));

	return at + (MIN(hole, s->end - at) & ~15ull);
}

/*
 * Call `visit` for each 16 bytes of the core's writable memory that have `len`
 * bytes from there on; malloc() and pymalloc align to 16.  False: the bound
 * was reached.
 */
static bool scan(struct python *py, uint64_t len, truncated_visit *visit,
		 void *context)
{
	uint64_t scanned = 0;

	py->truncated->tested = 0;
	for (unsigned int i = 0; i < py->memory->nr_segments; i++) {
		const struct segment *s = &py->memory->segments[i];
		raddr at = (s->start + 15) & ~15ull, look = at;

		/* Skip bytes that came from files, and zeros: they are not
		 * in the core. */
		if (!(s->prot & SEGMENT_WRITE) || s->release)
			continue;
		for (; at < s->end && s->end - at >= len; at += 16) {
			if (at >= look) {
				at = past_hole(py, s, at);
				look = at + LOOK_AHEAD;
				if (s->end - at < len)
					break;
			}
			if (scanned++ > MAX_SCANNED / 16 ||
			    py->truncated->tested > MAX_TESTED)
				return false;
			visit(py, at, s->bytes + (at - s->start), context);
		}
	}
	return true;
}

void truncated_scan(struct python *py)
{
	const struct layout *l = &py->layout;
	uint32_t before = py->heap->nr_objects;
	bool whole;

	if (!py->truncated || !py->truncated->broken || py->free_threaded)
		return;
	whole = scan(py, GC_HEAD_SIZE + l->object_size, if_node, NULL);
	heap_warn_partial(py->heap, "missing memory breaks the collector's "
			  "lists: %" PRIu32 " more objects were found by "
			  "their own links%s", py->heap->nr_objects - before,
			  whole ? "" : ", in a part of the core");
}

/* --- subtype_traverse --------------------------------------------------- */

struct ballot {
	raddr traverse;
	uint32_t nr;
};
VEC_DEFINE(ballot_vec, struct ballot);

static void vote(struct ballot_vec *v, raddr traverse)
{
	for (size_t i = 0; i < v->nr; i++)
		if (v->v[i].traverse == traverse) {
			v->v[i].nr++;
			return;
		}
	if (v->nr < MAX_TYPES)
		ballot_vec_push(v, (struct ballot){ traverse, 1 });
}

static void if_class(struct python *py, raddr at, const uint8_t *p,
		     void *context)
{
	const struct layout *l = &py->layout;
	uint64_t flags = get_u64(p + l->type_flags);
	raddr traverse = get_u64(p + l->type_traverse);

	(void)at;
	if (unlikely(get_u64(p + l->object_type) == py->known.type) &&
	    flags & TPFLAG_HEAPTYPE && flags & TPFLAG_HAVE_GC && traverse)
		vote(context, traverse);
}

raddr truncated_scan_traverse(struct python *py)
{
	CLEANUP(ballot_vec_release) struct ballot_vec votes = VEC_INIT;
	struct ballot best = { 0, 0 };

	scan(py, py->layout.type_size, if_class, &votes);
	/* Most classes are made by class statements. */
	for (size_t i = 0; i < votes.nr; i++)
		if (votes.v[i].nr > best.nr &&
		    types_is_code(py, votes.v[i].traverse))
			best = votes.v[i];
	return best.traverse;
}
