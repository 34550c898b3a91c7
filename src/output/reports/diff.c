/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "output/memory/explained.h"
#include "output/memory/growth.h"
#include "output/reports/diff.h"
#include "output/path.h"
#include "output/table.h"

#define ARROW " -> "
#define MAX_STEPS 1000

static void add_more(uint64_t nr, uint64_t shown, const char *what,
		     struct str *out)
{
	if (nr <= shown)
		return;
	str_add(out, "... and ");
	format_counted(out, nr - shown, what);
	str_add(out, ", see --limit\n");
}

static enum style style_of(int64_t growth)
{
	return growth > 0 ? STYLE_GROWTH : STYLE_PLAIN;
}

/* --- the head --- */

static void add_heading(const char *text, const struct format *f,
			struct str *out)
{
	str_add_char(out, '\n');
	format_styled(out, text, STYLE_HEADING, f);
	str_add(out, "\n\n");
}

static const char *position(const struct diff_found *d, size_t i)
{
	return !i ? "old" : i + 1 == d->series->nr ? "new" : "";
}

static void add_process(const struct heap_info *info, struct str *out)
{
	if (info->pid)
		str_addf(out, ", PID %" PRId64, info->pid);
	else
		str_add(out, ", a core");
	if (info->host && *info->host)
		str_addf(out, " on %s", info->host);
	str_addf(out, ", CPython %s", info->version ? info->version : "?");
}

/*
 * "old  a.pyheld  2026-03-01 12:00:00 UTC, PID 42 on db1, CPython 3.13.0"
 * "new  b.pyheld  2026-03-01 12:10:00 UTC, 10 min later"
 */
static void add_target(const struct diff_found *d, size_t i,
		       struct table *t)
{
	const struct heap_info *info = d->infos[i];
	const struct heap_info *last = i ? d->infos[i - 1] : NULL;
	struct str *cell;

	str_add(table_cell(t), position(d, i));
	table_style(t, STYLE_HEADING);
	str_add_safe(table_cell(t), d->names[i], strlen(d->names[i]));
	cell = table_cell(t);
	format_time(cell, info->taken_at);
	if (last && info->taken_at >= last->taken_at) {
		str_add(cell, ", ");
		format_seconds(cell, info->taken_at - last->taken_at);
		str_add(cell, " later");
	}
	if (!last || !match_same_process(last, info))
		add_process(info, cell);
}

static void add_targets(const struct diff_found *d, const struct format *f,
			struct str *out)
{
	static const struct table_column columns[] = {
		{ 0 }, { .shrinks = true }, { .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	struct format plain = *f;

	plain.header = false;
	for (size_t i = 0; i < d->series->nr; i++)
		add_target(d, i, &t);
	table_print(&t, &plain, out);
	if (d->reordered)
		str_add(out, "the targets were not given in this order: they"
			     " are sorted by time\n");
	if (d->match->same_process)
		return;
	str_add(out, "not the same process");
	if (!match_same_version(&d->old->info, &d->new->info))
		str_add(out, " nor the same Python");
	str_add(out, ": compared by the names of types and holders alone\n");
}

static void add_figure(const char *name, uint64_t old, uint64_t new, bool bytes,
		       struct table *t)
{
	int64_t growth = tally_growth(old, new);

	str_add(table_cell(t), name);
	format_count(table_cell(t), old);
	format_count(table_cell(t), new);
	format_growth(table_cell(t), growth);
	table_style(t, style_of(growth));
	if (bytes)
		format_bytes_growth(table_cell(t), growth);
	else
		table_cell(t);
	format_percent_growth(table_cell(t), old, new);
}

static void add_totals(const struct diff_found *d, const struct format *f,
		       struct str *out)
{
	static const struct table_column columns[] = {
		{ .head = "" }, { "OLD", .right = true },
		{ "NEW", .right = true }, { "GROWTH", .right = true },
		{ "", .right = true }, { "", .right = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	const struct diff_row *all = &d->diff->all;

	str_add_char(out, '\n');
	add_figure("objects", all->old.nr, all->new.nr, false, &t);
	add_figure("bytes", all->old.bytes, all->new.bytes, true, &t);
	if (d->old->info.resident && d->new->info.resident)
		add_figure("resident", d->old->info.resident,
			   d->new->info.resident, true, &t);
	table_print(&t, f, out);
}

static bool is_holder_shown(const struct diff_found *d, size_t i)
{
	return (!d->holders || i < d->holders) &&
	       (d->series->nr <= 2 || series_holder_grew(d->series, i));
}

/* Rows of two processes may be parts of one another: they can't be added. */
struct explained diff_explained(const struct diff_found *d)
{
	uint64_t bytes = d->grow->unreached.bytes;

	if (!d->ledger || !d->match->same_process)
		return (struct explained){ .known = false };
	bytes -= MIN(bytes, d->grow->old_unreached.bytes);
	for (size_t i = 0; i < d->grow->v.nr; i++)
		if (is_holder_shown(d, i) && d->grow->v.v[i].bytes > 0)
			bytes += (uint64_t)d->grow->v.v[i].bytes;
	return explained_growth(d->new, d->ledger->resident, bytes);
}

static void add_explained(const struct diff_found *d, const struct format *f,
			  struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT, guess = STR_INIT;
	struct explained e = diff_explained(d);

	if (!e.known)
		str_add(&line, "pyheld memory TARGET OLDER shows each line");
	else
		explained_add_share(&e, d->grow->unreached.nr ?
				    "the holders and the garbage below"
				    " explain" : "the holders below explain",
				    &line);
	if (line.len)
		format_words(out, line.s, 0, 2, f);
	explained_add_guessed(d->new, &guess);
	if (guess.len)
		format_words(out, guess.s, 0, 2, f);
}

/* What the resident memory is that grew, if that is known. */
static void add_memory(const struct diff_found *d, const struct format *f,
		       struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	const struct memory_growth growth = { d->old, d->new, d->ledger };

	if (!f->header || !d->ledger || !d->ledger->resident)
		return;
	growth_add_kinds(&growth, &line);
	str_add_char(out, '\n');
	format_words(out, line.s, 0, 2, f);
	add_explained(d, f, out);
}

static void add_tally(const struct tally *t, const char *what, struct str *out)
{
	format_counted(out, t->nr, "object");
	str_add(out, ", ");
	format_bytes(out, t->bytes);
	str_addf(out, ", %s", what);
}

static void add_identity(const struct diff_found *d, struct str *out)
{
	const struct match *m = d->match;

	if (!m->same_process)
		return;
	str_add_char(out, '\n');
	add_tally(&d->diff->all.came, "came; ", out);
	add_tally(&d->diff->all.went, "went; ", out);
	format_count(out, m->nr_stayed);
	str_add(out, " stayed\n");
	if (!m->nr_replaced)
		return;
	str_add(out, "of those that came ");
	format_count(out, m->nr_replaced);
	str_add(out, " have the address of one that went\n");
}

/* --- types of two heaps --- */

/* `known`: both heaps are of one process, so that objects can be compared. */
static void add_type(const struct diff_row *row, bool known, struct table *t)
{
	int64_t nr = tally_growth(row->old.nr, row->new.nr);
	int64_t bytes = tally_growth(row->old.bytes, row->new.bytes);

	format_growth(table_cell(t), nr);
	table_style(t, style_of(nr));
	format_growth(table_cell(t), bytes);
	table_style(t, style_of(bytes));
	format_bytes_growth(table_cell(t), bytes);
	format_count(table_cell(t), row->new.nr);
	if (known) {
		format_count(table_cell(t), row->came.nr);
		format_count(table_cell(t), row->went.nr);
	}
	str_add(table_cell(t), row->name);
}

static uint64_t add_rows(const struct diff_found *d, struct table *t)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < d->diff->rows.nr; i++) {
		const struct diff_row *row = &d->diff->rows.v[i];

		if (!diff_row_changed(row))
			continue;
		if (nr++ < d->limit || !d->limit)
			add_type(row, d->match->same_process, t);
	}
	return nr;
}

static void add_diff_types(const struct diff_found *d, const struct format *f,
			   struct str *out)
{
	static const struct table_column known[] = {
		{ "+COUNT", .right = true }, { "+BYTES", .right = true },
		{ "", .right = true }, { "COUNT", .right = true },
		{ "CAME", .right = true }, { "WENT", .right = true },
		{ "TYPE", .shrinks = true },
	}, unknown[] = {
		{ "+COUNT", .right = true }, { "+BYTES", .right = true },
		{ "", .right = true }, { "COUNT", .right = true },
		{ "TYPE", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(known);
	uint64_t nr;

	if (!d->match->same_process) {
		t.columns = unknown;
		t.nr_columns = ARRAY_SIZE(unknown);
	}
	nr = add_rows(d, &t);
	if (f->header)
		add_heading("Types, by growth", f, out);
	table_print(&t, f, out);
	if (f->header && d->limit)
		add_more(nr, d->limit, "more type", out);
}

/* --- holders of two heaps --- */

bool diff_has_name(const struct diff_found *d, oid o)
{
	return reach_steps(&d->grow->reach, o, MAX_STEPS + 1) <= MAX_STEPS;
}

void diff_add_name(const struct diff_found *d, oid o, struct str *out)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail trail = { 0 };
	const struct root *root;

	if (!diff_has_name(d, o)) {
		str_addf(out, "<%s, ", heap_type_of(d->new, o)->name);
		format_count(out, reach_steps(&d->grow->reach, o, UINT32_MAX));
		str_add(out, " steps from a root>");
		return;
	}
	root = reach_path(&d->grow->reach, o, &path);
	trail_init(&trail, d->new, root, &path);
	trail_readable(&trail, out);
}

/* "grew from 1,204 to 98,113 entries", "is new: list of 98,113" */
static void add_change(const struct diff_found *d, const struct growth *row,
		       struct str *out)
{
	bool has_entries = row->entries >= 0 && row->old_entries >= 0;

	if (row->old == OID_NONE) {
		str_add(out, " is new: ");
		format_type(out, d->new, row->object);
	} else if (has_entries && row->entries != row->old_entries) {
		str_addf(out, " %s from ", row->entries > row->old_entries ?
			 "grew" : "shrank");
		format_count(out, (uint64_t)row->old_entries);
		str_add(out, " to ");
		format_count(out, (uint64_t)row->entries);
		str_add(out, " entries");
	} else if (row->is_place) {
		str_add(out, " was replaced by another ");
		format_type(out, d->new, row->object);
	} else if (has_entries) {
		str_add(out, " has ");
		format_count(out, (uint64_t)row->entries);
		str_add(out, row->entries == 1 ? " entry" : " entries");
		str_add(out, " as before, which hold more");
	} else {
		str_add(out, " grew");
	}
}

/* "; it retains 12.0 MiB now, 1.2 MiB then" */
static void add_retained(const struct growth *row, struct str *out)
{
	if (row->nr_alike || !row->retained.nr)
		return;
	str_add(out, "; retains ");
	format_bytes(out, row->retained.bytes);
	if (row->old == OID_NONE)
		return;
	str_add(out, ", before ");
	format_bytes(out, row->old_retained.bytes);
}

static void add_holder(const struct diff_found *d, const struct growth *row,
		       const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str name = STR_INIT, growth = STR_INIT;

	diff_add_name(d, row->object, &name);
	str_add(out, "  ");
	format_styled(out, name.s, STYLE_GROWTH, f);
	add_change(d, row, out);
	if (row->nr_alike) {
		str_add(out, "\n      and ");
		format_count(out, row->nr_alike);
		str_add(out, " more like it grew, in all by");
	}
	str_add(out, "\n      ");
	format_growth(out, row->objects);
	str_add(out, row->objects == 1 ? " object, " : " objects, ");
	format_bytes_growth(out, row->bytes);
	add_retained(row, out);
	str_addf(out, "; %s at ", heap_type_of(d->new, row->object)->name);
	format_address(out, d->new->address[row->object]);
	str_add_char(out, '\n');
}

static void add_garbage(const struct diff_found *d, struct str *out)
{
	const struct tally *t = &d->grow->unreached;

	if (!t->nr)
		return;
	str_add(out, "\nof what came, ");
	add_tally(t, "is garbage: no root holds it\n", out);
}

static void add_holders(const struct diff_found *d, const struct format *f,
			struct str *out)
{
	size_t nr = d->grow->v.nr;

	if (d->holders && nr > d->holders)
		nr = d->holders;
	add_heading("Holders, by growth", f, out);
	for (size_t i = 0; i < nr; i++)
		add_holder(d, &d->grow->v.v[i], f, out);
	if (!nr)
		str_add(out, "  none has grown\n");
	add_garbage(d, out);
}

/* --- three heaps and more --- */

static void add_counts(const struct tally *t, size_t nr, struct str *out)
{
	for (size_t i = 0; i < nr; i++) {
		str_add(out, i ? ARROW : "");
		format_count(out, t[i].nr);
	}
}

static void add_series_types(const struct diff_found *d,
			     const struct format *f, struct str *out)
{
	static const struct table_column columns[] = {
		{ "+BYTES", .right = true }, { "", .right = true },
		{ "COUNT", .right = true }, { "TYPE", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	const struct series *s = d->series;
	uint64_t nr = 0;

	for (size_t i = 0; i < d->diff->rows.nr; i++) {
		const struct diff_row *row = &d->diff->rows.v[i];
		int64_t bytes = tally_growth(row->old.bytes, row->new.bytes);

		if (!series_type_grew(s, i) ||
		    (nr++ >= d->limit && d->limit))
			continue;
		format_growth(table_cell(&t), bytes);
		format_bytes_growth(table_cell(&t), bytes);
		add_counts(&s->types[i * s->nr], s->nr, table_cell(&t));
		table_style(&t, STYLE_GROWTH);
		str_add(table_cell(&t), row->name);
	}
	if (f->header)
		add_heading("Types that grew in every step", f, out);
	if (nr)
		table_print(&t, f, out);
	else if (f->header)
		str_add(out, "  none\n");
	if (f->header)
		add_more(nr, d->limit ? d->limit : nr, "more type", out);
}

static void add_entries(const int64_t *entries, size_t nr, struct str *out)
{
	for (size_t i = 0; i < nr; i++) {
		str_add(out, i ? ARROW : "");
		if (entries[i] < 0)
			str_add_char(out, '-');
		else
			format_count(out, (uint64_t)entries[i]);
	}
}

static void add_series_holders(const struct diff_found *d,
			       const struct format *f, struct str *out)
{
	const struct series *s = d->series;
	uint64_t nr = 0;

	add_heading("Holders that grew in every step", f, out);
	for (size_t i = 0; i < d->grow->v.nr; i++) {
		CLEANUP(str_release) struct str name = STR_INIT;
		const struct growth *row = &d->grow->v.v[i];

		if (!series_holder_grew(s, i) ||
		    (nr++ >= d->holders && d->holders))
			continue;
		diff_add_name(d, row->object, &name);
		str_add(out, "  ");
		format_styled(out, name.s, STYLE_GROWTH, f);
		str_add(out, ": ");
		add_entries(&s->entries[i * s->nr], s->nr, out);
		str_add(out, " entries\n      ");
		format_growth(out, row->objects);
		str_add(out, " objects, ");
		format_bytes_growth(out, row->bytes);
		str_add(out, " in all\n");
	}
	if (!nr)
		str_add(out, "  none\n");
}

/*
 * The answer in one line: "resident 102.0 MiB -> 437.0 MiB (+335.0 MiB); most
 * grew in app.SESSIONS: +312.0 MiB".  Where the holder has less than half of
 * that, it is only the first of the holders; the next lines say what else grew.
 */
static void add_what_grew(const struct diff_found *d, const struct format *f,
			  struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	uint64_t then = d->old->info.resident, now = d->new->info.resident;
	bool same = d->match->same_process;
	size_t i = 0;

	if (then && now) {
		str_add(&text, "resident ");
		format_bytes(&text, then);
		str_add(&text, ARROW);
		format_bytes(&text, now);
		str_add(&text, " (");
		format_bytes_growth(&text, tally_growth(then, now));
		str_add(&text, "); ");
	}
	while (i < d->grow->v.nr && d->series->nr > 2 &&
	       !series_holder_grew(d->series, i))
		i++;
	if (i < d->grow->v.nr) {
		const struct growth *row = &d->grow->v.v[i];

		if (same && now > then &&
		    row->bytes < (int64_t)((now - then) / 2))
			str_add(&text, "of the holders, ");
		str_add(&text, same ? "most grew in " :
				      "the largest difference is ");
		diff_add_name(d, row->object, &text);
		if (row->nr_alike) {
			str_add(&text, " and ");
			format_count(&text, row->nr_alike);
			str_add(&text, " more like it");
		}
		str_add(&text, ": ");
		format_bytes_growth(&text, row->bytes);
	} else {
		str_add(&text, d->series->nr > 2 ?
				"no holder grew in every step" :
				"no holder grew");
	}
	format_words(out, text.s, 0, 2, f);
}

static void add_series_totals(const struct diff_found *d,
			      const struct format *f, struct str *out)
{
	str_add_char(out, '\n');
	format_styled(out, "objects", STYLE_HEADING, f);
	str_add(out, "  ");
	add_counts(d->series->all, d->series->nr, out);
	str_add_char(out, '\n');
}

void diff_text(const struct diff_found *d, const struct format *f,
	       struct str *out)
{
	bool many = d->series->nr > 2;

	if (f->header) {
		add_targets(d, f, out);
		add_what_grew(d, f, out);
	}
	if (f->header && many)
		add_series_totals(d, f, out);
	if (f->header)
		add_totals(d, f, out);
	add_memory(d, f, out);
	if (f->header)
		add_identity(d, out);
	if (many)
		add_series_types(d, f, out);
	else
		add_diff_types(d, f, out);
	if (f->header && many)
		add_series_holders(d, f, out);
	else if (f->header)
		add_holders(d, f, out);
}
