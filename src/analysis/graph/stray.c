/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/loop.h"
#include "analysis/graph/scc.h"
#include "analysis/graph/stray.h"

struct stray {
	const struct heap *h;
	uint64_t *within;	/* the unreached */
	struct scc scc;
	struct heap_inbound in;
	oid *next;		/* on the way to the object; NONE unvisited */
};

static void get_component(const struct stray *s, uint32_t component,
			  struct oid_vec *ret)
{
	for (oid o = 0; o < s->h->nr_objects; o++)
		if (s->scc.of[o] == component)
			oid_vec_push(ret, o);
}

/* The first edge from `from` to `to`, which there is. */
static uint32_t first_edge_to(const struct heap *h, oid from, oid to)
{
	struct heap_edges edges = heap_edges(h, from);
	uint32_t i = 0;

	while (edges.to[i] != to)
		i++;
	return i;
}

/* Something of its own component, itself perhaps, refers to it. */
static bool is_in_cycle(const struct stray *s, oid o)
{
	for (uint64_t i = s->in.start[o]; i < s->in.start[o + 1]; i++)
		if (s->scc.of[s->in.from[i]] == s->scc.of[o])
			return true;
	return false;
}

/* Search backwards from `o`; OID_NONE: no cycle leads to it. */
static oid nearest_in_cycle(struct stray *s, oid o)
{
	CLEANUP(oid_vec_release) struct oid_vec queue = VEC_INIT;

	s->next[o] = o;
	oid_vec_push(&queue, o);
	for (size_t head = 0; head < queue.nr; head++) {
		oid at = queue.v[head];

		if (is_in_cycle(s, at))
			return at;
		for (uint64_t i = s->in.start[at]; i < s->in.start[at + 1];
		     i++) {
			oid from = s->in.from[i];

			if (!bits_get(s->within, from) ||
			    s->next[from] != OID_NONE)
				continue;
			s->next[from] = at;
			oid_vec_push(&queue, from);
		}
	}
	return OID_NONE;
}

static void find_cycle_to(struct stray *s, oid o, struct path *cycle,
			  struct path *way)
{
	CLEANUP(oid_vec_release) struct oid_vec members = VEC_INIT;
	oid at = nearest_in_cycle(s, o);

	if (at == OID_NONE)
		return;
	get_component(s, s->scc.of[at], &members);
	if (!loop_find(s->h, members.v, (uint32_t)members.nr, at, cycle))
		return;
	path_push(way, (struct step){ at, PATH_START });
	for (; at != o; at = s->next[at])
		path_push(way, (struct step){
				       s->next[at],
				       first_edge_to(s->h, at, s->next[at]) });
}

void stray_find(const struct heap *h, const struct reach *reach, oid o,
		struct path *cycle, struct path *from_cycle)
{
	struct stray s = { .h = h, .within = bits_new(h->nr_objects) };

	*cycle = (struct path)VEC_INIT;
	*from_cycle = (struct path)VEC_INIT;
	for (oid i = 0; i < h->nr_objects; i++)
		if (!reach_has(reach, i))
			bits_set(s.within, i);
	s.next = xreallocarray(NULL, h->nr_objects, sizeof(*s.next));
	memset(s.next, 0xff, h->nr_objects * sizeof(*s.next));
	scc_build(h, s.within, &s.scc);
	heap_inbound_build(h, &s.in);
	find_cycle_to(&s, o, cycle, from_cycle);
	heap_inbound_release(&s.in);
	scc_release(&s.scc);
	free(s.within);
	free(s.next);
}
