/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/coverage.h"
#include "sql/tables/tables.h"

static const char *const kind_names[NR_EDGE_KINDS] = {
	[EDGE_UNKNOWN] = "unknown",
	[EDGE_ATTRIBUTE] = "attribute",
	[EDGE_DICT_ENTRY] = "attribute",
	[EDGE_FIELD] = "field",
	[EDGE_DICT] = "dict",
	[EDGE_LOCAL] = "local",
	[EDGE_STACK] = "stack",
	[EDGE_CELL] = "cell",
	[EDGE_OFFSET] = "offset",
	[EDGE_ELEMENT] = "element",
	[EDGE_INDEX] = "item",
	[EDGE_NAMED_VALUE] = "value",
	[EDGE_VALUE] = "value",
	[EDGE_KEY] = "key",
	[EDGE_CACHE_KEY] = "cache key",
	[EDGE_CACHE_RESULT] = "cache result",
	[EDGE_FLAT] = "item",
	[EDGE_POINTED] = "pointer",
};

/* --- which reference a number is --- */

/* The object that has reference `nr`, by bisection. */
static oid search(const struct sql_refs *r, const struct heap *h, uint64_t nr)
{
	oid low = 0, high = h->nr_objects;

	while (high - low > 1) {
		oid at = low + (high - low) / 2;

		if (r->first[at] <= nr)
			low = at;
		else
			high = at;
	}
	return low;
}

/* In a scan it is of the same object as the last one, or of a later one. */
static void seek(struct sql_row *row)
{
	const struct sql_refs *r = sql_heap_refs(row->heap);
	oid o = row->object;

	if (row->nr == r->first[o + 1])
		while (row->nr >= r->first[o + 1])
			o++;
	else if (row->nr < r->first[o] || row->nr > r->first[o + 1])
		o = search(r, row->heap->h, row->nr);
	row->object = o;
	row->edge = (uint32_t)(row->nr - r->first[o]);
}

static uint64_t nr_rows(struct sql_heap *heap)
{
	return sql_heap_refs(heap)->first[heap->h->nr_objects];
}

static double about(const struct heap *h)
{
	return (double)h->edges.nr;
}

/* --- columns --- */

static void get_source(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap, row->object, out);
}

static void get_target(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap, heap_edges(row->heap->h, row->object)
					 .to[row->edge], out);
}

static void get_name(const struct sql_row *row, sqlite3_context *out)
{
	enum edge_kind kind;
	const char *name = sql_names_get(&row->heap->names, row->heap->h,
					 row->object, row->edge, &kind);

	if (*name)
		sqlite3_result_text(out, name, -1, SQLITE_TRANSIENT);
}

static void get_kind(const struct sql_row *row, sqlite3_context *out)
{
	enum edge_kind kind;

	sql_names_get(&row->heap->names, row->heap->h, row->object, row->edge,
		      &kind);
	sql_result_static(kind_names[kind], out);
}

static void get_guessed(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int(out, heap_is_guess(row->heap->h, row->object,
					      row->edge));
}

static void get_visited(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int(out, row->edge < heap_nr_visited(row->heap->h,
							    row->object));
}

static void get_found(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(coverage_found(row->heap->h, row->object,
					 row->edge), out);
}

static const struct sql_column columns[] = {
	{ "source", SQL_INTEGER, get_source },
	{ "target", SQL_INTEGER, get_target },
	{ "name", SQL_TEXT, get_name },
	{ "kind", SQL_TEXT, get_kind },
	{ "guessed", SQL_INTEGER, get_guessed },
	{ "visited", SQL_INTEGER, get_visited },
	{ "found", SQL_TEXT, get_found },
};
enum { COLUMN_SOURCE, COLUMN_TARGET, COLUMN_NAME, COLUMN_KIND };

/* --- indexes --- */

static void find_source(struct sql_heap *heap, sqlite3_value *value,
			struct sql_span_vec *ret)
{
	const struct sql_refs *r = sql_heap_refs(heap);
	uint64_t o;

	if (sql_value_row(heap, value, heap->h->nr_objects, &o))
		sql_span_vec_push(ret, (struct sql_span){
			heap, NULL, r->first[o],
			r->first[o + 1] - r->first[o] });
}

static void find_target(struct sql_heap *heap, sqlite3_value *value,
			struct sql_span_vec *ret)
{
	const struct sql_refs *r;
	uint64_t o;

	if (!sql_value_row(heap, value, heap->h->nr_objects, &o))
		return;
	r = sql_heap_inbound(heap);
	sql_span_vec_push(ret, (struct sql_span){
		heap, r->inbound, r->to[o], r->to[o + 1] - r->to[o] });
}

static double rows_of_object(const struct heap *h)
{
	return (double)h->edges.nr / (double)(h->nr_objects + 1.0);
}

/* The source goes first: the index of targets has to be made. */
static double rows_of_target(const struct heap *h)
{
	return rows_of_object(h) + 1;
}

static const struct sql_index indexes[] = {
	{ COLUMN_SOURCE, .exact = true, .find = find_source,
	  .rows = rows_of_object },
	{ COLUMN_TARGET, .exact = true, .find = find_target,
	  .rows = rows_of_target },
};

const struct sql_table sql_refs = {
	.name = "refs",
	SQL_COLUMNS(columns),
	.naming = 1u << COLUMN_NAME | 1u << COLUMN_KIND,
	SQL_INDEXES(indexes),
	.nr_rows = nr_rows,
	.about = about,
	.seek = seek,
};
