/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "output/emit.h"
#include "output/reports/alloc.h"
#include "output/reports/summary.h"
#include "output/table.h"

#define LABEL_WIDTH 13

const char *alloc_why_none(const struct heap *h)
{
	if (h->allocations.traced)
		return NULL;
	if (!h->allocations.known)
		return "not known: the capture is of a pyheld that did not"
		       " read tracemalloc's tables";
	return "does not run there: start the program with"
	       " PYTHONTRACEMALLOC=1 or python -X tracemalloc, or call"
	       " tracemalloc.start() in it for what is allocated from then on";
}

static const struct heap_site *sites_of(const struct allocated_row *row,
					uint32_t *nr, uint32_t *total)
{
	const struct heap_traceback *t =
		&row->from->tracebacks.v[row->traceback];

	*nr = t->nr;
	*total = t->total;
	return &row->from->sites.v[t->first];
}

static const char *file_of(const struct allocated_row *row,
			   struct heap_site site)
{
	return row->from->files.v[site.file];
}

/* --- text --------------------------------------------------------------- */

static void add_label(struct str *out, const char *label)
{
	str_add(out, label);
	format_pad(out, LABEL_WIDTH - format_width(label));
}

static void add_sum(const struct allocated *a, struct str *line)
{
	format_counted(line, a->sum.nr, "block");
	str_add(line, ", ");
	format_bytes(line, a->sum.bytes);
	if (!a->compares)
		return;
	str_add(line, " (");
	format_growth(line, (int64_t)(a->sum.nr - a->old.nr));
	str_add(line, ", ");
	format_bytes_growth(line, (int64_t)(a->sum.bytes - a->old.bytes));
	str_add(line, " since the older one)");
}

/* Most tracebacks are longer than what was recorded. */
static bool is_short(const struct heap_allocations *a)
{
	for (size_t i = 0; i < a->tracebacks.nr; i++)
		if (a->tracebacks.v[i].nr > 1)
			return false;
	return true;
}

static void add_head(const struct alloc_found *found, const struct format *f,
		     struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	const struct allocated *a = found->allocated;
	const char *none = alloc_why_none(found->new);
	const char *none_old = found->old ? alloc_why_none(found->old) : NULL;

	summary_add_target(found->new, f, out);
	if (none)
		str_add(&line, none);
	else
		add_sum(a, &line);
	add_label(out, "tracemalloc");
	format_words(out, line.s, LABEL_WIDTH, LABEL_WIDTH, f);
	if (none_old) {
		add_label(out, "older");
		format_words(out, none_old, LABEL_WIDTH, LABEL_WIDTH, f);
	}
	if (a->by == ALLOCATED_BY_TRACEBACK && !none &&
	    is_short(&found->new->allocations)) {
		add_label(out, "");
		format_words(out, "it records one frame of each traceback:"
			     " PYTHONTRACEMALLOC=25 records 25", LABEL_WIDTH,
			     LABEL_WIDTH, f);
	}
	if (a->rows.nr)
		str_add_char(out, '\n');
}

static void add_place(const struct allocated_row *row, enum allocated_by by,
		      struct str *out)
{
	uint32_t nr, total;
	const struct heap_site *sites = sites_of(row, &nr, &total);

	str_add(out, file_of(row, sites[0]));
	if (by != ALLOCATED_BY_FILE)
		str_addf(out, ":%" PRIu32, sites[0].line);
}

static void add_average(const struct allocated_row *row, struct str *out)
{
	if (row->sum.nr)
		format_bytes(out, row->sum.bytes / row->sum.nr);
}

static bool is_shown(const struct alloc_found *found, size_t i)
{
	return i < found->allocated->rows.nr &&
	       (!found->limit || i < found->limit);
}

static void add_rows(const struct alloc_found *found, const struct format *f,
		     struct str *out)
{
	static const struct table_column columns[] = {
		{ "COUNT", .right = true }, { "BYTES", .right = true },
		{ "", .right = true }, { "AVERAGE", .right = true },
		{ "%", .right = true }, { "ALLOCATED AT", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	const struct allocated *a = found->allocated;
	double all = a->sum.bytes ? (double)a->sum.bytes : 1;

	for (size_t i = 0; is_shown(found, i); i++) {
		const struct allocated_row *row = &a->rows.v[i];

		format_count(table_cell(&t), row->sum.nr);
		format_count(table_cell(&t), row->sum.bytes);
		format_bytes(table_cell(&t), row->sum.bytes);
		add_average(row, table_cell(&t));
		str_addf(table_cell(&t), "%.1f",
			 100 * (double)row->sum.bytes / all);
		add_place(row, a->by, table_cell(&t));
	}
	table_print(&t, f, out);
}

static void add_growth_rows(const struct alloc_found *found,
			    const struct format *f, struct str *out)
{
	static const struct table_column columns[] = {
		{ "COUNT", .right = true }, { "GROWTH", .right = true },
		{ "BYTES", .right = true }, { "GROWTH", .right = true },
		{ "ALLOCATED AT", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	const struct allocated *a = found->allocated;

	for (size_t i = 0; is_shown(found, i); i++) {
		const struct allocated_row *row = &a->rows.v[i];
		int64_t nr = (int64_t)(row->sum.nr - row->old.nr);
		int64_t bytes = (int64_t)(row->sum.bytes - row->old.bytes);

		format_count(table_cell(&t), row->sum.nr);
		format_growth(table_cell(&t), nr);
		format_bytes(table_cell(&t), row->sum.bytes);
		format_bytes_growth(table_cell(&t), bytes);
		if (bytes > 0)
			table_style(&t, STYLE_GROWTH);
		add_place(row, a->by, table_cell(&t));
	}
	table_print(&t, f, out);
}

/* As tracemalloc.Traceback.format(): the most recent call last. */
static void add_traceback(const struct allocated_row *row, struct str *out)
{
	uint32_t nr, total;
	const struct heap_site *sites = sites_of(row, &nr, &total);

	if (total > nr) {
		str_add(out, "  ... ");
		format_counted(out, total - nr, "older frame");
		str_add(out, " not recorded\n");
	}
	for (uint32_t i = nr; i--;)
		str_addf(out, "  File \"%s\", line %" PRIu32 "\n",
			 file_of(row, sites[i]), sites[i].line);
}

static void add_tracebacks(const struct alloc_found *found, struct str *out)
{
	const struct allocated *a = found->allocated;

	for (size_t i = 0; is_shown(found, i); i++) {
		const struct allocated_row *row = &a->rows.v[i];

		if (i)
			str_add_char(out, '\n');
		format_counted(out, row->sum.nr, "block");
		str_add(out, ", ");
		format_bytes(out, row->sum.bytes);
		if (a->compares) {
			str_add(out, " (");
			format_growth(out, (int64_t)(row->sum.nr -
						     row->old.nr));
			str_add(out, ", ");
			format_bytes_growth(out, (int64_t)(row->sum.bytes -
							   row->old.bytes));
			str_add_char(out, ')');
		} else {
			str_add(out, ", average ");
			add_average(row, out);
		}
		str_add_char(out, '\n');
		add_traceback(row, out);
	}
}

void alloc_text(const struct alloc_found *found, const struct format *f,
		struct str *out)
{
	const struct allocated *a = found->allocated;

	if (f->header)
		add_head(found, f, out);
	if (!a->rows.nr)
		return;
	if (a->by == ALLOCATED_BY_TRACEBACK)
		add_tracebacks(found, out);
	else if (a->compares)
		add_growth_rows(found, f, out);
	else
		add_rows(found, f, out);
	if (!f->header || !found->limit || a->rows.nr <= found->limit)
		return;
	str_add(out, "... and ");
	format_count(out, a->rows.nr - found->limit);
	str_add(out, " more, see --limit\n");
}

/* --- JSON --------------------------------------------------------------- */

static json_t *site_json(const struct allocated_row *row,
			 struct heap_site site, enum allocated_by by)
{
	json_t *ret = json_object();

	emit_put(ret, "file", emit_text(file_of(row, site)));
	emit_put(ret, "line", by == ALLOCATED_BY_FILE ?
		 json_null() : emit_count(site.line));
	return ret;
}

static json_t *row_json(const struct allocated *a,
			const struct allocated_row *row)
{
	uint32_t nr, total;
	const struct heap_site *sites = sites_of(row, &nr, &total);
	json_t *ret = site_json(row, sites[0], a->by);
	json_t *traceback = json_array();

	if (a->by != ALLOCATED_BY_TRACEBACK)
		nr = 1;
	for (uint32_t i = nr; i--;)
		emit_push(traceback, site_json(row, sites[i], a->by));
	emit_put(ret, "count", emit_count(row->sum.nr));
	emit_put(ret, "bytes", emit_count(row->sum.bytes));
	emit_put(ret, "old_count", a->compares ?
		 emit_count(row->old.nr) : json_null());
	emit_put(ret, "old_bytes", a->compares ?
		 emit_count(row->old.bytes) : json_null());
	emit_put(ret, "traceback", traceback);
	emit_put(ret, "frames", a->by == ALLOCATED_BY_TRACEBACK ?
		 emit_count(total) : json_null());
	return ret;
}

static json_t *tracing_json(const struct heap *h)
{
	return h->allocations.known ? json_boolean(h->allocations.traced) :
				      json_null();
}

static json_t *older_json(const struct alloc_found *found)
{
	json_t *ret;

	if (!found->old)
		return json_null();
	ret = json_object();
	emit_put(ret, "target", emit_target(found->old));
	emit_put(ret, "tracing", tracing_json(found->old));
	emit_put(ret, "count", emit_count(found->allocated->old.nr));
	emit_put(ret, "bytes", emit_count(found->allocated->old.bytes));
	return ret;
}

json_t *alloc_json(const struct alloc_found *found)
{
	static const char *const names[] = {
		[ALLOCATED_BY_LINE] = "line",
		[ALLOCATED_BY_FILE] = "file",
		[ALLOCATED_BY_TRACEBACK] = "traceback",
	};
	const struct allocated *a = found->allocated;
	json_t *ret = json_object(), *rows = json_array();

	for (size_t i = 0; is_shown(found, i); i++)
		emit_push(rows, row_json(a, &a->rows.v[i]));
	emit_put(ret, "target", emit_target(found->new));
	emit_put(ret, "python", emit_python(found->new));
	emit_put(ret, "tracing", tracing_json(found->new));
	emit_put(ret, "by", emit_text(names[a->by]));
	emit_put(ret, "count", emit_count(a->sum.nr));
	emit_put(ret, "bytes", emit_count(a->sum.bytes));
	emit_put(ret, "nr_statistics", emit_count(a->rows.nr));
	emit_put(ret, "statistics", rows);
	emit_put(ret, "older", older_json(found));
	emit_put(ret, "warnings", emit_warnings(found->new));
	return ret;
}
