/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/retained-cut.h"
#include "base/queue.h"

/* An object that retains less than this part of the node above it is no node of
 * its own. */
#define SINGLE_PART 100
/* What is smaller than this part of the heap gets no node: a picture of 2,000
 * times 1,000 pixels has no place for it. */
#define LEAST_PART 100000
#define LEAST_BYTES 256

VEC_DEFINE(objects_vec, struct oid_vec);

struct cut {
	struct retained_view *v;
	struct cut_node_vec *nodes;
	uint64_t least;		/* bytes of a node */
	/* By node: its objects.  Empty once the node is opened. */
	struct objects_vec objects;
	struct queue queue;	/* nodes to open, the largest one first */
	struct oid_vec below;
	struct oid_vec *of_type; /* by type; they are empty between calls */
};

static int largest_first(const void *node_vec, uint32_t a, uint32_t b)
{
	const struct cut_node *nodes =
		((const struct cut_node_vec *)node_vec)->v;

	if (nodes[a].sum.bytes != nodes[b].sum.bytes)
		return nodes[a].sum.bytes > nodes[b].sum.bytes ? -1 : 1;
	return (a > b) - (a < b);
}

static void find_below(struct cut *c, uint32_t node)
{
	struct oid_vec *objects = &c->objects.v[node];

	c->below.nr = 0;
	for (size_t i = 0; i < objects->nr; i++)
		retained_below(c->v, objects->v[i], &c->below);
	oid_vec_release(objects);
	if (!node)
		retained_below(c->v, OID_NONE, &c->below);
}

/* Add a node of these objects of one type, if it is not too small.  The node
 * takes the objects: the vector is empty then. */
static void add_node(struct cut *c, uint32_t above, struct oid_vec *objects)
{
	const struct dominators *d = &c->v->dominators;
	struct cut_node node = {
		.above = above,
		.object = objects->nr == 1 ? objects->v[0] : OID_NONE,
		.first = objects->v[0],
		.last = objects->v[objects->nr - 1],
		.type = c->v->h->type[objects->v[0]],
		.nr = objects->nr,
	};

	for (size_t i = 0; i < objects->nr; i++) {
		node.sum.nr += d->objects[objects->v[i]];
		node.sum.bytes += d->bytes[objects->v[i]];
	}
	if (node.sum.bytes < c->least) {
		oid_vec_release(objects);
	} else {
		objects_vec_push(&c->objects, *objects);
		cut_node_vec_push(c->nodes, node);
		queue_push(&c->queue, c->nodes->nr - 1);
	}
	*objects = (struct oid_vec)VEC_INIT;
}

/* The objects of c->below from `first` on are grouped by type. */
static void add_groups(struct cut *c, uint32_t above, size_t first)
{
	const uint32_t *type = c->v->h->type;

	for (size_t i = first; i < c->below.nr; i++)
		oid_vec_push(&c->of_type[type[c->below.v[i]]], c->below.v[i]);
	for (size_t i = first; i < c->below.nr; i++)
		if (c->of_type[type[c->below.v[i]]].nr)
			add_node(c, above, &c->of_type[type[c->below.v[i]]]);
}

/* Below one object, and at the top, the largest objects are single.  Returns
 * how many these are: they come first in c->below. */
static size_t add_single(struct cut *c, uint32_t above)
{
	const struct dominators *d = &c->v->dominators;
	uint64_t least = MAX(c->nodes->v[above].sum.bytes / SINGLE_PART,
			     c->least);
	size_t i;

	dominators_sort(d, c->below.v, c->below.nr);
	/* Of a damaged heap, sums may be less than their parts. */
	for (i = 0; i < MIN(c->below.nr, (size_t)SINGLE_PART) &&
		    d->bytes[c->below.v[i]] >= least; i++) {
		struct oid_vec one = VEC_INIT;

		oid_vec_push(&one, c->below.v[i]);
		add_node(c, above, &one);
	}
	return i;
}

static void open_node(struct cut *c, uint32_t node)
{
	bool is_group = c->nodes->v[node].nr > 1;

	find_below(c, node);
	c->nodes->v[node].opened = true;
	add_groups(c, node, is_group ? 0 : add_single(c, node));
}

void retained_cut(struct retained_view *v, size_t max,
		  struct cut_node_vec *ret)
{
	const struct heap *h = v->h;
	struct cut c = { .v = v, .nodes = ret, .objects = VEC_INIT,
			 .queue = { VEC_INIT, largest_first, ret },
			 .below = VEC_INIT };

	c.least = MAX(v->dominators.all_bytes / LEAST_PART,
		      (uint64_t)LEAST_BYTES);
	c.of_type = xcalloc(h->types.nr, sizeof(*c.of_type));
	cut_node_vec_push(ret, (struct cut_node){
		.above = CUT_NONE, .object = OID_NONE,
		.first = OID_NONE, .last = OID_NONE, .type = CUT_NONE,
		.sum = { h->nr_objects, v->dominators.all_bytes } });
	objects_vec_push(&c.objects, (struct oid_vec)VEC_INIT);
	queue_push(&c.queue, 0);
	while (c.queue.v.nr && ret->nr < max)
		open_node(&c, queue_pop(&c.queue));
	for (size_t i = 0; i < c.objects.nr; i++)
		oid_vec_release(&c.objects.v[i]);
	objects_vec_release(&c.objects);
	queue_release(&c.queue);
	oid_vec_release(&c.below);
	free(c.of_type);
}
