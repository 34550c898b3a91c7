/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/calls/call-awaits.h"

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

static void add_awaiter(struct awaits *a, oid task)
{
	if (is_new(a, task))
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
	for (uint32_t i = 0; i < edges.nr; i++)
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
	size_t low = 0, high = a->waits.nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->waits.v[middle].future < future)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < a->waits.nr && a->waits.v[low].future == future; low++)
		add_awaiter(a, a->waits.v[low].task);
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
		s->first_awaiter = c->awaiters.nr;
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
	free(a.found);
	wait_vec_release(&a.waits);
	oid_vec_release(&a.between);
}

/* --- circles --- */

enum colour { NEW, OPEN, DONE };

struct visit {
	size_t stack;
	size_t next;		/* of its awaiters */
};
VEC_DEFINE(visit_vec, struct visit);

static void add_circle(const struct visit_vec *path, size_t from,
		       struct call_number_vec *ret)
{
	size_t i = path->nr;

	while (i && path->v[i - 1].stack != from)
		i--;
	for (i = i ? i - 1 : 0; i < path->nr; i++)
		call_number_vec_push(ret, path->v[i].stack);
	call_number_vec_push(ret, SIZE_MAX);
}

static void search(const struct call_stacks *c, size_t from, uint8_t *colour,
		   struct visit_vec *path, struct call_number_vec *ret)
{
	visit_vec_push(path, (struct visit){ from, 0 });
	colour[from] = OPEN;
	while (path->nr) {
		struct visit *v = &path->v[path->nr - 1];
		const struct call_stack *s = &c->stacks.v[v->stack];
		size_t to;

		if (v->next == s->nr_awaiters) {
			colour[v->stack] = DONE;
			path->nr--;
			continue;
		}
		to = call_stacks_task(
			c, c->awaiters.v[s->first_awaiter + v->next++]);
		if (to == SIZE_MAX || colour[to] == DONE)
			continue;
		if (colour[to] == OPEN) {
			add_circle(path, to, ret);
			continue;
		}
		colour[to] = OPEN;
		visit_vec_push(path, (struct visit){ to, 0 });
	}
}

void call_awaits_circles(const struct call_stacks *c,
			 struct call_number_vec *ret)
{
	CLEANUP(freep) uint8_t *colour = xcalloc(c->stacks.nr + 1, 1);
	CLEANUP(visit_vec_release) struct visit_vec path = VEC_INIT;

	for (size_t i = 0; i < c->stacks.nr; i++)
		if (c->stacks.v[i].kind == CALL_TASK && colour[i] == NEW)
			search(c, i, colour, &path, ret);
}
