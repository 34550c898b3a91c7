/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "analysis/compare/ledger-growth.h"

/* A line of one of the ledgers: qsort() has no context. */
struct named_line {
	enum memory_part part;
	const char *name;	/* of its type, or its own */
	uint32_t line;
	bool is_new;
};
VEC_DEFINE(named_line_vec, struct named_line);

static int compare_named(const void *a, const void *b)
{
	const struct named_line *x = a, *y = b;
	int order;

	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	order = strcmp(x->name, y->name);
	if (order)
		return order;
	if (x->is_new != y->is_new)
		return x->is_new ? 1 : -1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static bool is_same(const struct named_line *a, const struct named_line *b)
{
	return a->part == b->part && strcmp(a->name, b->name) == 0;
}

static void add_lines(const struct heap *h, bool is_new,
		      struct named_line_vec *ret)
{
	const struct heap_memory_line_vec *lines = &h->memory.lines;

	for (size_t i = 0; i < lines->nr; i++) {
		const struct heap_memory_line *l = &lines->v[i];
		const char *name = l->type == OID_NONE ? l->name :
				   h->types.v[l->type].name;

		named_line_vec_push(ret, (struct named_line){
			l->part, name ? name : "", (uint32_t)i, is_new });
	}
}

static void add_to(const struct heap *old, const struct heap *new,
		   const struct named_line *l, struct ledger_change *c)
{
	const struct heap *h = l->is_new ? new : old;
	const struct heap_memory_line *line = &h->memory.lines.v[l->line];

	c->kind = memory_part_kind(l->part);
	if (l->is_new) {
		c->new_line = l->line;
		c->new_bytes += line->bytes;
		c->new_count += line->count;
	} else {
		c->old_line = l->line;
		c->old_bytes += line->bytes;
		c->old_count += line->count;
	}
}

static uint64_t change_size(const struct ledger_change *c)
{
	return c->new_bytes > c->old_bytes ? c->new_bytes - c->old_bytes :
					     c->old_bytes - c->new_bytes;
}

static int compare_changes(const void *a, const void *b)
{
	const struct ledger_change *x = a, *y = b;
	uint64_t size_x = change_size(x), size_y = change_size(y);

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (size_x != size_y)
		return size_x < size_y ? 1 : -1;
	if (x->new_line != y->new_line)
		return x->new_line < y->new_line ? -1 : 1;
	return x->old_line < y->old_line ? -1 : x->old_line > y->old_line;
}

static void add_changes(const struct heap *old, const struct heap *new,
			const struct named_line_vec *lines,
			struct ledger_growth *g)
{
	for (size_t i = 0, end; i < lines->nr; i = end) {
		struct ledger_change c = { .old_line = LINE_NONE,
					   .new_line = LINE_NONE };

		for (end = i; end < lines->nr &&
			      is_same(&lines->v[i], &lines->v[end]); end++)
			add_to(old, new, &lines->v[end], &c);
		g->kinds[c.kind] += ledger_change_bytes(&c);
		if (c.old_bytes != c.new_bytes || c.old_count != c.new_count)
			ledger_change_vec_push(&g->changes, c);
	}
	if (g->changes.nr)
		qsort(g->changes.v, g->changes.nr, sizeof(*g->changes.v),
		      compare_changes);
}

void ledger_growth_build(const struct heap *old, const struct heap *new,
			 struct ledger_growth *ret)
{
	CLEANUP(named_line_vec_release) struct named_line_vec lines = VEC_INIT;

	memset(ret, 0, sizeof(*ret));
	add_lines(old, false, &lines);
	add_lines(new, true, &lines);
	if (lines.nr)
		qsort(lines.v, lines.nr, sizeof(*lines.v), compare_named);
	add_changes(old, new, &lines, ret);
	ret->resident = (int64_t)(new->memory.resident - old->memory.resident);
	ret->unexplained = new->memory.unexplained - old->memory.unexplained;
}

void ledger_growth_release(struct ledger_growth *g)
{
	ledger_change_vec_release(&g->changes);
}
