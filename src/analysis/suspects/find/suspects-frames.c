/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/graph/bits.h"
#include "analysis/suspects/find/suspects-frames.h"

/* Behind holders: a list that is a local of a thread says more. */
#define RANK_FRAMES 0

/* A local of a frame. */
struct local {
	oid code;		/* what the frame runs */
	int32_t line;
	uint32_t stack;
	oid object;
};
VEC_DEFINE(local_vec, struct local);

/* Is the nearest that leads to `o` a frame?  What a global leads to is not the
 * thread's own. */
static bool is_of_frame(const struct suspects *s, oid o)
{
	const struct reach *r = &s->reach;

	return reach_has(r, o) && r->parent[o] == OID_NONE &&
	       r->roots.v[r->edge[o]].kind == ROOT_FRAME;
}

/* Each object once: what several frames have is no local of one. */
static void find_locals(const struct suspects *s, struct local_vec *ret)
{
	const struct heap *h = s->heap;
	CLEANUP(freep) uint64_t *seen = bits_new(h->nr_objects);

	for (size_t i = 0; i < h->roots.nr; i++) {
		const struct heap_root *root = &h->roots.v[i];
		const struct heap_frame *frame;

		if (root->kind != ROOT_FRAME || root->slot != SLOT_LOCAL ||
		    root->frame < 0 || bits_get(seen, root->object) ||
		    !is_of_frame(s, root->object))
			continue;
		bits_set(seen, root->object);
		frame = &h->frames.v[root->frame];
		if (frame->code != OID_NONE)
			local_vec_push(ret, (struct local){
				frame->code, frame->line, frame->stack,
				root->object });
	}
}

static int compare_locals(const void *a, const void *b)
{
	const struct local *x = a, *y = b;

	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->stack != y->stack)
		return x->stack < y->stack ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

/* `nr` locals of threads, or of greenlets, at one line. */
static void add_threads(struct suspects *s, const struct local *locals,
			size_t nr)
{
	const uint64_t *bytes = s->dominators.bytes;
	uint64_t all = 0;
	uint32_t threads = 0;
	oid largest = locals->object;
	struct suspect *suspect;

	for (size_t i = 0; i < nr; i++) {
		all += bytes[locals[i].object];
		threads += !i || locals[i].stack != locals[i - 1].stack;
		if (bytes[locals[i].object] > bytes[largest])
			largest = locals[i].object;
	}
	if (threads < SUSPECTS_FEW || all < suspect_least(s, SUSPECTS_MUCH) ||
	    s->v.nr >= SUSPECTS_TOTAL)
		return;
	suspect = suspect_add(s, SUSPECT_FRAME, RANK_FRAMES);
	suspect->object = largest;
	suspect->flags |= SUSPECT_THREADS;
	if (s->heap->stacks.v[locals->stack].kind == STACK_GREENLET)
		suspect->flags |= SUSPECT_GREENLETS;
	suspect->entries = threads;
	suspect->nr_alike = threads - 1;
	suspect->entry_type = s->heap->type[largest];
	for (size_t i = 0; i < nr; i++)
		suspect_put_retained(s, suspect, locals[i].object);
}

void suspects_frames_add(struct suspects *s)
{
	CLEANUP(local_vec_release) struct local_vec locals = VEC_INIT;

	find_locals(s, &locals);
	if (locals.nr)
		qsort(locals.v, locals.nr, sizeof(*locals.v), compare_locals);
	for (size_t i = 0, end; i < locals.nr; i = end) {
		for (end = i + 1; end < locals.nr; end++)
			if (locals.v[end].code != locals.v[i].code ||
			    locals.v[end].line != locals.v[i].line)
				break;
		add_threads(s, &locals.v[i], end - i);
	}
}
