/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/memory/memory.h"
#include "output/table.h"

#define INDENT "  "

static bool is_kind_shown(const struct memory_shown *shown,
			  enum memory_kind kind)
{
	return !shown->one_kind || shown->kind == kind;
}

/* --- the head --- */

static void add_basis(const struct heap_memory *m, struct str *line)
{
	if (m->basis == MEMORY_CORE)
		str_add(line, " in the core file");
	else
		str_add(line, " resident");
}

void memory_add_sum(const struct heap *h, const struct ledger *l,
		    struct str *out)
{
	static const struct {
		enum memory_kind kind;
		const char *words;
	} told[] = {
		{ MEMORY_OBJECTS, "in Python objects" },
		{ MEMORY_RAW, "in raw blocks" },
		{ MEMORY_UNOWNED, "in blocks that nothing points to" },
		{ MEMORY_FREE, "free in the allocators" },
	};
	uint64_t rest = h->memory.resident;
	const char *before = ": ";

	format_bytes(out, h->memory.resident);
	add_basis(&h->memory, out);
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		uint64_t bytes = l->kinds[told[i].kind].bytes;

		/* What is less than 0.1 % is in the table alone. */
		if (!bytes || bytes < h->memory.resident / 1000)
			continue;
		str_add(out, before);
		before = ", ";
		format_bytes(out, bytes);
		str_addf(out, " %s", told[i].words);
		rest -= MIN(rest, bytes);
	}
	str_add(out, before);
	format_bytes(out, rest);
	str_add(out, " of all else");
}

static void add_sum(const struct heap *h, const struct ledger *l,
		    const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;

	memory_add_sum(h, l, &line);
	format_words(out, line.s, 0, 2, f);
}

static void add_head(const struct heap *h, const struct ledger *l,
		     const struct format *f, struct str *out)
{
	add_sum(h, l, f, out);
	if (h->memory.swapped) {
		format_bytes(out, h->memory.swapped);
		str_add(out, " swapped out, in addition\n");
	}
	if (h->memory.basis == MEMORY_SMAPS)
		format_words(out, "the kernel hides which pages are resident:"
			     " the sums of mappings are right, but how they"
			     " divide into lines is an estimate", 0, 2, f);
	str_add_char(out, '\n');
}

/* --- the table --- */

static void add_figures(const struct heap *h, uint64_t bytes, uint64_t count,
			struct table *t)
{
	double all = h->memory.resident ? (double)h->memory.resident : 1;

	format_bytes(table_cell(t), bytes);
	str_addf(table_cell(t), "%.1f", 100 * (double)bytes / all);
	if (count)
		format_count(table_cell(t), count);
	else
		table_cell(t);
}

static void add_row(const struct heap *h, const struct heap_memory_line *line,
		    struct table *t)
{
	struct str *name;

	add_figures(h, line->bytes, line->count, t);
	name = table_cell(t);
	str_add(name, INDENT);
	memory_add_short_line(h, line, name);
}

/* An empty line before each kind but the first shows what belongs together. */
static void add_gap(const struct format *f, struct table *t)
{
	if (!f->header || !t->cells.nr)
		return;
	for (unsigned int i = 0; i < t->nr_columns; i++)
		table_cell(t);
}

/* The lines of a kind that --limit leaves out, as one row. */
static void add_left_out(const struct heap *h, uint64_t nr, uint64_t bytes,
			 struct table *t)
{
	struct str *name;

	add_figures(h, bytes, 0, t);
	name = table_cell(t);
	str_add(name, INDENT "... and ");
	format_count(name, nr);
	str_add(name, " more, see --limit");
}

/* How many of the lines first .. in l->order, which are sorted, have at least
 * so many bytes. */
static uint64_t count_lines(const struct heap *h, const struct ledger *l,
			    size_t first, uint64_t nr, uint64_t bytes)
{
	uint64_t ret = 0;

	while (ret < nr &&
	       h->memory.lines.v[l->order.v[first + ret]].bytes >= bytes)
		ret++;
	return ret;
}

/* `first` is the index in l->order of the first line of the kind. */
static void add_kind(const struct heap *h, const struct ledger *l,
		     enum memory_kind kind, size_t first,
		     const struct memory_shown *shown, struct table *t)
{
	const struct ledger_sum *sum = &l->kinds[kind];
	uint64_t all = count_lines(h, l, first, sum->lines, 1);
	uint64_t least = shown->brief ? h->memory.resident / 1000 : 0;
	uint64_t bytes = 0, nr = count_lines(h, l, first, all, least);

	add_figures(h, sum->bytes, 0, t);
	str_add(table_cell(t), memory_kind_words(kind));
	table_style(t, STYLE_HEADING);
	if (shown->brief && sum->bytes < h->memory.resident / 100)
		return;
	/* One line more takes no more room than saying that it is missing. */
	if (shown->limit && nr > shown->limit + 1)
		nr = shown->limit;
	for (size_t i = first; i < first + nr; i++) {
		const struct heap_memory_line *line =
			&h->memory.lines.v[l->order.v[i]];

		bytes += line->bytes;
		add_row(h, line, t);
	}
	if (nr < all)
		add_left_out(h, all - nr, sum->bytes - bytes, t);
}

static void add_unexplained(const struct heap *h, struct table *t)
{
	int64_t bytes = h->memory.unexplained;

	if (bytes < 0) {
		format_bytes_growth(table_cell(t), bytes);
		table_cell(t);
		table_cell(t);
	} else {
		add_figures(h, (uint64_t)bytes, 0, t);
	}
	str_add(table_cell(t), "unexplained");
	table_style(t, STYLE_HEADING);
}

static void add_table(const struct heap *h, const struct ledger *l,
		      const struct memory_shown *shown, const struct format *f,
		      struct str *out)
{
	static const struct table_column columns[] = {
		{ "BYTES", .right = true }, { "%", .right = true },
		{ "COUNT", .right = true }, { "WHAT", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	size_t first = 0;

	for (enum memory_kind k = 0; k < NR_MEMORY_KINDS; k++) {
		if (l->kinds[k].bytes && is_kind_shown(shown, k)) {
			add_gap(f, &t);
			add_kind(h, l, k, first, shown, &t);
		}
		first += l->kinds[k].lines;
	}
	if (!shown->one_kind) {
		add_gap(f, &t);
		add_unexplained(h, &t);
	}
	table_print(&t, f, out);
}

/* --- the findings --- */

static void add_finding(const struct heap *h, const struct finding *finding,
			const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str advice = STR_INIT;

	memory_add_finding(h, finding, &text);
	format_words(out, text.s, 0, 2, f);
	str_add(&advice, "what usually helps: ");
	memory_add_advice(h, finding, &advice);
	format_pad(out, 2);
	format_words(out, advice.s, 2, 4, f);
}

/* Bytes of raw blocks of which it is not known whose they are. */
static uint64_t sum_unknown(const struct heap_memory *m)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < m->lines.nr; i++)
		if (m->lines.v[i].part == PART_RAW &&
		    m->lines.v[i].type == OID_NONE)
			bytes += m->lines.v[i].bytes;
	return bytes;
}

static void add_nothing(const struct heap *h, const struct ledger *l,
			const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	double all = h->memory.resident ? (double)h->memory.resident : 1;
	uint64_t unknown = sum_unknown(&h->memory);

	if (unknown > h->memory.resident / 20) {
		str_add(&text, "No fragmentation stands out.  The owners of ");
		format_bytes(&text, unknown);
		str_add(&text, " of raw blocks are unknown: a leak of native"
			" code may be among them.");
	} else {
		str_add(&text, "Nothing stands out: no native leak and little"
			" fragmentation.");
	}
	str_addf(&text, "  Python objects and their raw blocks take %.0f %%;"
		 " pyheld leaks and pyheld retained show who holds them.",
		 100 * (double)(l->kinds[MEMORY_OBJECTS].bytes +
				l->kinds[MEMORY_RAW].bytes - unknown) / all);
	format_words(out, text.s, 0, 0, f);
}

static void add_each_finding(const struct heap *h, const struct ledger *l,
			     const struct format *f, struct str *out)
{
	for (size_t i = 0; i < l->findings.nr; i++) {
		str_add_char(out, '\n');
		add_finding(h, &l->findings.v[i], f, out);
	}
}

void memory_findings_text(const struct heap *h, const struct ledger *l,
			  const struct format *f, struct str *out)
{
	add_each_finding(h, l, f, out);
}

static void add_findings(const struct heap *h, const struct ledger *l,
			 const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str guess = STR_INIT;

	add_each_finding(h, l, f, out);
	if (!l->findings.nr) {
		str_add_char(out, '\n');
		add_nothing(h, l, f, out);
	}
	if (!h->memory.guessed)
		return;
	str_add(&guess, "The owners of ");
	format_bytes(&guess, h->memory.guessed);
	str_add(&guess, " of memory are a guess: they were found by pointers"
		" alone.");
	str_add_char(out, '\n');
	format_words(out, guess.s, 0, 0, f);
}

void memory_text(const struct heap *h, const struct ledger *l,
		 const struct memory_shown *shown, const struct format *f,
		 struct str *out)
{
	if (f->header)
		add_head(h, l, f, out);
	add_table(h, l, shown, f, out);
	if (f->header && !shown->one_kind)
		add_findings(h, l, f, out);
}
