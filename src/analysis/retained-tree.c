/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/retained-tree.h"

/* A child that retains less than this part of its parent has no line. */
#define LEAST_PART 20

struct retained_tree_build {
	struct retained_view *v;
	struct retained_line_vec lines;	/* still to add, the next one last */
	struct retained_line *of_type;	/* by type; nr == 0: none so far */
	struct oid_vec below;
};

static struct retained_line line_of(const struct retained_view *v, oid o)
{
	const struct dominators *d = &v->dominators;

	return (struct retained_line){
		.object = o,
		.above = OID_NONE,
		.type = v->h->type[o],
		.nr = 1,
		.sum = { d->objects[o], d->bytes[o] },
	};
}

/* Largest first; lines of one object before lines of several. */
static int compare_lines(const void *pa, const void *pb, void *view)
{
	const struct retained_line *a = pa, *b = pb;
	const struct retained_view *v = view;

	if (a->object != OID_NONE && b->object != OID_NONE)
		return dominators_compare(&v->dominators, a->object,
					  b->object);
	if ((a->object == OID_NONE) != (b->object == OID_NONE))
		return a->object == OID_NONE ? 1 : -1;
	if (a->sum.bytes != b->sum.bytes)
		return a->sum.bytes > b->sum.bytes ? -1 : 1;
	return (a->type > b->type) - (a->type < b->type);
}

static void add_to_type_line(struct retained_tree_build *t, oid o)
{
	struct retained_line one = line_of(t->v, o);
	struct retained_line *all = &t->of_type[one.type];

	if (!all->nr) {
		*all = one;
		return;
	}
	all->object = OID_NONE;
	all->nr++;
	all->sum.nr += one.sum.nr;
	all->sum.bytes += one.sum.bytes;
}

/* Lines for what is below `line`, in `*ret`. */
static void find_lines_below(struct retained_tree_build *t,
			     const struct retained_line *line,
			     struct retained_line_vec *ret)
{
	uint64_t least = MAX(line->sum.bytes / LEAST_PART, UINT64_C(1));
	const struct dominators *d = &t->v->dominators;

	t->below.nr = 0;
	retained_below(t->v, line->object, &t->below);
	for (size_t i = 0; i < t->below.nr; i++) {
		oid o = t->below.v[i];

		if (d->bytes[o] >= least)
			retained_line_vec_push(ret, line_of(t->v, o));
		else
			add_to_type_line(t, o);
	}
	for (size_t i = 0; i < t->below.nr; i++) {
		struct retained_line *all =
			&t->of_type[t->v->h->type[t->below.v[i]]];

		if (all->nr && all->sum.bytes >= least)
			retained_line_vec_push(ret, *all);
		all->nr = 0;
	}
}

/* Push the lines in reverse order: the last one is popped first. */
static void push_lines_below(struct retained_tree_build *t,
			     const struct retained_line *line)
{
	CLEANUP(retained_line_vec_release) struct retained_line_vec below =
		VEC_INIT;

	find_lines_below(t, line, &below);
	if (below.nr)
		qsort_r(below.v, below.nr, sizeof(*below.v), compare_lines,
			t->v);
	for (size_t i = below.nr; i-- > 0;) {
		below.v[i].depth = line->depth + 1;
		below.v[i].above = line->object;
		retained_line_vec_push(&t->lines, below.v[i]);
	}
}

void retained_tree(struct retained_view *v, oid o, uint64_t depth,
		   struct retained_line_vec *ret)
{
	struct retained_tree_build t = { .v = v,
					 .lines = VEC_INIT,
					 .below = VEC_INIT };

	t.of_type = xcalloc(v->h->types.nr, sizeof(*t.of_type));
	retained_line_vec_push(&t.lines, line_of(v, o));
	while (t.lines.nr) {
		struct retained_line line = t.lines.v[--t.lines.nr];

		retained_line_vec_push(ret, line);
		if (line.depth < depth && line.object != OID_NONE)
			push_lines_below(&t, &line);
	}
	retained_line_vec_release(&t.lines);
	oid_vec_release(&t.below);
	free(t.of_type);
}
