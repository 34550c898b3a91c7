/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/calls/call-retained.h"
#include "analysis/graph/bits.h"
#include "analysis/graph/roots.h"

#define NOBODY 0u		/* no root reaches the object */
#define SEVERAL 1u		/* another root, or several stacks do */
#define FIRST_STACK 2u

/* A greenlet refers to what is a root of its own stack. */
struct own {
	oid greenlet, object;
};
VEC_DEFINE(own_vec, struct own);

/* Who reaches each object.  It changes twice at most: from nobody to a stack,
 * and from there to several. */
struct marks {
	const struct heap *h;
	uint32_t *mark;
	struct oid_vec queue;
	struct own_vec owns;	/* sorted */
	uint64_t *greenlets;	/* that have some: a set */
};

static int compare_owns(const void *a, const void *b)
{
	const struct own *x = a, *y = b;

	if (x->greenlet != y->greenlet)
		return x->greenlet < y->greenlet ? -1 : 1;
	return (x->object > y->object) - (x->object < y->object);
}

static void find_owns(struct marks *m)
{
	const struct heap *h = m->h;

	m->greenlets = bits_new(h->nr_objects);
	for (size_t i = 0; i < h->roots.nr; i++) {
		const struct heap_root *root = &h->roots.v[i];
		oid greenlet;

		if (root->kind != ROOT_FRAME || root->frame < 0)
			continue;
		greenlet = heap_stack_of(h, &h->frames.v[root->frame])->object;
		if (greenlet == OID_NONE)
			continue;
		bits_set(m->greenlets, greenlet);
		own_vec_push(&m->owns, (struct own){ greenlet, root->object });
	}
	if (m->owns.nr)
		qsort(m->owns.v, m->owns.nr, sizeof(*m->owns.v), compare_owns);
}

/* Does the reference go away with the frames of the greenlet `from`? */
static bool is_own(const struct marks *m, oid from, oid to)
{
	const struct own key = { from, to };

	return unlikely(bits_get(m->greenlets, from)) &&
	       bsearch(&key, m->owns.v, m->owns.nr, sizeof(key), compare_owns);
}

static void mark(struct marks *m, oid o, uint32_t who)
{
	if (m->mark[o] == SEVERAL || m->mark[o] == who)
		return;
	m->mark[o] = m->mark[o] == NOBODY ? who : SEVERAL;
	oid_vec_push(&m->queue, o);
}

static void spread(struct marks *m)
{
	while (m->queue.nr) {
		oid o = m->queue.v[--m->queue.nr];
		struct heap_edges edges = heap_keeps(m->h, o);
		uint32_t who = m->mark[o];

		for (uint32_t i = 0; i < edges.nr; i++)
			if (!is_own(m, o, edges.to[i]))
				mark(m, edges.to[i], who);
	}
}

static void mark_others(struct marks *m, const uint32_t *known)
{
	const struct heap *h = m->h;
	CLEANUP(root_vec_release) struct root_vec roots = VEC_INIT;
	uint32_t *unreached = xreallocarray(NULL, h->nr_objects,
					    sizeof(*unreached));

	memset(unreached, 0xff, h->nr_objects * sizeof(*unreached));
	roots_native(h, known, unreached, &roots);
	roots_immortal(h, unreached, &roots);
	free(unreached);
	for (size_t i = 0; i < roots.nr; i++)
		/* Keys of dicts are not counted: see dominators.h. */
		if (heap_kind_of(h, roots.v[i].object) != TYPE_KIND_STR)
			mark(m, roots.v[i].object, SEVERAL);
	for (size_t i = 0; i < h->roots.nr; i++)
		if (h->roots.v[i].kind != ROOT_FRAME ||
		    h->roots.v[i].frame < 0)
			mark(m, h->roots.v[i].object, SEVERAL);
	spread(m);
}

static void mark_stacks(struct marks *m)
{
	const struct heap *h = m->h;

	for (size_t i = 0; i < h->roots.nr; i++) {
		const struct heap_root *root = &h->roots.v[i];

		if (root->kind != ROOT_FRAME || root->frame < 0)
			continue;
		mark(m, root->object,
		     FIRST_STACK + h->frames.v[root->frame].stack);
		spread(m);
	}
}

/* The bytes that the frames of each stack alone reach. */
static uint64_t *of_stacks(const struct heap *h, const uint32_t *known)
{
	uint64_t *bytes = xcalloc(h->stacks.nr + 1, sizeof(*bytes));
	struct marks m = { .h = h };

	m.mark = xcalloc(h->nr_objects + (size_t)1, sizeof(*m.mark));
	find_owns(&m);
	mark_others(&m, known);
	mark_stacks(&m);
	for (oid o = 0; o < h->nr_objects; o++)
		if (m.mark[o] >= FIRST_STACK)
			bytes[m.mark[o] - FIRST_STACK] += heap_bytes(h, o);
	oid_vec_release(&m.queue);
	own_vec_release(&m.owns);
	free(m.greenlets);
	free(m.mark);
	return bytes;
}

void call_retained_find(struct call_stacks *c, const struct dominators *d,
			const uint32_t *known)
{
	CLEANUP(freep) uint64_t *stacks = of_stacks(c->h, known);

	for (size_t i = 0; i < c->stacks.nr; i++) {
		struct call_stack *s = &c->stacks.v[i];

		s->retained = s->kind <= CALL_GREENLET ? stacks[s->stack] :
							 d->bytes[s->object];
	}
}
