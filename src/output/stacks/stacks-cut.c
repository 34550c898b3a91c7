/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "output/stacks/stacks-cut.h"

struct kept {
	uint32_t above, node;	/* nodes */
	struct tally sum;
};
VEC_DEFINE(kept_vec, struct kept);

struct cut {
	struct steps *steps;
	const struct stack_node *nodes;
	uint32_t nr;
	struct tally *sum, *cut;	/* by node; `cut`: what is left out */
	bool *is_kept;			/* by node */
	struct kept_vec kept;		/* by `above`, then the order to show */
	uint32_t *first;		/* by node: in `kept`; kept.nr: none */
	struct u32_vec named;		/* by text of `steps`; 0: not yet */
	struct stacks *ret;
};

/* --- which nodes --- */

/* Each node comes before those below it. */
static void add_up(struct cut *c)
{
	for (uint32_t i = 0; i < c->nr; i++) {
		c->cut[i] = c->nodes[i].cut;
		c->sum[i] = c->nodes[i].self;
		tally_add_all(&c->sum[i], &c->nodes[i].cut);
	}
	for (uint32_t i = c->nr; --i;)
		tally_add_all(&c->sum[c->nodes[i].above], &c->sum[i]);
}

static int most_first(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

/* The least bytes of a node that is kept. */
static uint64_t find_least(const struct cut *c, size_t max)
{
	CLEANUP(freep) uint64_t *bytes = NULL;
	size_t at = max;

	if (c->nr - 1 <= max)
		return 0;
	bytes = xreallocarray(NULL, c->nr, sizeof(*bytes));
	for (uint32_t i = 1; i < c->nr; i++)
		bytes[i - 1] = c->sum[i].bytes;
	qsort(bytes, c->nr - 1, sizeof(*bytes), most_first);
	/* Those that are equal are kept together or not at all. */
	while (at && bytes[at - 1] == bytes[max])
		at--;
	return at ? bytes[at - 1] : bytes[max];
}

static int by_place(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->above != y->above)
		return x->above < y->above ? -1 : 1;
	if (x->sum.bytes != y->sum.bytes)
		return x->sum.bytes > y->sum.bytes ? -1 : 1;
	if (x->sum.nr != y->sum.nr)
		return x->sum.nr > y->sum.nr ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

static void choose(struct cut *c, size_t max)
{
	uint64_t least = c->ret->least = find_least(c, max);

	c->is_kept[0] = true;
	for (uint32_t i = 1; i < c->nr; i++) {
		uint32_t above = c->nodes[i].above;

		if (!c->is_kept[above]) {
			c->ret->nr_cut++;
		} else if (c->sum[i].bytes < least || c->kept.nr >= max) {
			tally_add_all(&c->cut[above], &c->sum[i]);
			c->ret->nr_cut++;
		} else {
			c->is_kept[i] = true;
			kept_vec_push(&c->kept, (struct kept){ above, i,
							       c->sum[i] });
		}
	}
	if (c->kept.nr)
		qsort(c->kept.v, c->kept.nr, sizeof(*c->kept.v), by_place);
	for (uint32_t i = 0; i < c->nr; i++)
		c->first[i] = (uint32_t)c->kept.nr;
	for (size_t i = c->kept.nr; i--;)
		c->first[c->kept.v[i].above] = (uint32_t)i;
}

/* --- their names --- */

/* The number that a text of `steps` has in c->ret. */
static uint32_t add_text(struct cut *c, uint32_t text)
{
	struct stacks *s = c->ret;
	const char *bytes = steps_get(c->steps, text);

	while (c->named.nr <= text)
		u32_vec_push(&c->named, 0);
	if (!c->named.v[text]) {
		stacks_name_vec_push(&s->names, (struct stacks_name){
			s->bytes.len, -1 });
		str_add_bytes(&s->bytes, bytes, strlen(bytes) + 1);
		c->named.v[text] = (uint32_t)s->names.nr;
	}
	return c->named.v[text] - 1;
}

/* "module app" and ".CACHE" are "app.CACHE". */
static void add_step(const struct cut *c, const struct stack_node *n,
		     struct str *out)
{
	const struct stack_node *above = &c->nodes[n->above];

	if (n->is_attribute && above->is_module)
		str_add(out, steps_get(c->steps, above->step) +
				     strlen("module "));
	str_add(out, steps_get(c->steps, n->step));
}

static uint32_t add_name(struct cut *c, const struct stack_node *n)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	uint32_t ret;

	if (n->step != STEPS_NONE)
		add_step(c, n, &text);
	if (n->step != STEPS_NONE && n->type != STACK_NO_TYPE)
		str_add(&text, ": ");
	str_add(&text, steps_get(c->steps, n->type));
	if (n->is_repeated)
		str_add(&text, " (repeated)");
	ret = add_text(c, steps_text(c->steps, text.s));
	if (c->ret->names.v[ret].function < 0)
		c->ret->names.v[ret].function = n->function;
	return ret;
}

/* --- the frames --- */

/* A node that waits for its frame. */
struct waiting {
	uint32_t node, above, depth; /* the frame above it */
};
VEC_DEFINE(waiting_vec, struct waiting);

/* The last one comes first. */
static void push_below(const struct cut *c, uint32_t node, uint32_t frame,
		       uint32_t depth, struct waiting_vec *ret)
{
	size_t first = c->first[node], end = first;

	while (end < c->kept.nr && c->kept.v[end].above == node)
		end++;
	while (end > first)
		waiting_vec_push(ret, (struct waiting){ c->kept.v[--end].node,
							frame, depth });
}

static void add_cut(struct cut *c, uint32_t node, uint32_t frame)
{
	struct stacks_frame f = { .above = frame, .self = c->cut[node],
				  .sum = c->cut[node],
				  .root = node ? NULL : "left out" };

	if (!f.sum.nr)
		return;
	f.name = add_text(c, steps_text(c->steps, STACKS_CUT));
	stacks_frame_vec_push(&c->ret->v, f);
}

static void add_frames(struct cut *c)
{
	CLEANUP(waiting_vec_release) struct waiting_vec waiting = VEC_INIT;
	struct stacks *s = c->ret;

	push_below(c, 0, STACKS_TOP, 1, &waiting);
	while (waiting.nr) {
		struct waiting w = waiting.v[--waiting.nr];
		const struct stack_node *n = &c->nodes[w.node];
		uint32_t frame = (uint32_t)s->v.nr;
		struct stacks_frame f = {
			.above = w.above, .self = n->self,
			.sum = c->sum[w.node],
			.root = w.above == STACKS_TOP ? n->root : NULL,
		};

		f.name = add_name(c, n);
		stacks_frame_vec_push(&s->v, f);
		s->deepest = MAX(s->deepest, w.depth + !!c->cut[w.node].nr);
		push_below(c, w.node, frame, w.depth + 1, &waiting);
		add_cut(c, w.node, frame);
	}
	add_cut(c, 0, STACKS_TOP);
	s->deepest = MAX(s->deepest, 1u);
}

void stacks_cut(struct steps *steps, const struct stack_tree *tree,
		size_t max, struct stacks *ret)
{
	uint32_t nr = (uint32_t)tree->v.nr;
	struct cut c = { .steps = steps, .nodes = tree->v.v, .nr = nr,
			 .kept = VEC_INIT, .named = VEC_INIT, .ret = ret };

	c.sum = xcalloc(nr, sizeof(*c.sum));
	c.cut = xcalloc(nr, sizeof(*c.cut));
	c.is_kept = xcalloc(nr, sizeof(*c.is_kept));
	c.first = xcalloc(nr, sizeof(*c.first));
	add_up(&c);
	ret->all = c.sum[0];
	ret->nr_cut = tree->nr_cut;
	choose(&c, max);
	add_frames(&c);
	free(c.sum);
	free(c.cut);
	free(c.is_kept);
	free(c.first);
	kept_vec_release(&c.kept);
	u32_vec_release(&c.named);
}
