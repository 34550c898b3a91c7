/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "output/emit.h"
#include "output/memory/growth.h"
#include "output/table.h"

#define INDENT "  "

/* The line of a change as the newer heap has it, else as the older one. */
static const struct heap_memory_line *
change_line(const struct memory_growth *g, const struct ledger_change *c,
	    const struct heap **ret)
{
	*ret = c->new_line == LINE_NONE ? g->old : g->new;
	return &(*ret)->memory.lines.v[c->new_line == LINE_NONE ?
				       c->old_line : c->new_line];
}

/* --- the sentence --- */

struct kind_growth {
	int64_t bytes;
	const char *words;
};

static int compare_kinds(const void *a, const void *b)
{
	const struct kind_growth *x = a, *y = b;

	return x->bytes < y->bytes ? 1 : x->bytes > y->bytes ? -1 : 0;
}

/* Kinds below a tenth of what has grown are not worth a word. */
static void add_grown_kinds(const struct memory_growth *g, struct str *out)
{
	struct kind_growth kinds[NR_MEMORY_KINDS + 1];
	uint64_t all = 0;
	unsigned int shown = 0;

	for (enum memory_kind k = 0; k < NR_MEMORY_KINDS; k++)
		kinds[k] = (struct kind_growth){ g->growth->kinds[k],
						 memory_kind_words(k) };
	kinds[NR_MEMORY_KINDS] = (struct kind_growth){ g->growth->unexplained,
						       "unexplained" };
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		all += kinds[i].bytes > 0 ? (uint64_t)kinds[i].bytes : 0;
	qsort(kinds, ARRAY_SIZE(kinds), sizeof(*kinds), compare_kinds);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].bytes <= 0 || (uint64_t)kinds[i].bytes < all / 10)
			break;
		str_add(out, shown++ ? ", " : ": ");
		format_bytes_growth(out, kinds[i].bytes);
		str_addf(out, " %s", kinds[i].words);
	}
}

static void add_when(const struct memory_growth *g, struct str *line)
{
	uint64_t then = g->old->info.taken_at, now = g->new->info.taken_at;

	if (!then || now <= then)
		return;
	str_add(line, " in ");
	format_seconds(line, now - then);
}

void growth_add_parts(const struct memory_growth *g, struct str *out)
{
	CLEANUP(str_release) struct str kinds = STR_INIT;

	if (g->growth->resident <= 0)
		return;
	add_grown_kinds(g, &kinds);
	if (!kinds.len)
		return;
	str_add(out, "grown");
	add_when(g, out);
	str_add(out, kinds.s);
}

void growth_add_kinds(const struct memory_growth *g, struct str *out)
{
	int64_t more = g->growth->resident;

	if (!more) {
		str_add(out, "resident memory has not changed");
		add_when(g, out);
		return;
	}
	str_addf(out, "resident memory %s by ", more > 0 ? "grew" : "shrank");
	format_bytes(out, (uint64_t)(more > 0 ? more : -more));
	add_when(g, out);
	if (more > 0)
		add_grown_kinds(g, out);
}

/* --- the table --- */

static void add_cells(int64_t more, uint64_t bytes, int64_t count,
		      struct table *t)
{
	format_bytes_growth(table_cell(t), more);
	table_style(t, more > 0 ? STYLE_GROWTH : STYLE_PLAIN);
	format_bytes(table_cell(t), bytes);
	if (count)
		format_growth(table_cell(t), count);
	else
		table_cell(t);
}

static void add_change(const struct memory_growth *g,
		       const struct ledger_change *c, struct table *t)
{
	const struct heap *h;
	const struct heap_memory_line *line = change_line(g, c, &h);
	struct str *name;

	add_cells(ledger_change_bytes(c), c->new_bytes,
		  (int64_t)(c->new_count - c->old_count), t);
	name = table_cell(t);
	str_add(name, INDENT);
	memory_add_short_line(h, line, name);
}

static void add_rest(uint64_t nr, int64_t more, uint64_t bytes,
		     struct table *t)
{
	struct str *name;

	add_cells(more, bytes, 0, t);
	name = table_cell(t);
	str_add(name, INDENT "... and ");
	format_count(name, nr);
	str_add(name, " more, see --limit");
}

/*
 * How many changes from `first` on are worth a row: those in bytes, as far as
 * the limit allows.
 */
static size_t count_shown(const struct ledger_change *v, size_t first,
			  size_t end, uint64_t limit)
{
	size_t nr = 0;

	while (first + nr < end && ledger_change_bytes(&v[first + nr]))
		nr++;
	return limit && nr > limit + 1 ? limit : nr;
}

/* Changes first .. end - 1 are those of the kind. */
static void add_kind(const struct memory_growth *g, enum memory_kind kind,
		     size_t first, size_t end,
		     const struct memory_shown *shown, struct table *t)
{
	const struct ledger_change *v = g->growth->changes.v;
	uint64_t bytes = 0;
	size_t shown_end = first + count_shown(v, first, end, shown->limit);
	int64_t more = 0;
	uint64_t nr = 0;

	add_cells(g->growth->kinds[kind],
		  heap_memory_sum(&g->new->memory, kind), 0, t);
	str_add(table_cell(t), memory_kind_words(kind));
	table_style(t, STYLE_HEADING);
	for (size_t i = first; i < shown_end; i++)
		add_change(g, &v[i], t);
	for (size_t i = shown_end; i < end && ledger_change_bytes(&v[i]); i++) {
		nr++;
		more += ledger_change_bytes(&v[i]);
		bytes += v[i].new_bytes;
	}
	if (nr)
		add_rest(nr, more, bytes, t);
}

static void add_gap(const struct format *f, struct table *t)
{
	if (!f->header || !t->cells.nr)
		return;
	for (unsigned int i = 0; i < t->nr_columns; i++)
		table_cell(t);
}

static void add_unexplained(const struct memory_growth *g, struct table *t)
{
	int64_t now = g->new->memory.unexplained;

	if (!g->growth->unexplained)
		return;
	add_cells(g->growth->unexplained, now > 0 ? (uint64_t)now : 0, 0, t);
	str_add(table_cell(t), "unexplained");
	table_style(t, STYLE_HEADING);
}

static void add_table(const struct memory_growth *g,
		      const struct memory_shown *shown, const struct format *f,
		      struct str *out)
{
	static const struct table_column columns[] = {
		{ "GREW BY", .right = true }, { "BYTES", .right = true },
		{ "COUNT", .right = true }, { "WHAT", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	const struct ledger_change_vec *changes = &g->growth->changes;

	for (size_t i = 0, end; i < changes->nr; i = end) {
		enum memory_kind kind = changes->v[i].kind;

		for (end = i; end < changes->nr && changes->v[end].kind == kind;
		     end++)
			;
		if (shown->one_kind && shown->kind != kind)
			continue;
		add_gap(f, &t);
		add_kind(g, kind, i, end, shown, &t);
	}
	if (!shown->one_kind && g->growth->unexplained) {
		add_gap(f, &t);
		add_unexplained(g, &t);
	}
	table_print(&t, f, out);
}

void growth_text(const struct memory_growth *g,
		 const struct memory_shown *shown, const struct format *f,
		 struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;

	if (f->header) {
		growth_add_kinds(g, &line);
		format_words(out, line.s, 0, 2, f);
		str_add_char(out, '\n');
	}
	add_table(g, shown, f, out);
}

/* --- JSON --- */

static json_t *change_json(const struct memory_growth *g,
			   const struct ledger_change *c)
{
	const struct heap *h;
	const struct heap_memory_line *line = change_line(g, c, &h);
	json_t *ret = memory_line_json(h, line);

	emit_put(ret, "bytes", emit_count(c->new_bytes));
	emit_put(ret, "count", emit_count(c->new_count));
	emit_put(ret, "old_bytes", emit_count(c->old_bytes));
	emit_put(ret, "old_count", emit_count(c->old_count));
	return ret;
}

static json_t *older_json(const struct heap *old)
{
	json_t *ret = json_object(), *kinds = json_object();

	for (enum memory_kind k = 0; k < NR_MEMORY_KINDS; k++)
		emit_put(kinds, memory_kind_names[k],
			 emit_count(heap_memory_sum(&old->memory, k)));
	emit_put(ret, "target", emit_target(old));
	emit_put(ret, "resident", emit_count(old->memory.resident));
	emit_put(ret, "kinds", kinds);
	emit_put(ret, "unexplained", json_integer(old->memory.unexplained));
	emit_put(ret, "swapped", emit_count(old->memory.swapped));
	return ret;
}

json_t *growth_kinds_json(const struct ledger_growth *g)
{
	json_t *ret = json_object(), *kinds = json_object();

	for (enum memory_kind k = 0; k < NR_MEMORY_KINDS; k++)
		emit_put(kinds, memory_kind_names[k],
			 json_integer(g->kinds[k]));
	emit_put(ret, "resident", json_integer(g->resident));
	emit_put(ret, "kinds", kinds);
	emit_put(ret, "unexplained", json_integer(g->unexplained));
	return ret;
}

void growth_json(const struct memory_growth *g,
		 const struct memory_shown *shown, json_t *report)
{
	const struct ledger_change_vec *changes = &g->growth->changes;
	uint64_t nr[NR_MEMORY_KINDS] = { 0 };
	json_t *growth = json_array();

	for (size_t i = 0; i < changes->nr; i++) {
		const struct ledger_change *c = &changes->v[i];

		if (shown->one_kind && c->kind != shown->kind)
			continue;
		if (!shown->limit || nr[c->kind]++ < shown->limit)
			emit_push(growth, change_json(g, c));
	}
	emit_put(report, "older", older_json(g->old));
	emit_put(report, "growth", growth);
}
