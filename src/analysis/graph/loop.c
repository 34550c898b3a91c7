/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/loop.h"
#include "base/search.h"

/*
 * Objects are known here by their index in `members`: what this needs goes
 * by the size of the component, not of the heap.
 */
struct loop_search {
	const struct heap *h;
	const oid *members;
	uint32_t nr;
	uint32_t start;
	uint32_t *parent, *edge, *queue;	/* parent: NONE unvisited */
	uint32_t head, tail;
};

#define NONE UINT32_MAX

static uint32_t member_index(const struct loop_search *s, oid o)
{
	size_t first = SEARCH_FIRST(s->nr, i, s->members[i] >= o);

	return first < s->nr && s->members[first] == o ? (uint32_t)first : NONE;
}

static void visit_member(struct loop_search *s, uint32_t from, uint32_t edge,
			 uint32_t to)
{
	if (s->parent[to] != NONE)
		return;
	s->parent[to] = from;
	s->edge[to] = edge;
	s->queue[s->tail++] = to;
}

/* True when an edge of `at` was found that leads back to the start. */
static bool expand_member(struct loop_search *s, uint32_t at)
{
	const struct heap *h = s->h;
	oid o = s->members[at];
	struct heap_edges edges = heap_edges(h, o);

	for (uint32_t i = 0; i < edges.nr; i++) {
		uint32_t next = member_index(s, edges.to[i]);

		if (next != NONE)
			visit_member(s, at, i, next);
		/* The start itself is unvisited until something leads back. */
		if (next == s->start)
			return true;
	}
	return false;
}

static struct path take_loop(const struct loop_search *s)
{
	struct path p = VEC_INIT;
	uint32_t at = s->start;

	do {
		path_push(&p, (struct step){ s->members[at], s->edge[at] });
		at = s->parent[at];
	} while (at != s->start);
	path_push(&p, (struct step){ s->members[at], PATH_START });
	path_reverse(&p);
	return p;
}

bool loop_find(const struct heap *h, const oid *members, uint32_t nr,
	       oid start, struct path *ret)
{
	struct loop_search s = { .h = h, .members = members, .nr = nr };
	bool found;

	s.start = member_index(&s, start);
	if (s.start == NONE)
		return false;
	s.parent = xreallocarray(NULL, nr, sizeof(*s.parent));
	memset(s.parent, 0xff, nr * sizeof(*s.parent));
	s.edge = xreallocarray(NULL, nr, sizeof(*s.edge));
	s.queue = xreallocarray(NULL, (size_t)nr + 1, sizeof(*s.queue));
	found = expand_member(&s, s.start);
	while (!found && s.head < s.tail)
		found = expand_member(&s, s.queue[s.head++]);
	if (found)
		*ret = take_loop(&s);
	free(s.parent);
	free(s.edge);
	free(s.queue);
	return found;
}
