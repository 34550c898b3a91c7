/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/tables/tables.h"

static const struct sql_suspect *suspect_of(const struct sql_row *row)
{
	return &sql_heap_suspects(row->heap)->v[row->nr];
}

static void get_kind(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(suspect_of(row)->kind, out);
}

static void get_title(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(suspect_of(row)->title, out);
}

static void get_place(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(suspect_of(row)->place, out);
}

static void get_object(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap, suspect_of(row)->object, out);
}

static void get_entries(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(suspect_of(row)->entries, out);
}

static void get_objects(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(suspect_of(row)->objects, out);
}

static void get_bytes(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(suspect_of(row)->bytes, out);
}

static void get_fix(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(suspect_of(row)->fix, out);
}

static const struct sql_column columns[] = {
	SQL_COLUMN_ID,
	{ "kind", SQL_TEXT, get_kind },
	{ "title", SQL_TEXT, get_title },
	{ "place", SQL_TEXT, get_place },
	{ "object", SQL_INTEGER, get_object },
	{ "entries", SQL_INTEGER, get_entries },
	{ "objects", SQL_INTEGER, get_objects },
	{ "bytes", SQL_INTEGER, get_bytes },
	{ "fix", SQL_TEXT, get_fix },
};

static uint64_t nr_rows(struct sql_heap *heap)
{
	return sql_heap_suspects(heap)->nr;
}

static double about(const struct heap *h UNUSED)
{
	return 5;
}

static const struct sql_index indexes[] = {
	SQL_INDEX_ID,
};

const struct sql_table sql_suspects = {
	.name = "suspects",
	SQL_COLUMNS(columns),
	SQL_INDEXES(indexes),
	.nr_rows = nr_rows,
	.about = about,
};
