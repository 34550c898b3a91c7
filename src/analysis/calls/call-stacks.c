/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/calls/call-stacks.h"
#include "analysis/graph/bits.h"

/* So many frames are taken more than a thread for each, see add_running(). */
#define MAX_FRAMES 1000000
#define MAX_EDGES 4096		/* of a generator are looked at */
#define MAX_WRAPPED 8		/* edges of a wrapper, which has at most 3 */

const char *const call_kind_names[NR_CALL_KINDS] = {
	[CALL_THREAD] = "thread",
	[CALL_GREENLET] = "greenlet",
	[CALL_TASK] = "task",
	[CALL_COROUTINE] = "coroutine",
	[CALL_GENERATOR] = "generator",
	[CALL_ASYNC_GENERATOR] = "async generator",
};

const char *const call_state_names[NR_CALL_STATES] = {
	[CALL_CREATED] = "created",
	[CALL_SUSPENDED] = "suspended",
	[CALL_RUNNING] = "running",
	[CALL_WAITING] = "waiting",
	[CALL_READY] = "ready",
	[CALL_FINISHED] = "finished",
	[CALL_CANCELLED] = "cancelled",
};

struct builder {
	struct heap *h;
	struct call_stacks *c;
	/* The frames of each stack, as the roots of a frame in call_stacks. */
	uint32_t *frame_start, *frames;
	uint32_t *frame_at;	/* of each frame: its place in `frames` */
	uint64_t *used;		/* generators that have a stack: a set */
	bool cut;		/* a running one lacks frames */
};

/* --- items of a table by what they belong to --- */

/* Make (*start)[i] .. (*start)[i + 1] - 1 the places in *items of what belongs
 * to `i`, of `nr`; owner[k], for each `k` of nr_items, UINT32_MAX: none. */
static void group(const uint32_t *owner, size_t nr_items, size_t nr,
		  uint32_t **start, uint32_t **items)
{
	uint32_t *at = xcalloc(nr + 2, sizeof(*at));

	*items = xcalloc(nr_items + 1, sizeof(**items));
	for (size_t k = 0; k < nr_items; k++)
		if (owner[k] < nr)
			at[owner[k] + 2]++;
	for (size_t i = 0; i < nr; i++)
		at[i + 2] += at[i + 1];
	for (size_t k = 0; k < nr_items; k++)
		if (owner[k] < nr)
			(*items)[at[owner[k] + 1]++] = (uint32_t)k;
	*start = at;
}

static void group_roots(struct builder *b)
{
	const struct heap *h = b->h;
	CLEANUP(freep) uint32_t *owner = xcalloc(h->roots.nr + 1,
						 sizeof(*owner));

	for (size_t i = 0; i < h->roots.nr; i++)
		owner[i] = h->roots.v[i].kind == ROOT_FRAME ?
				   (uint32_t)h->roots.v[i].frame : UINT32_MAX;
	group(owner, h->roots.nr, h->frames.nr, &b->c->root_start,
	      &b->c->roots);
}

static void group_frames(struct builder *b)
{
	const struct heap *h = b->h;
	CLEANUP(freep) uint32_t *owner = xcalloc(h->frames.nr + 1,
						 sizeof(*owner));

	for (size_t i = 0; i < h->frames.nr; i++)
		owner[i] = h->frames.v[i].stack;
	group(owner, h->frames.nr, h->stacks.nr, &b->frame_start, &b->frames);
	b->frame_at = xcalloc(h->frames.nr + 1, sizeof(*b->frame_at));
	for (uint32_t i = 0; i < b->frame_start[h->stacks.nr]; i++)
		b->frame_at[b->frames[i]] = i;
}

/* --- frames --- */

static void add_heap_frame(struct builder *b, uint32_t index)
{
	const struct heap_frame *f = &b->h->frames.v[index];

	call_frame_vec_push(&b->c->frames, (struct call_frame){
		f->function, f->file, f->line, (int32_t)index, OID_NONE });
}

/*
 * The frame of a generator that runs, and those that it has called.
 *
 * A frame is part of the stack of each running task that is further out.  In a
 * thread there is one as a rule, but CPython 3.12 and later begin an eager task
 * while another one runs, so that a thread with n frames can have as many tasks
 * and n * n / 2 frames of these.
 */
static void add_running(struct builder *b, int32_t frame)
{
	const struct heap *h = b->h;
	uint32_t first = b->frame_start[h->frames.v[frame].stack];

	if (b->c->frames.nr >
	    MAX_FRAMES + h->frames.nr * 4 + h->generators.nr) {
		b->cut = true;
		return;
	}
	for (uint32_t i = b->frame_at[frame] + 1; i-- > first;)
		add_heap_frame(b, b->frames[i]);
}

static void add_suspended(struct builder *b, const struct heap_generator *g)
{
	const struct heap_code *code = &b->h->codes.v[g->code];

	call_frame_vec_push(&b->c->frames, (struct call_frame){
		code->function, code->file, g->line, -1, g->object });
}

static void reverse(struct call_frame *v, size_t nr)
{
	for (size_t i = 0; i < nr / 2; i++) {
		struct call_frame f = v[i];

		v[i] = v[nr - 1 - i];
		v[nr - 1 - i] = f;
	}
}

/* A class of the program's own may have the name of a wrapper, too. */
static bool is_wrapper(const struct heap *h, oid o)
{
	const struct heap_type *t = heap_type_of(h, o);

	return t->kind == TYPE_KIND_AWAIT_WRAPPER &&
	       !(t->flags & TYPE_IS_HEAP);
}

/* What a wrapper, such as async_generator_asend, goes on with. */
static oid unwrap(struct heap *h, oid o)
{
	struct heap_edges edges = heap_edges(h, o);

	for (uint32_t i = 0; i < edges.nr && i < MAX_WRAPPED; i++)
		if (async_generator_of(h, edges.to[i]) ||
		    is_wrapper(h, edges.to[i]))
			return edges.to[i];
	return OID_NONE;
}

/* The generator that `g` waits for, or NULL. */
static const struct heap_generator *next_of(struct heap *h,
					    const struct heap_generator *g)
{
	oid o = g->awaits;

	/* anext() with a default has an asend in it. */
	for (int i = 0; i < 2 && o != OID_NONE && is_wrapper(h, o); i++)
		o = unwrap(h, o);
	return o == OID_NONE ? NULL : async_generator_of(h, o);
}

/* Add the frames of `g` and of all that it waits for, up to one that has a
 * stack: each generator is passed once, so that circles have an end. */
static void add_chain(struct builder *b, const struct heap_generator *g,
		      struct call_stack *s)
{
	s->first = b->c->frames.nr;
	while (g && !bits_get(b->used, g->object)) {
		bits_set(b->used, g->object);
		if (g->frame >= 0) {
			add_running(b, g->frame);
			break;
		}
		add_suspended(b, g);
		g = next_of(b->h, g);
	}
	s->nr = b->c->frames.nr - s->first;
	reverse(b->c->frames.v + s->first, s->nr);
}

/* --- stacks --- */

static struct call_stack describe_stack(const struct heap *h, uint32_t i)
{
	const struct heap_stack *of = &h->stacks.v[i];
	struct call_stack s = { .stack = i, .object = of->object, .name = "" };

	if (of->kind == STACK_THREAD) {
		const struct heap_thread *t = &h->threads.v[of->thread];

		s.kind = CALL_THREAD;
		s.name = t->name;
		s.state = t->holds_gil ? CALL_RUNNING : CALL_UNKNOWN;
	} else {
		s.kind = CALL_GREENLET;
		s.state = CALL_SUSPENDED;
	}
	return s;
}

/* A greenlet is called as its outermost function. */
static void name_greenlet(const struct call_stacks *c, struct call_stack *s)
{
	if (s->kind == CALL_GREENLET && s->nr)
		s->name = c->frames.v[s->first + s->nr - 1].function;
}

static void add_stacks(struct builder *b)
{
	const struct heap *h = b->h;

	for (uint32_t i = 0; i < h->stacks.nr; i++) {
		struct call_stack s = describe_stack(h, i);

		if (h->stacks.v[i].kind == STACK_OTHER) {
			heap_warn(b->h, "a stack is of a kind that this pyheld"
				  " does not know");
			continue;
		}
		s.first = b->c->frames.nr;
		for (uint32_t k = b->frame_start[i]; k < b->frame_start[i + 1];
		     k++)
			add_heap_frame(b, b->frames[k]);
		s.nr = b->c->frames.nr - s.first;
		name_greenlet(b->c, &s);
		call_stack_vec_push(&b->c->stacks, s);
	}
}

static enum call_state task_state(const struct heap *h,
				  const struct heap_future *f,
				  const struct heap_generator *g)
{
	const struct heap_future *waits;

	if (f->state == FUTURE_FINISHED)
		return CALL_FINISHED;
	if (f->state == FUTURE_CANCELLED)
		return CALL_CANCELLED;
	if (g && g->state == GENERATOR_RUNNING)
		return CALL_RUNNING;
	if (f->waits_for == OID_NONE)
		return g ? CALL_READY : CALL_UNKNOWN;
	waits = async_future_of(h, f->waits_for);
	return waits && (waits->state == FUTURE_FINISHED ||
			 waits->state == FUTURE_CANCELLED) ?
		       CALL_READY : CALL_WAITING;
}

static void add_tasks(struct builder *b)
{
	const struct heap *h = b->h;

	for (size_t i = 0; i < h->futures.nr; i++) {
		const struct heap_future *f = &h->futures.v[i];
		const struct heap_generator *g = NULL;
		struct call_stack s = { .kind = CALL_TASK, .name = f->name,
					.object = f->object };

		if (!f->is_task)
			continue;
		if (f->coroutine != OID_NONE)
			g = async_generator_of(h, f->coroutine);
		s.state = task_state(h, f, g);
		add_chain(b, g, &s);
		call_stack_vec_push(&b->c->stacks, s);
	}
}

static enum call_kind kind_of(const struct heap *h, oid o)
{
	enum type_kind kind = heap_kind_of(h, o);

	return kind == TYPE_KIND_COROUTINE ? CALL_COROUTINE :
	       kind == TYPE_KIND_ASYNC_GENERATOR ? CALL_ASYNC_GENERATOR :
						   CALL_GENERATOR;
}

static void add_generator(struct builder *b, const struct heap_generator *g)
{
	struct call_stack s = {
		.kind = kind_of(b->h, g->object), .object = g->object,
		.name = b->h->codes.v[g->code].function,
		.state = g->state == GENERATOR_CREATED ? CALL_CREATED :
							 CALL_SUSPENDED,
	};

	add_chain(b, g, &s);
	call_stack_vec_push(&b->c->stacks, s);
}

/* Does another generator that has no stack yet wait for it? */
static uint64_t *find_inner(struct builder *b)
{
	struct heap *h = b->h;
	uint64_t *inner = bits_new(h->nr_objects);

	for (size_t i = 0; i < h->generators.nr; i++) {
		const struct heap_generator *g = &h->generators.v[i];
		const struct heap_generator *next = next_of(h, g);

		if (next && !bits_get(b->used, g->object))
			bits_set(inner, next->object);
	}
	return inner;
}

static void add_generators(struct builder *b)
{
	const struct heap *h = b->h;
	CLEANUP(freep) uint64_t *inner = find_inner(b);

	/* What wait for each other in a circle come last. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < h->generators.nr; i++) {
			const struct heap_generator *g = &h->generators.v[i];

			if (g->state != GENERATOR_RUNNING &&
			    !bits_get(b->used, g->object) &&
			    (pass || !bits_get(inner, g->object)))
				add_generator(b, g);
		}
}

static int compare_stacks(const void *a, const void *b)
{
	const struct call_stack *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return (x->stack > y->stack) - (x->stack < y->stack);
}

void call_stacks_build(struct heap *h, struct call_stacks *ret)
{
	struct builder b = { .h = h, .c = ret,
			     .used = bits_new(h->nr_objects) };

	*ret = (struct call_stacks){ .h = h };
	group_roots(&b);
	group_frames(&b);
	add_stacks(&b);
	add_tasks(&b);
	add_generators(&b);
	if (b.cut)
		heap_warn(h, "there are too many frames to show all of the"
			  " tasks that run");
	if (ret->stacks.nr)
		qsort(ret->stacks.v, ret->stacks.nr, sizeof(*ret->stacks.v),
		      compare_stacks);
	free(b.frame_start);
	free(b.frames);
	free(b.frame_at);
	free(b.used);
}

void call_stacks_release(struct call_stacks *c)
{
	call_stack_vec_release(&c->stacks);
	call_frame_vec_release(&c->frames);
	oid_vec_release(&c->awaiters);
	free(c->root_start);
	free(c->roots);
}

size_t call_stacks_task(const struct call_stacks *c, oid o)
{
	const struct call_stack key = { .kind = CALL_TASK, .object = o };
	const struct call_stack *found = !c->stacks.nr ? NULL :
		bsearch(&key, c->stacks.v, c->stacks.nr, sizeof(key),
			compare_stacks);

	return found ? (size_t)(found - c->stacks.v) : SIZE_MAX;
}

/* --- locals --- */

/* A variable that a closure shares is in a cell. */
static oid value_of(const struct heap *h, oid o)
{
	if (heap_kind_of(h, o) != TYPE_KIND_CELL)
		return o;
	return h->edge_nr[o] ? heap_edges(h, o).to[0] : OID_NONE;
}

static void add_local(const struct heap *h, struct call_local local,
		      struct call_local_vec *ret)
{
	local.object = value_of(h, local.object);
	if (local.object == OID_NONE)
		edge_name_release(&local.edge);
	else
		call_local_vec_push(ret, local);
}

static void root_locals(const struct call_stacks *c, int32_t frame,
			struct call_local_vec *ret)
{
	for (uint32_t i = c->root_start[frame]; i < c->root_start[frame + 1];
	     i++) {
		const struct heap_root *root = &c->h->roots.v[c->roots[i]];

		if (root->slot == SLOT_LOCAL)
			add_local(c->h, (struct call_local){
				.name = root->name, .object = root->object },
				ret);
	}
}

/* Up to 3.10 a generator's locals are its frame object's. */
static oid holder_of(const struct heap *h, oid generator)
{
	struct heap_edges edges = heap_edges(h, generator);

	for (uint32_t i = 0; i < edges.nr && i < MAX_EDGES; i++)
		if (h->info.hexversion < 0x030b0000 &&
		    heap_kind_of(h, edges.to[i]) == TYPE_KIND_FRAME)
			return edges.to[i];
	return generator;
}

static void edge_locals(struct heap *h, oid generator,
			struct call_local_vec *ret)
{
	oid o = holder_of(h, generator);
	uint32_t nr = MIN(h->edge_nr[o], (uint32_t)HEAP_NAMES_AT_ONCE);
	CLEANUP(freep) struct edge_name *names = xcalloc(nr, sizeof(*names));

	heap_name_edges(h, o, 0, nr, names);
	for (uint32_t i = 0; i < nr; i++) {
		struct call_local local = { .edge = names[i],
					    .object = heap_edges(h, o).to[i] };

		if (names[i].kind == EDGE_LOCAL)
			add_local(h, local, ret);
		else
			edge_name_release(&names[i]);
	}
}

void call_locals(const struct call_stacks *c, const struct call_frame *f,
		 struct call_local_vec *ret)
{
	size_t first = ret->nr;

	if (f->frame >= 0)
		root_locals(c, f->frame, ret);
	else
		edge_locals(c->h, f->generator, ret);
	for (size_t i = first; i < ret->nr; i++)
		if (!ret->v[i].name)
			ret->v[i].name = ret->v[i].edge.name ?
						 ret->v[i].edge.name : "";
}

void call_locals_release(struct call_local_vec *locals)
{
	for (size_t i = 0; i < locals->nr; i++)
		edge_name_release(&locals->v[i].edge);
	call_local_vec_release(locals);
}
