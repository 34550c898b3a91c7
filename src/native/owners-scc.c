/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * D. J. Pearce, "A space-efficient algorithm for finding strongly connected
 * components" (2016), as in analysis/graph/scc.c.  of[n] of a live node is its
 * index in the order of visits, from 1 on; that of a done one is its component,
 * counted down from UINT32_MAX.  There are never more live nodes than numbers
 * below the last component, so the two do not meet.  Zero is unvisited.
 */
#include "native/owners-scc.h"

struct call {
	uint32_t node;
	uint32_t next : 31;	/* edge to look at, from the node's first on */
	uint32_t is_root : 1;	/* no way back to an earlier node so far */
};
VEC_DEFINE(call_vec, struct call);

struct components {
	const struct owners_edges *edges;
	uint32_t *of;
	uint32_t index, component;
	struct call_vec calls;
	struct u32_vec done;	/* visited, component not yet known */
};

static void begin_node(struct components *c, uint32_t node)
{
	c->of[node] = c->index++;
	call_vec_push(&c->calls, (struct call){ node, 0, 1 });
}

/* All edges of `node` are seen: is it the first visited of a component? */
static void finish_node(struct components *c, uint32_t node, bool is_root)
{
	if (!is_root) {
		u32_vec_push(&c->done, node);
		return;
	}
	c->index--;
	while (c->done.nr && c->of[node] <= c->of[c->done.v[c->done.nr - 1]]) {
		c->of[c->done.v[--c->done.nr]] = c->component;
		c->index--;
	}
	c->of[node] = c->component--;
}

/* Follow edges of the topmost call until one leads to a new node. */
static void step_along_edges(struct components *c)
{
	struct call *f = &c->calls.v[c->calls.nr - 1];
	uint32_t node = f->node, first = c->edges->first[node];
	uint32_t nr = c->edges->first[node + 1] - first;

	for (; f->next < nr; f->next++) {
		uint32_t next = c->edges->to.v[first + f->next];

		if (!c->of[next]) {
			/* Comes back to this same edge when `next` is done. */
			begin_node(c, next);
			return;
		}
		if (c->of[next] < c->of[node]) {
			c->of[node] = c->of[next];
			f->is_root = 0;
		}
	}
	c->calls.nr--;
	finish_node(c, node, f->is_root);
}

void owners_scc(struct owners *o)
{
	struct components c = { .edges = &o->edges[LINK_START], .index = 1,
				.component = UINT32_MAX };

	c.of = xcalloc((size_t)o->nr_open + 1, sizeof(*c.of));
	for (uint32_t n = 0; n < o->nr_open; n++) {
		if (c.of[n])
			continue;
		begin_node(&c, n);
		while (c.calls.nr)
			step_along_edges(&c);
	}
	for (uint32_t n = 0; n < o->nr_open; n++)
		c.of[n] = UINT32_MAX - c.of[n];
	call_vec_release(&c.calls);
	u32_vec_release(&c.done);
	o->component = c.of;
	o->nr_components = UINT32_MAX - c.component;
}
