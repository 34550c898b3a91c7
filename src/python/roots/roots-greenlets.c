/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "python/roots/greenlets.h"
#include "python/roots/roots-frames.h"
#include "python/roots/roots-greenlets.h"
#include "python/state/words.h"
#include "python/types/object-map.h"

/* Bytes of a C stack that are looked through: what Linux gives a program. */
#define MAX_C_STACK (8u << 20)

struct finder {
	struct roots *r;
	struct raddr_vec bases;	/* by type; 1: not asked yet */
	uint64_t nr_unknown;	/* greenlets */
	/* The mapping of the last stack, and its thread. */
	raddr start, end;
	uint32_t thread;
};

#define NOT_ASKED 1

static raddr base_of(struct finder *f, oid o)
{
	struct python *py = f->r->py;
	uint32_t type = py->heap->type[o];

	while (f->bases.nr <= type)
		raddr_vec_push(&f->bases, NOT_ASKED);
	if (f->bases.v[type] == NOT_ASKED)
		f->bases.v[type] = greenlets_base(py, types_of(py, o)->address);
	return f->bases.v[type];
}

/* --- whose thread it is --- */

static uint32_t thread_with(const struct heap *h, int64_t native_id)
{
	for (size_t i = 0; i < h->threads.nr; i++)
		if (h->threads.v[i].native_id == native_id)
			return (uint32_t)i;
	return NO_THREAD;
}

/* The thread whose own stack is in the mapping where the greenlet's is. */
static void find_thread(struct finder *f, raddr addr)
{
	const struct target *t = f->r->py->target;
	const struct mapping *m = t ? maps_find(&t->mappings, addr) : NULL;

	f->thread = NO_THREAD;
	f->start = m ? m->start : addr;
	f->end = m ? m->end : addr + 1;
	for (size_t i = 0; m && i < t->threads.nr; i++) {
		raddr sp = t->threads.v[i].sp;

		if (sp < m->start || sp >= m->end)
			continue;
		/* One mapping can hold several stacks. */
		if (f->thread != NO_THREAD) {
			f->thread = NO_THREAD;
			return;
		}
		f->thread = thread_with(f->r->py->heap, t->threads.v[i].tid);
	}
}

static uint32_t thread_of(struct finder *f, raddr addr)
{
	if (f->r->py->heap->threads.nr == 1)
		return 0;
	if (addr < f->start || addr >= f->end)
		find_thread(f, addr);
	return f->thread;
}

/* --- the C stack --- */

/* Its words are looked at when all references are known. */
static void add_words(struct python *py, struct roots *r, raddr first,
		      uint64_t bytes, int32_t frame)
{
	uint64_t skip = -first & 7;

	bytes = MIN(bytes, (uint64_t)MAX_C_STACK);
	if (bytes <= skip)
		return;
	bytes = (bytes - skip) & ~UINT64_C(7);
	if (!bytes || !memory_has_array(py->memory, first + skip, bytes, 1))
		return;
	roots_spend(r, bytes);
	open_stack_vec_push(&py->stacks, (struct open_stack){
		first + skip, (uint32_t)(bytes / 8), frame, true });
}

/* What the stack is in may end before it does. */
static uint64_t bytes_in_place(const struct finder *f,
			       const struct greenlet *g)
{
	const struct target *t = f->r->py->target;
	raddr first = g->start + g->saved;
	const struct mapping *m = t ? maps_find(&t->mappings, first) : NULL;

	return m && m->end > first ? MIN(g->stop, m->end) - first : 0;
}

static void add_c_stack(struct finder *f, const struct greenlet *g,
			int32_t frame)
{
	struct python *py = f->r->py;

	add_words(py, f->r, g->copy, g->saved, frame);
	add_words(py, f->r, g->start + g->saved, bytes_in_place(f, g), frame);
}

/* --- greenlets --- */

static void add_greenlet(struct finder *f, oid o, const struct greenlet *g)
{
	struct heap *h = f->r->py->heap;
	uint32_t stack = (uint32_t)h->stacks.nr;
	size_t first = h->frames.nr;

	heap_stack_vec_push(&h->stacks, (struct heap_stack){
		STACK_GREENLET, thread_of(f, g->start), o });
	roots_spend(f->r, sizeof(struct heap_stack));
	roots_frames_of_greenlet(f->r, g, stack);
	add_c_stack(f, g, h->frames.nr > first ? (int32_t)first : -1);
}

static void look_at(struct finder *f, oid o)
{
	struct python *py = f->r->py;
	raddr base = base_of(f, o), obj = py->heap->address[o];
	struct greenlet g;

	if (!base)
		return;
	if (!greenlets_open(py, obj, base, &g))
		f->nr_unknown++;
	else if (g.top_frame)
		add_greenlet(f, o, &g);
}

void roots_greenlets(struct roots *r)
{
	struct heap *h = r->py->heap;
	struct finder f = { .r = r, .bases = VEC_INIT };
	/* Frames add objects; no greenlet is only known by these. */
	uint32_t nr = h->nr_objects;

	for (oid o = 0; o < nr && !r->full; o++)
		look_at(&f, o);
	if (f.nr_unknown)
		heap_warn(h, "the stacks of %" PRIu64 " greenlets are not "
			  "known: pyheld knows greenlet 0.4 to 3",
			  f.nr_unknown);
	raddr_vec_release(&f.bases);
}

static bool visits(const struct heap *h, oid from, oid to)
{
	const oid *edges = h->edges.v + h->edge_start[from];

	for (uint32_t i = 0; i < heap_nr_visited(h, from); i++)
		if (edges[i] == to)
			return true;
	return false;
}

/*
 * The innermost frame of a thread that runs is only lent to the greenlet.  Of
 * a thread that has ended, greenlet 2 takes it for its own and visits it
 * (Greenlet::tp_traverse): the same reference.
 */
void roots_greenlets_settle(struct heap *h)
{
	for (size_t i = 0; i < h->roots.nr; i++) {
		struct heap_root *root = &h->roots.v[i];
		const struct heap_stack *s;

		if (root->slot != SLOT_FRAME_OBJECT || root->frame < 0)
			continue;
		s = heap_stack_of(h, &h->frames.v[root->frame]);
		if (s->kind == STACK_GREENLET &&
		    visits(h, s->object, root->object))
			root->counted = false;
	}
}
