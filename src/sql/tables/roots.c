/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/words.h"
#include "sql/tables/tables.h"

static const struct heap_root *root_of(const struct sql_row *row)
{
	return &row->heap->h->roots.v[row->nr];
}

static void get_object(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap, root_of(row)->object, out);
}

static void get_kind(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(root_kind_names[root_of(row)->kind], out);
}

static void get_name(const struct sql_row *row, sqlite3_context *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	words_root(row->heap->h, root_of(row), &text);
	sql_result_str(&text, out);
}

static void get_expression(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(root_of(row)->expression, out);
}

static void get_frame(const struct sql_row *row, sqlite3_context *out)
{
	if (root_of(row)->frame >= 0)
		sql_result_id(row->heap, (oid)root_of(row)->frame, out);
}

static void get_counted(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, root_of(row)->counted);
}

static const struct sql_column columns[] = {
	SQL_COLUMN_ID,
	{ "object", SQL_INTEGER, get_object },
	{ "kind", SQL_TEXT, get_kind },
	{ "name", SQL_TEXT, get_name },
	{ "expression", SQL_TEXT, get_expression },
	{ "frame", SQL_INTEGER, get_frame },
	{ "counted", SQL_INTEGER, get_counted },
};

static uint64_t nr_rows(struct sql_heap *heap)
{
	return heap->h->roots.nr;
}

static const struct sql_index indexes[] = {
	SQL_INDEX_ID,
};

const struct sql_table sql_roots = {
	.name = "roots",
	SQL_COLUMNS(columns),
	SQL_INDEXES(indexes),
	.nr_rows = nr_rows,
};
