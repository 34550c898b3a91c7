/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/calls/call-awaits.h"
#include "base/search.h"

#define HEXVERSION_3_14 0x030e0000
#define MAX_CALLBACKS 4096	/* of a future are looked at */
#define MAX_EDGES 256		/* of a callback */
#define MAX_BETWEEN 64		/* futures between two tasks */
/* So many references of callbacks are looked at, and so many for each task. */
#define MAX_LOOKS (UINT64_C(1) << 24)
#define MAX_LOOKS_EACH 256

/* The task `task` waits for `future`. */
struct wait {
	oid future, task;
};
VEC_DEFINE(wait_vec, struct wait);

struct awaits {
	const struct heap *h;
	struct wait_vec waits;	/* by future, ascending */
	uint64_t looks;		/* that are left */
	size_t first;		/* in *ret, of the task that is looked at */
	bool cut;		/* there are more awaiters than are found */
	/* By oid: the number of the task that it was found for, from 1. */
	uint32_t *found;
	uint32_t number;	/* of the task that is looked at */
	struct oid_vec between;	/* it, and the futures that lead on */
	struct oid_vec *ret;
};

/* False: `o` was found for this task before. */
static bool is_new(struct awaits *a, oid o)
{
	if (a->found[o] == a->number)
		return false;
	a->found[o] = a->number;
	return true;
}

/* False: there are too many.  The first one of a task is taken always. */
static bool has_room(struct awaits *a)
{
	if (a->ret->nr < CALL_AWAITERS_MAX || a->ret->nr == a->first)
		return true;
	a->cut = true;
	return false;
}

static void add_awaiter(struct awaits *a, oid task)
{
	if (has_room(a) && is_new(a, task))
		oid_vec_push(a->ret, task);
}

/* How many of the references of `o` may be looked at: at most `max`. */
static struct heap_edges look(struct awaits *a, oid o, uint32_t max)
{
	struct heap_edges edges = heap_edges(a->h, o);

	edges.nr = (uint32_t)MIN(MIN(edges.nr, max), a->looks);
	a->looks -= edges.nr;
	return edges;
}

/* --- 3.14 and later --- */

static void add_recorded(struct awaits *a, const struct heap_future *f)
{
	struct heap_edges edges;

	if (f->awaited_by == OID_NONE)
		return;
	if (async_future_of(a->h, f->awaited_by)) {
		add_awaiter(a, f->awaited_by);
		return;
	}
	edges = look(a, f->awaited_by, UINT32_MAX);
	for (uint32_t i = 0; i < edges.nr && has_room(a); i++)
		if (async_future_of(a->h, edges.to[i]))
			add_awaiter(a, edges.to[i]);
}

/* --- before --- */

static int compare_waits(const void *a, const void *b)
{
	const struct wait *x = a, *y = b;

	if (x->future != y->future)
		return x->future < y->future ? -1 : 1;
	return (x->task > y->task) - (x->task < y->task);
}

static void find_waits(struct awaits *a)
{
	for (size_t i = 0; i < a->h->futures.nr; i++) {
		const struct heap_future *f = &a->h->futures.v[i];

		if (f->is_task && f->waits_for != OID_NONE)
			wait_vec_push(&a->waits, (struct wait){ f->waits_for,
								f->object });
	}
	if (a->waits.nr)
		qsort(a->waits.v, a->waits.nr, sizeof(*a->waits.v),
		      compare_waits);
}

static void add_waiting(struct awaits *a, oid future)
{
	const struct wait_vec *w = &a->waits;
	size_t i = SEARCH_FIRST(w->nr, at, w->v[at].future >= future);

	for (; i < w->nr && w->v[i].future == future && has_room(a); i++)
		add_awaiter(a, w->v[i].task);
}

/* A future that a callback will set: who waits for that waits for the task. */
static void add_between(struct awaits *a, oid o)
{
	const struct heap_future *f = async_future_of(a->h, o);

	if (f && !f->is_task && a->between.nr < MAX_BETWEEN && is_new(a, o))
		oid_vec_push(&a->between, o);
}

/* What a closure (a tuple of cells) has, or a tuple of arguments. */
static void add_variables(struct awaits *a, oid tuple)
{
	const struct heap *h = a->h;
	struct heap_edges items = look(a, tuple, MAX_EDGES);

	for (uint32_t i = 0; i < items.nr; i++) {
		oid o = items.to[i];

		if (heap_kind_of(h, o) != TYPE_KIND_CELL)
			add_between(a, o);
		else if (h->edge_nr[o])
			add_between(a, heap_edges(h, o).to[0]);
	}
}

/* The task of a TaskGroup: the only one that it refers to itself; its children
 * are in a set. */
static void add_parent_task(struct awaits *a, oid group)
{
	const struct heap *h = a->h;
	struct heap_edges edges = look(a, group, MAX_EDGES);

	for (uint32_t i = 0; i < edges.nr; i++) {
		const struct heap_future *f = async_future_of(h, edges.to[i]);

		if (f && f->is_task)
			add_awaiter(a, f->object);
	}
}

static void add_group(struct awaits *a, oid group)
{
	const struct heap *h = a->h;
	struct heap_edges edges = look(a, group, MAX_EDGES);

	add_parent_task(a, group);
	for (uint32_t i = 0; i < edges.nr; i++)
		if (heap_kind_of(h, edges.to[i]) == TYPE_KIND_DICT)
			add_parent_task(a, edges.to[i]);
}

static bool is_group(const struct heap *h, oid o)
{
	return !strcmp(heap_type_of(h, o)->name,
		       "asyncio.taskgroups.TaskGroup");
}

static void add_callback(struct awaits *a, oid callback)
{
	const struct heap *h = a->h;
	struct heap_edges edges = look(a, callback, MAX_EDGES);
	enum type_kind kind = heap_kind_of(h, callback);

	for (uint32_t i = 0; i < edges.nr; i++) {
		oid o = edges.to[i];

		if (heap_kind_of(h, o) == TYPE_KIND_TUPLE &&
		    (kind == TYPE_KIND_FUNCTION || kind == TYPE_KIND_PARTIAL))
			add_variables(a, o);
		else if (kind == TYPE_KIND_METHOD && is_group(h, o))
			add_group(a, o);
	}
}

/* Of a list each item is a callback, or a pair of it and its context. */
static void add_callbacks(struct awaits *a, oid list)
{
	const struct heap *h = a->h;
	struct heap_edges items = look(a, list, MAX_CALLBACKS);

	for (uint32_t i = 0; i < items.nr; i++) {
		oid o = items.to[i];

		if (heap_kind_of(h, o) != TYPE_KIND_TUPLE)
			add_callback(a, o);
		else if (h->edge_nr[o])
			add_callback(a, heap_edges(h, o).to[0]);
	}
}

static void add_by_callbacks(struct awaits *a, oid task)
{
	a->between.nr = 0;
	oid_vec_push(&a->between, task);
	for (size_t i = 0; i < a->between.nr; i++) {
		const struct heap_future *f =
			async_future_of(a->h, a->between.v[i]);

		add_waiting(a, a->between.v[i]);
		/* Keep the looks for the tasks that have none yet. */
		if (!has_room(a))
			return;
		if (f->callback != OID_NONE)
			add_callback(a, f->callback);
		if (f->callbacks != OID_NONE)
			add_callbacks(a, f->callbacks);
	}
}

/* --- all of them --- */

void call_awaits_find(struct call_stacks *c)
{
	struct awaits a = {
		.h = c->h, .ret = &c->awaiters,
		.looks = MAX_LOOKS + c->h->futures.nr * MAX_LOOKS_EACH,
		.found = xcalloc_sparse(c->h->nr_objects + (size_t)1,
					sizeof(*a.found)),
	};
	bool recorded = c->h->info.hexversion >= HEXVERSION_3_14;

	find_waits(&a);
	for (size_t i = 0; i < c->stacks.nr; i++) {
		struct call_stack *s = &c->stacks.v[i];

		if (s->kind != CALL_TASK)
			continue;
		s->first_awaiter = a.first = c->awaiters.nr;
		a.number++;
		a.found[s->object] = a.number;
		if (recorded) {
			add_recorded(&a, async_future_of(c->h, s->object));
			add_waiting(&a, s->object);
		} else {
			add_by_callbacks(&a, s->object);
		}
		s->nr_awaiters = c->awaiters.nr - s->first_awaiter;
	}
	if (!a.looks)
		heap_warn(c->h, "there are too many callbacks to find all that"
			  " wait for a task");
	if (a.cut)
		heap_warn(c->h, "there are too many awaiters to show all"
			  " that wait for a task");
	free(a.found);
	wait_vec_release(&a.waits);
	oid_vec_release(&a.between);
}

/* --- circles --- */

/* place[] of a stack that is not in the path; else its number there, from 1. */
#define PLACE_NEW 0		/* it was in none yet */
#define PLACE_DONE SIZE_MAX

struct visit {
	size_t stack;
	size_t next;		/* of its awaiters */
	size_t circle;		/* place of the last one up to here that is in a
				   circle; 0: none is */
};
VEC_DEFINE(visit_vec, struct visit);

struct search {
	const struct call_stacks *c;
	size_t *place;
	struct visit_vec path;
	struct call_number_vec *ret;
};

/* The path from place `from` on is a circle; it is one more if none of it is in
 * a circle yet. */
static void add_circle(struct search *s, size_t from)
{
	struct visit_vec *path = &s->path;

	if (path->v[path->nr - 1].circle >= from)
		return;
	for (size_t i = from; i <= path->nr; i++) {
		path->v[i - 1].circle = i;
		call_number_vec_push(s->ret, path->v[i - 1].stack);
	}
	call_number_vec_push(s->ret, SIZE_MAX);
}

static void enter(struct search *s, size_t stack)
{
	struct visit_vec *path = &s->path;
	size_t circle = path->nr ? path->v[path->nr - 1].circle : 0;

	visit_vec_push(path, (struct visit){ stack, 0, circle });
	s->place[stack] = path->nr;
}

static void search(struct search *s, size_t from)
{
	const struct call_stacks *c = s->c;

	enter(s, from);
	while (s->path.nr) {
		struct visit *v = &s->path.v[s->path.nr - 1];
		const struct call_stack *stack = &c->stacks.v[v->stack];
		size_t to;

		if (v->next == stack->nr_awaiters) {
			s->place[v->stack] = PLACE_DONE;
			s->path.nr--;
			continue;
		}
		to = call_stacks_task(
			c, c->awaiters.v[stack->first_awaiter + v->next++]);
		if (to == SIZE_MAX || s->place[to] == PLACE_DONE)
			continue;
		if (s->place[to] == PLACE_NEW)
			enter(s, to);
		else
			add_circle(s, s->place[to]);
	}
}

void call_awaits_circles(const struct call_stacks *c,
			 struct call_number_vec *ret)
{
	CLEANUP(freep) size_t *place = xcalloc(c->stacks.nr + 1,
					       sizeof(*place));
	struct search s = { .c = c, .place = place, .ret = ret };

	for (size_t i = 0; i < c->stacks.nr; i++)
		if (c->stacks.v[i].kind == CALL_TASK && place[i] == PLACE_NEW)
			search(&s, i);
	visit_vec_release(&s.path);
}
