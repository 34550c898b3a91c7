/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * D. J. Pearce, "A space-efficient algorithm for finding strongly connected
 * components" (2016).  A live object's `of` is its index in the order of
 * visits, from 1 on; a done one's is its component, counted down from
 * UINT32_MAX.  There are never more live objects than numbers below the last
 * component, so the two don't meet.  Zero is unvisited.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/scc.h"

struct scc_call {
	oid object;
	uint32_t next;		/* edge to look at */
	bool is_root;		/* no way back to an earlier object so far */
};
VEC_DEFINE(scc_call_vec, struct scc_call);

struct tarjan {
	const struct heap *h;
	const uint64_t *within;
	uint32_t *of;
	uint32_t index, component;
	struct scc_call_vec calls;
	struct oid_vec done;	/* visited, component not yet known */
};

static void begin_object(struct tarjan *t, oid o)
{
	t->of[o] = t->index++;
	scc_call_vec_push(&t->calls, (struct scc_call){ o, 0, true });
}

/* All edges of `o` are seen: is it the first visited of a component? */
static void finish_object(struct tarjan *t, oid o, bool is_root)
{
	if (!is_root) {
		oid_vec_push(&t->done, o);
		return;
	}
	t->index--;
	while (t->done.nr && t->of[o] <= t->of[t->done.v[t->done.nr - 1]]) {
		t->of[t->done.v[--t->done.nr]] = t->component;
		t->index--;
	}
	t->of[o] = t->component--;
}

/* Follow edges of the topmost frame until one leads to a new object. */
static void step_along_edges(struct tarjan *t)
{
	struct scc_call *f = &t->calls.v[t->calls.nr - 1];
	oid o = f->object;
	struct heap_edges edges = heap_edges(t->h, o);

	for (; f->next < edges.nr; f->next++) {
		oid next = edges.to[f->next];

		if (t->within && !bits_get(t->within, next))
			continue;
		if (!t->of[next]) {
			/* Comes back to this same edge when `next` is done. */
			begin_object(t, next);
			return;
		}
		if (t->of[next] < t->of[o]) {
			t->of[o] = t->of[next];
			f->is_root = false;
		}
	}
	t->calls.nr--;
	finish_object(t, o, f->is_root);
}

void scc_build(const struct heap *h, const uint64_t *within, struct scc *ret)
{
	struct tarjan t = { .h = h, .within = within, .index = 1,
			    .component = UINT32_MAX };

	t.of = xcalloc(h->nr_objects, sizeof(*t.of));
	for (oid o = 0; o < h->nr_objects; o++) {
		if (t.of[o] || (within && !bits_get(within, o)))
			continue;
		begin_object(&t, o);
		while (t.calls.nr)
			step_along_edges(&t);
	}
	for (oid o = 0; o < h->nr_objects; o++)
		t.of[o] = t.of[o] ? UINT32_MAX - t.of[o] : SCC_NONE;
	scc_call_vec_release(&t.calls);
	oid_vec_release(&t.done);
	ret->of = t.of;
	ret->nr = UINT32_MAX - t.component;
}

/* Mark in `held` the components to which others refer. */
static void mark_held(const struct heap *h, const struct scc *scc,
		      uint64_t *held)
{
	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_keeps(h, o);

		if (scc->of[o] == SCC_NONE)
			continue;
		for (uint32_t i = 0; i < edges.nr; i++) {
			uint32_t to = scc->of[edges.to[i]];

			if (to != SCC_NONE && to != scc->of[o])
				bits_set(held, to);
		}
	}
}

/* Is `o` an instance of a program's class?  It stands for its component rather
 * than the dict with its attributes. */
static bool is_program_instance(const struct heap *h, oid o)
{
	uint32_t flags = heap_type_of(h, o)->flags;

	return flags & TYPE_IS_HEAP && !(flags & TYPE_IS_TYPE);
}

/* The sources of a subgraph whose components are known. */
static void find_sources(const struct heap *h, const struct scc *scc,
			 struct oid_vec *ret)
{
	CLEANUP(freep) uint64_t *held = bits_new(scc->nr);
	CLEANUP(freep) oid *first = xreallocarray(NULL, scc->nr,
						  sizeof(*first));

	memset(first, 0xff, scc->nr * sizeof(*first));
	mark_held(h, scc, held);
	for (oid o = 0; o < h->nr_objects; o++) {
		uint32_t c = scc->of[o];

		if (c != SCC_NONE && !bits_get(held, c) &&
		    (first[c] == OID_NONE ||
		     (is_program_instance(h, o) &&
		      !is_program_instance(h, first[c]))))
			first[c] = o;
	}
	for (uint32_t c = 0; c < scc->nr; c++)
		if (first[c] != OID_NONE)
			oid_vec_push(ret, first[c]);
}

void scc_release(struct scc *s)
{
	free(s->of);
	*s = (struct scc){ NULL, 0 };
}

void scc_sources(const struct heap *h, const uint64_t *within,
		 struct oid_vec *ret)
{
	CLEANUP(scc_release) struct scc scc;

	scc_build(h, within, &scc);
	find_sources(h, &scc, ret);
}
