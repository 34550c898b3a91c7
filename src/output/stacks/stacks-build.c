/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/reach.h"
#include "analysis/graph/scc.h"
#include "base/str.h"
#include "output/stacks/stacks-build.h"
#include "output/stacks/stacks-cut.h"
#include "output/words.h"

/* A place with more names than this has data in its attributes. */
#define ATTRIBUTES_MAX 4096

#define NO_NODE UINT32_MAX
/* In builder.node: all that is below the object is at its node, too. */
#define INSIDE (UINT32_C(1) << 30)
static_assert(STACK_TREE_MAX < INSIDE, "a node can't have the bit");

/* --- distinct keys of a place --- */

static bool place_keys_used(const void *none UNUSED, const uint64_t *item)
{
	return *item != 0;
}

static uint64_t place_keys_key(const void *none UNUSED, const uint64_t *item)
{
	return *item;
}

static uint64_t place_keys_hash(const void *none UNUSED, uint64_t key,
				uint64_t salt)
{
	return hash_u64(key ^ salt);
}

static bool place_keys_same(uint64_t a, uint64_t b)
{
	return a == b;
}

HASH_DEFINE(place_keys, uint64_t, uint64_t, const void *);

/*
 * The heap is gone through twice.  The first time all keys are "[...]", and the
 * distinct ones of each place are counted: that makes the rough tree.  The
 * second time those of places with few of them are steps of their own.
 */
struct builder {
	struct heap *h;
	struct reach reach;
	struct steps steps;
	struct stack_tree rough, fine;
	struct stack_tree *tree;	/* the one that is being made */
	struct place_keys keys;
	uint32_t *node;			/* by object; NO_NODE: not yet */
	struct oid_vec way;		/* scratch */
};

/* --- roots --- */

static uint32_t group(struct builder *b, uint32_t above, const char *text)
{
	return stack_tree_step(b->tree, above & ~STACK_CUT,
			       steps_text(&b->steps, text), STACK_NO_TYPE);
}

/* A group below the top. */
static uint32_t top_group(struct builder *b, const char *root,
			  const char *text)
{
	uint32_t ret = group(b, 0, text);

	if (!(ret & STACK_CUT))
		b->tree->v.v[ret].root = root;
	return ret;
}

/* Threads of a pool differ in a number alone. */
static uint32_t thread_group(struct builder *b, uint32_t thread)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *p = b->h->threads.v[thread].name;

	str_add(&text, *p ? "thread " : "thread");
	while (*p) {
		size_t digits = strspn(p, "0123456789");

		str_add_char(&text, digits ? '*' : *p);
		p += digits ? digits : 1;
	}
	return top_group(b, "thread", text.s);
}

/* Greenlets and the like are many: they are one group. */
static uint32_t stack_group(struct builder *b, uint32_t index)
{
	const struct heap_stack *s = &b->h->stacks.v[index];
	const char *kind = heap_stack_kind_names[s->kind];

	return s->kind == STACK_THREAD ? thread_group(b, s->thread)
				       : top_group(b, kind, kind);
}

static uint32_t function_group(struct builder *b, int32_t index)
{
	const struct heap_frame *f = &b->h->frames.v[index];
	CLEANUP(str_release) struct str text = STR_INIT;
	uint32_t ret;

	/* It has no name that could be told. */
	if (b->h->info.redaction == REDACT_ALL)
		return group(b, stack_group(b, f->stack), "frame");
	str_addf(&text, "%s (%s)", f->function, path_base(f->file));
	ret = group(b, stack_group(b, f->stack), text.s);
	if (!(ret & STACK_CUT) && b->tree->v.v[ret].function < 0)
		b->tree->v.v[ret].function = index;
	return ret;
}

/* A module is below the package that it is part of. */
static uint32_t module_group(struct builder *b, const char *name)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	size_t package = strcspn(name, ".");
	uint32_t ret;

	str_addf(&text, "module %.*s", (int)package, name);
	ret = top_group(b, "module", text.s);
	if (!(ret & STACK_CUT) && name[package]) {
		b->tree->v.v[ret].is_module = true;
		str_add(&text, name + package);
		ret = group(b, ret, text.s);
	}
	if (!(ret & STACK_CUT))
		b->tree->v.v[ret].is_module = true;
	return ret;
}

/* The step from the group to the object that the root holds. */
static uint32_t root_slot(struct builder *b, const struct heap_root *root)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (root->kind == ROOT_MODULE)
		return STEPS_NONE;
	if (root->slot == SLOT_STACK)
		str_add(&text, "stack");
	else if (root->kind == ROOT_FRAME)
		words_root_slot(root, &text);
	else if (root->slot == SLOT_THREAD)
		str_add(&text, root->name);
	else
		words_root(b->h, root, &text);
	return steps_text(&b->steps, text.s);
}

static uint32_t root_group(struct builder *b, const struct heap_root *root)
{
	switch (root->kind) {
	case ROOT_MODULE:
		return module_group(b, root->name);
	case ROOT_FRAME:
		return root->frame >= 0 ? function_group(b, root->frame) :
					  top_group(b, "thread", "frames");
	case ROOT_BUILTINS:
		return top_group(b, "builtins", "builtins");
	case ROOT_TYPE:
		return top_group(b, "type", "built-in types");
	case ROOT_INTERPRETER:
		return root->slot == SLOT_THREAD ?
			thread_group(b, root->thread) :
			top_group(b, "interpreter", "interpreter");
	default:
		return top_group(b, "native code", "native code");
	}
}

/* The group of a root that was found by counting. */
static uint32_t counted_group(struct builder *b, const struct root *root)
{
	if (!root->surplus)
		return top_group(b, "garbage", "garbage");
	return root->surplus == REFCOUNT_IMMORTAL ?
		top_group(b, "immortal", "immortal objects") :
		top_group(b, "native code", "native code");
}

static uint32_t step_to(struct builder *b, uint32_t above, uint32_t step,
			oid o)
{
	if (above & STACK_CUT)
		return above;
	return stack_tree_step(b->tree, above, step,
			       steps_type(&b->steps, b->h->type[o]));
}

static uint32_t place_root(struct builder *b, oid o)
{
	const struct root *root = &b->reach.roots.v[b->reach.edge[o]];
	const struct heap_root *place;
	uint32_t above;

	if (root->place == ROOT_NO_PLACE)
		return step_to(b, counted_group(b, root), STEPS_NONE, o);
	place = &b->h->roots.v[root->place];
	above = root_group(b, place);
	/* The module is the frame of its name. */
	if (place->kind == ROOT_MODULE &&
	    heap_kind_of(b->h, o) == TYPE_KIND_MODULE)
		return above;
	return step_to(b, above, root_slot(b, place), o);
}

/* --- steps --- */

/* Is `o` reached as the __dict__ of another object? */
static bool is_names(const struct builder *b, oid o)
{
	oid parent = b->reach.parent[o];

	return parent != OID_NONE &&
	       steps_is_dict(&b->steps, parent, b->reach.edge[o]);
}

/* Count a text if the place had it not before, up to one more than `max`. */
static void count_key(struct builder *b, uint32_t node, uint32_t text,
		      uint32_t *nr, uint32_t max)
{
	size_t before = b->keys.nr;

	if (*nr > max)
		return;
	place_keys_put(&b->keys, NULL, (uint64_t)node << 32 | text);
	*nr += b->keys.nr > before;
}

/* The step as the rough tree has it. */
static uint32_t rough_text(const struct stack_node *n,
			   const struct step_text *step)
{
	if (step->kind == STEPS_KEY)
		return STEPS_ITEM;
	return step->kind == STEPS_ATTRIBUTE &&
	       n->nr_attributes > ATTRIBUTES_MAX ? STEPS_ANY : step->text;
}

static uint32_t rough_step(struct builder *b, uint32_t above,
			   const struct step_text *step, oid o)
{
	struct stack_node *n = &b->rough.v.v[above];

	if (step->kind == STEPS_KEY)
		count_key(b, above, step->text, &n->nr_keys, STACKS_KEYS_MAX);
	else if (step->kind == STEPS_ATTRIBUTE)
		count_key(b, above, step->text, &n->nr_attributes,
			  ATTRIBUTES_MAX);
	return step_to(b, above, rough_text(n, step), o);
}

static uint32_t fine_step(struct builder *b, uint32_t above,
			  const struct step_text *step, oid o)
{
	uint32_t rough = b->fine.v.v[above].rough;
	const struct stack_node *n = &b->rough.v.v[rough];
	uint32_t text = rough_text(n, step), ret;
	bool is_new = b->fine.v.nr < STACK_TREE_MAX;

	if (step->kind == STEPS_KEY && rough && n->nr_keys <= STACKS_KEYS_MAX)
		ret = step_to(b, above, step->text, o);
	else
		ret = step_to(b, above, text, o);
	if (is_new && !(ret & STACK_CUT) && !b->fine.v.v[ret].rough) {
		b->fine.v.v[ret].rough = stack_tree_find(
			&b->rough, rough, text,
			steps_type(&b->steps, b->h->type[o]));
		b->fine.v.v[ret].is_attribute = text != STEPS_ANY &&
			step->kind == STEPS_ATTRIBUTE;
	}
	return ret;
}

/* The rough tree has the same groups. */
static void find_rough_group(struct builder *b, uint32_t node)
{
	struct stack_node *n = &b->fine.v.v[node];

	if (!n->rough && node)
		n->rough = stack_tree_find(&b->rough,
					   b->fine.v.v[n->above].rough,
					   n->step, n->type);
}

/* Is `o` part of its parent, as the __dict__ of an object and the texts and
 * the code of a function are? */
static bool is_part(const struct heap *h, oid parent,
		    const struct step_text *step, oid o)
{
	enum type_kind kind = heap_kind_of(h, o);

	return (step->kind == STEPS_DICT &&
		heap_type_of(h, o)->flags & TYPE_IS_DICT) ||
	       (heap_kind_of(h, parent) == TYPE_KIND_FUNCTION &&
		(kind == TYPE_KIND_CODE || kind == TYPE_KIND_STR));
}

static uint32_t place_step(struct builder *b, oid o)
{
	oid parent = b->reach.parent[o];
	uint32_t edge = b->reach.edge[o], above = b->node[parent];
	struct step_text step;

	if (above & (STACK_CUT | INSIDE))
		return above;
	step = steps_of(&b->steps, parent, edge, is_names(b, parent));
	if (is_part(b->h, parent, &step, o))
		return above;
	if (heap_is_guess(b->h, parent, edge)) {
		above = group(b, above, "guessed reference");
		if (above & STACK_CUT)
			return above;
		if (b->tree == &b->fine)
			find_rough_group(b, above);
	}
	return b->tree == &b->rough ? rough_step(b, above, &step, o) :
				      fine_step(b, above, &step, o);
}

static uint32_t place_object(struct builder *b, oid o)
{
	uint32_t ret;

	if (b->reach.parent[o] != OID_NONE)
		return place_step(b, o);
	/* Nothing is: all garbage is given a root. */
	if (!reach_has(&b->reach, o))
		return step_to(b, top_group(b, "garbage", "garbage"),
			       STEPS_NONE, o);
	ret = place_root(b, o);
	if (b->tree == &b->fine && !(ret & STACK_CUT)) {
		CLEANUP(oid_vec_release) struct oid_vec nodes = VEC_INIT;

		for (uint32_t n = ret; n; n = b->fine.v.v[n].above)
			oid_vec_push(&nodes, n);
		while (nodes.nr)
			find_rough_group(b, nodes.v[--nodes.nr]);
	}
	return ret;
}

/* Place `o` after what it hangs on. */
static void place_way(struct builder *b, oid o)
{
	for (; b->node[o] == NO_NODE; o = b->reach.parent[o]) {
		oid_vec_push(&b->way, o);
		if (b->reach.parent[o] == OID_NONE)
			break;
	}
	while (b->way.nr) {
		o = b->way.v[--b->way.nr];
		b->node[o] = place_object(b, o);
		/* Names, constants, and code of inner functions. */
		if (heap_kind_of(b->h, o) == TYPE_KIND_CODE)
			b->node[o] |= INSIDE;
	}
}

static void build_tree(struct builder *b, struct stack_tree *tree)
{
	stack_tree_init(tree);
	b->tree = tree;
	memset(b->node, 0xff, b->h->nr_objects * sizeof(*b->node));
	for (oid o = 0; o < b->h->nr_objects; o++)
		place_way(b, o);
}

static void count_objects(struct builder *b)
{
	for (oid o = 0; o < b->h->nr_objects; o++) {
		uint32_t node = b->node[o] & ~(STACK_CUT | INSIDE);
		struct stack_node *n = &b->fine.v.v[node];

		tally_add(b->node[o] & STACK_CUT ? &n->cut : &n->self,
			  heap_bytes(b->h, o));
	}
}

/* --- all --- */

static void reach_all(struct heap *h, struct reach *ret)
{
	CLEANUP(freep) uint64_t *within = NULL;
	CLEANUP(oid_vec_release) struct oid_vec first = VEC_INIT;

	reach_build(h, NULL, ret);
	if (ret->nr_reached == h->nr_objects)
		return;
	within = bits_new(h->nr_objects);
	for (oid o = 0; o < h->nr_objects; o++)
		if (!reach_has(ret, o))
			bits_set(within, o);
	scc_sources(h, within, &first);
	reach_add_garbage(h, first.v, first.nr, ret);
}

struct error *stacks_build(struct heap *h, size_t max, struct stacks *ret)
{
	struct builder b = { .h = h, .way = VEC_INIT };
	struct error *err = steps_init(&b.steps, h);

	*ret = (struct stacks){ .bytes = STR_INIT };
	if (!err) {
		reach_all(h, &b.reach);
		b.node = xreallocarray(NULL, h->nr_objects, sizeof(*b.node));
		build_tree(&b, &b.rough);
		place_keys_release(&b.keys);
		build_tree(&b, &b.fine);
		count_objects(&b);
		stacks_cut(&b.steps, &b.fine, max, ret);
	}
	reach_release(&b.reach);
	free(b.node);
	oid_vec_release(&b.way);
	stack_tree_release(&b.rough);
	stack_tree_release(&b.fine);
	steps_release(&b.steps);
	return err;
}
