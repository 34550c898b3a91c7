/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/suspects/tasks.h"

#define MAX_AWAITS 100		/* coroutines that await each other */
#define MAX_EDGES 256		/* of a task or a coroutine are looked at */
#define MAX_NAME 80

static bool is_coroutine(const struct heap *h, oid o)
{
	enum type_kind kind = heap_kind_of(h, o);

	return kind == TYPE_KIND_COROUTINE || kind == TYPE_KIND_GENERATOR ||
	       kind == TYPE_KIND_ASYNC_GENERATOR;
}

/* The names of the first edges of one object. */
struct task_names {
	struct edge_name *v;
	uint32_t nr;
};

static void task_names_of(struct heap *h, oid o, struct task_names *ret)
{
	ret->nr = MIN(h->edge_nr[o], (uint32_t)MAX_EDGES);
	ret->v = xcalloc(ret->nr, sizeof(*ret->v));
	heap_name_edges(h, o, 0, ret->nr, ret->v);
}

static void task_names_release(struct task_names *n)
{
	for (uint32_t i = 0; i < n->nr; i++)
		edge_name_release(&n->v[i]);
	free(n->v);
}

static oid find_by_name(const struct heap *h, oid o, const struct task_names *n,
			enum edge_kind kind, const char *name)
{
	for (uint32_t i = 0; i < n->nr; i++)
		if (edge_is(&n->v[i], kind, name))
			return heap_edges(h, o).to[i];
	return OID_NONE;
}

static oid find_attribute_of(const struct heap *h, oid o,
			     const struct task_names *n, const char *name)
{
	return find_by_name(h, o, n, EDGE_ATTRIBUTE, name);
}

/* A coroutine's qualified name, without quotes. */
static char *coroutine_name(struct heap *h, oid o)
{
	CLEANUP(task_names_release) struct task_names names = { NULL, 0 };
	CLEANUP(str_release) struct str text = STR_INIT;
	oid name;

	task_names_of(h, o, &names);
	name = find_attribute_of(h, o, &names, "__qualname__");
	if (name != OID_NONE)
		heap_preview(h, name, MAX_NAME, &text);
	if (text.len < 3 || *text.s != '\'')
		return xstrdup("?");
	str_cut(&text, text.len - (text.s[text.len - 1] == '\''));
	return xstrdup(text.s + 1);
}

/*
 * What a suspended coroutine awaits is on top of its stack.  Until 3.10 the
 * stack is a frame's.
 */
static oid awaited_by(struct heap *h, oid o)
{
	CLEANUP(task_names_release) struct task_names names = { NULL, 0 };
	oid frame, ret = OID_NONE;

	task_names_of(h, o, &names);
	frame = find_attribute_of(h, o, &names, "cr_frame");
	if (frame != OID_NONE) {
		task_names_release(&names);
		o = frame;
		task_names_of(h, o, &names);
	}
	for (uint32_t i = 0; i < names.nr; i++) {
		oid to = heap_edges(h, o).to[i];

		if (names.v[i].kind == EDGE_STACK && is_coroutine(h, to))
			ret = to;
	}
	return ret;
}

static oid innermost(struct heap *h, oid coroutine)
{
	for (int i = 0; i < MAX_AWAITS; i++) {
		oid next = awaited_by(h, coroutine);

		if (next == OID_NONE)
			break;
		coroutine = next;
	}
	return coroutine;
}

/* Takes the names over. */
static void add_wait(struct tasks *t, char *coroutine, char *awaits, oid future)
{
	for (size_t i = 0; i < t->waits.nr; i++) {
		struct task_wait *w = &t->waits.v[i];

		if (strcmp(w->coroutine, coroutine) ||
		    strcmp(w->awaits, awaits))
			continue;
		w->nr++;
		free(coroutine);
		free(awaits);
		return;
	}
	task_wait_vec_push(&t->waits, (struct task_wait){ coroutine, awaits, 1,
							  future });
}

static void add_waiting(struct heap *h, struct tasks *t, oid coroutine,
			oid future)
{
	oid inner = OID_NONE;

	t->waiting++;
	if (t->waiting > TASKS_MAX_ASKED)
		return;
	if (coroutine != OID_NONE)
		inner = innermost(h, coroutine);
	add_wait(t,
		 coroutine == OID_NONE ? xstrdup("?")
				       : coroutine_name(h, coroutine),
		 inner == coroutine ? xstrdup("") : coroutine_name(h, inner),
		 future);
}

/* A coroutine that has ended has no frame any more. */
static bool has_frame(struct heap *h, oid coroutine)
{
	CLEANUP(task_names_release) struct task_names names = { NULL, 0 };

	task_names_of(h, coroutine, &names);
	return find_attribute_of(h, coroutine, &names, "cr_frame") !=
		       OID_NONE ||
	       find_by_name(h, coroutine, &names, EDGE_FIELD, "function") !=
		       OID_NONE;
}

static void add_task(struct heap *h, struct tasks *t, oid o)
{
	CLEANUP(task_names_release) struct task_names names = { NULL, 0 };
	oid coroutine, future;

	t->nr++;
	task_names_of(h, o, &names);
	coroutine = find_attribute_of(h, o, &names, "coro");
	if (coroutine != OID_NONE && !is_coroutine(h, coroutine))
		coroutine = OID_NONE;
	future = find_attribute_of(h, o, &names, "fut_waiter");
	if (future != OID_NONE)
		add_waiting(h, t, coroutine, future);
	else if (find_attribute_of(h, o, &names, "result") != OID_NONE ||
		 find_attribute_of(h, o, &names, "exception") != OID_NONE ||
		 coroutine == OID_NONE || !has_frame(h, coroutine))
		t->done++;
	else
		t->ready++;
}

static int compare_waits(const void *a, const void *b)
{
	const struct task_wait *x = a, *y = b;
	int order;

	if (x->nr != y->nr)
		return x->nr > y->nr ? -1 : 1;
	order = strcmp(x->coroutine, y->coroutine);
	return order ? order : strcmp(x->awaits, y->awaits);
}

void tasks_build(struct heap *h, const uint64_t *set, struct tasks *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (oid o = 0; o < h->nr_objects; o++)
		if (heap_kind_of(h, o) == TYPE_KIND_TASK &&
		    (!set || bits_get(set, o)))
			add_task(h, ret, o);
	if (ret->waits.nr)
		qsort(ret->waits.v, ret->waits.nr, sizeof(*ret->waits.v),
		      compare_waits);
}

void tasks_release(struct tasks *t)
{
	for (size_t i = 0; i < t->waits.nr; i++) {
		free(t->waits.v[i].coroutine);
		free(t->waits.v[i].awaits);
	}
	task_wait_vec_release(&t->waits);
}
