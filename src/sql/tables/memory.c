/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/tables/tables.h"

static const struct heap_memory_line *line_of(const struct sql_row *row)
{
	return &row->heap->h->memory.lines.v[row->nr];
}

static void get_part(const struct sql_row *row, sqlite3_context *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	memory_part_name(line_of(row)->part, &text);
	sql_result_str(&text, out);
}

static void get_kind(const struct sql_row *row, sqlite3_context *out)
{
	enum memory_kind kind = memory_part_kind(line_of(row)->part);

	sql_result_static(memory_kind_names[kind], out);
}

static void get_type(const struct sql_row *row, sqlite3_context *out)
{
	uint32_t type = line_of(row)->type;

	if (type != OID_NONE)
		sql_result_static(row->heap->h->types.v[type].name, out);
}

static void get_name(const struct sql_row *row, sqlite3_context *out)
{
	if (*line_of(row)->name)
		sql_result_static(line_of(row)->name, out);
}

static void get_bytes(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(line_of(row)->bytes, out);
}

static void get_count(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(line_of(row)->count, out);
}

static const struct sql_column columns[] = {
	{ "part", SQL_TEXT, get_part },
	{ "kind", SQL_TEXT, get_kind },
	{ "type", SQL_TEXT, get_type },
	{ "name", SQL_TEXT, get_name },
	{ "bytes", SQL_INTEGER, get_bytes },
	{ "count", SQL_INTEGER, get_count },
};

static uint64_t nr_rows(struct sql_heap *heap)
{
	return heap->h->memory.lines.nr;
}

const struct sql_table sql_memory = {
	.name = "memory",
	SQL_COLUMNS(columns),
	.nr_rows = nr_rows,
};
