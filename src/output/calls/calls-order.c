/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/search.h"
#include "output/calls/calls-order.h"

#define NO_CLASS 0u

struct child {
	size_t parent, stack;
};
VEC_DEFINE(child_vec, struct child);

struct order {
	const struct call_stacks *c;
	const struct calls_shown *shown;
	struct child_vec children; /* by parent */
	uint32_t *class;	/* of each stack: the same for those alike */
	bool *matches, *placed;
	struct stack_row_vec todo; /* the next one is the last */
	struct stack_row_vec *ret;
};

bool calls_has_type(const struct call_stacks *c, const struct call_stack *s,
		     const bool *types)
{
	bool has = !types;

	for (size_t i = 0; !has && i < s->nr; i++) {
		CLEANUP(call_locals_release) struct call_local_vec locals =
			VEC_INIT;

		call_locals(c, &c->frames.v[s->first + i], &locals);
		for (size_t k = 0; !has && k < locals.nr; k++)
			has = types[c->h->type[locals.v[k].object]];
	}
	return has;
}

/* --- alike --- */

static int compare_frames(const struct call_frame *x,
			  const struct call_frame *y)
{
	int ret = 0;

	if (x->function != y->function)
		ret = strcmp(x->function, y->function);
	if (!ret && x->file != y->file)
		ret = strcmp(x->file, y->file);
	return ret ? ret : (x->line > y->line) - (x->line < y->line);
}

static int compare_stacks(const struct call_stacks *c, size_t a, size_t b)
{
	const struct call_stack *x = &c->stacks.v[a], *y = &c->stacks.v[b];

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->state != y->state)
		return x->state < y->state ? -1 : 1;
	if (x->nr != y->nr)
		return x->nr < y->nr ? -1 : 1;
	for (size_t i = 0; i < x->nr; i++) {
		int ret = compare_frames(&c->frames.v[x->first + i],
					 &c->frames.v[y->first + i]);

		if (ret)
			return ret;
	}
	return 0;
}

static int compare_by_frames(const void *a, const void *b, void *context)
{
	const struct order *o = context;

	return compare_stacks(o->c, *(const size_t *)a, *(const size_t *)b);
}

static void find_classes(struct order *o)
{
	const struct call_stacks *c = o->c;
	size_t nr = c->stacks.nr;
	CLEANUP(freep) size_t *sorted = xcalloc(nr + 1, sizeof(*sorted));
	uint32_t class = NO_CLASS;

	for (size_t i = 0; i < nr; i++)
		sorted[i] = i;
	if (nr)
		qsort_r(sorted, nr, sizeof(*sorted), compare_by_frames, o);
	for (size_t i = 0; i < nr; i++) {
		if (!i || compare_stacks(c, sorted[i - 1], sorted[i]))
			class++;
		o->class[sorted[i]] = class;
	}
}

/* --- the tree --- */

static int compare_children(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return (x->stack > y->stack) - (x->stack < y->stack);
}

static void find_children(struct order *o)
{
	const struct call_stacks *c = o->c;

	for (size_t i = 0; i < c->stacks.nr; i++) {
		const struct call_stack *s = &c->stacks.v[i];

		for (size_t k = 0; k < s->nr_awaiters; k++) {
			size_t parent = call_stacks_task(
				c, c->awaiters.v[s->first_awaiter + k]);

			if (parent != SIZE_MAX)
				child_vec_push(&o->children,
					       (struct child){ parent, i });
		}
	}
	if (o->children.nr)
		qsort(o->children.v, o->children.nr, sizeof(*o->children.v),
		      compare_children);
}

static size_t first_child(const struct order *o, size_t parent)
{
	return SEARCH_FIRST(o->children.nr, i,
			    o->children.v[i].parent >= parent);
}

static bool has_children(const struct order *o, size_t stack)
{
	size_t i = first_child(o, stack);

	return i < o->children.nr && o->children.v[i].parent == stack;
}

/* Does another task that has a stack await it? */
static bool is_awaited(const struct order *o, size_t i)
{
	const struct call_stack *s = &o->c->stacks.v[i];

	for (size_t k = 0; k < s->nr_awaiters; k++)
		if (call_stacks_task(o->c,
				     o->c->awaiters.v[s->first_awaiter + k]) !=
		    SIZE_MAX)
			return true;
	return false;
}

/* --- rows --- */

struct sibling {
	size_t stack;
	uint32_t class;		/* NO_CLASS: alike to none */
	const struct call_stack *s;
};
VEC_DEFINE(sibling_vec, struct sibling);

static int compare_siblings(const void *a, const void *b)
{
	const struct sibling *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->s->retained != y->s->retained)
		return x->s->retained > y->s->retained ? -1 : 1;
	return (x->stack > y->stack) - (x->stack < y->stack);
}

/* The last one is shown first. */
static int compare_rows(const void *a, const void *b, void *context)
{
	const struct stack_row *x = a, *y = b;
	const struct order *o = context;
	enum call_kind kx = o->c->stacks.v[x->stack].kind;
	enum call_kind ky = o->c->stacks.v[y->stack].kind;

	if (kx != ky && !o->shown->by_retained)
		return kx > ky ? -1 : 1;
	if (x->retained != y->retained)
		return x->retained < y->retained ? -1 : 1;
	return (x->stack < y->stack) - (x->stack > y->stack);
}

/* Fold those alike, and put the rows on o->todo. */
static void add_siblings(struct order *o, struct sibling_vec *v,
			 unsigned int depth)
{
	size_t first = o->todo.nr;

	if (!v->nr)
		return;
	qsort(v->v, v->nr, sizeof(*v->v), compare_siblings);
	for (size_t i = 0; i < v->nr; i++) {
		const struct sibling *s = &v->v[i];

		if (i && s->class != NO_CLASS && s->class == s[-1].class) {
			struct stack_row *last = &o->todo.v[o->todo.nr - 1];

			last->nr++;
			last->retained += s->s->retained;
			continue;
		}
		stack_row_vec_push(&o->todo, (struct stack_row){
			s->stack, depth, 1, s->s->retained, false });
	}
	qsort_r(o->todo.v + first, o->todo.nr - first, sizeof(*o->todo.v),
		compare_rows, o);
}

static struct sibling sibling_of(const struct order *o, size_t i)
{
	const struct call_stack *s = &o->c->stacks.v[i];
	bool folds = s->kind != CALL_THREAD && !o->shown->by_retained &&
		     !has_children(o, i);

	return (struct sibling){ i, folds ? o->class[i] : NO_CLASS, s };
}

static void place(struct order *o, struct sibling_vec *v, size_t i)
{
	o->placed[i] = true;
	sibling_vec_push(v, sibling_of(o, i));
}

static void add_below(struct order *o, const struct stack_row *row)
{
	CLEANUP(sibling_vec_release) struct sibling_vec v = VEC_INIT;

	for (size_t i = first_child(o, row->stack);
	     i < o->children.nr && o->children.v[i].parent == row->stack; i++) {
		size_t stack = o->children.v[i].stack;

		if (!o->matches[stack])
			continue;
		if (!o->placed[stack])
			place(o, &v, stack);
		else
			stack_row_vec_push(&o->todo, (struct stack_row){
				stack, row->depth + 1, 1, 0, true });
	}
	add_siblings(o, &v, row->depth + 1);
}

static void empty_todo(struct order *o)
{
	while (o->todo.nr) {
		struct stack_row row = o->todo.v[--o->todo.nr];

		stack_row_vec_push(o->ret, row);
		if (!o->shown->by_retained && !row.again)
			add_below(o, &row);
	}
}

static void add_tops(struct order *o)
{
	CLEANUP(sibling_vec_release) struct sibling_vec v = VEC_INIT;

	for (size_t i = 0; i < o->c->stacks.nr; i++)
		if (o->matches[i] &&
		    (o->shown->by_retained || o->shown->types ||
		     !is_awaited(o, i)))
			place(o, &v, i);
	add_siblings(o, &v, 0);
	empty_todo(o);
	/* Those that wait for each other in a circle have no top. */
	for (size_t i = 0; i < o->c->stacks.nr; i++) {
		if (!o->matches[i] || o->placed[i])
			continue;
		v.nr = 0;
		place(o, &v, i);
		add_siblings(o, &v, 0);
		empty_todo(o);
	}
}

void calls_order(const struct call_stacks *c,
		  const struct calls_shown *shown, struct stack_row_vec *ret)
{
	size_t nr = c->stacks.nr + 1;
	CLEANUP(freep) uint32_t *class = xcalloc(nr, sizeof(*class));
	CLEANUP(freep) bool *matches = xcalloc(nr, sizeof(*matches));
	CLEANUP(freep) bool *placed = xcalloc(nr, sizeof(*placed));
	struct order o = { .c = c, .shown = shown, .class = class,
			   .matches = matches, .placed = placed, .ret = ret };

	for (size_t i = 0; i < c->stacks.nr; i++)
		matches[i] = calls_has_type(c, &c->stacks.v[i], shown->types);
	find_classes(&o);
	find_children(&o);
	add_tops(&o);
	child_vec_release(&o.children);
	stack_row_vec_release(&o.todo);
}
