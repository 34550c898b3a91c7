/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/tables/tables.h"

static const struct heap_mapping *mapping_of(const struct sql_row *row)
{
	return &row->heap->h->info.mappings.v[row->nr];
}

static void get_start(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(mapping_of(row)->start, out);
}

static void get_end(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(mapping_of(row)->end, out);
}

static void get_size(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(mapping_of(row)->end - mapping_of(row)->start, out);
}

static void get_permissions(const struct sql_row *row, sqlite3_context *out)
{
	uint32_t flags = mapping_of(row)->flags;
	const char text[] = {
		flags & MAPPING_READ ? 'r' : '-',
		flags & MAPPING_WRITE ? 'w' : '-',
		flags & MAPPING_EXECUTE ? 'x' : '-',
		flags & MAPPING_SHARED ? 's' : 'p',
	};

	sqlite3_result_text(out, text, sizeof(text), SQLITE_TRANSIENT);
}

static void get_offset(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(mapping_of(row)->offset, out);
}

static void get_path(const struct sql_row *row, sqlite3_context *out)
{
	if (*mapping_of(row)->path)
		sql_result_static(mapping_of(row)->path, out);
}

static void get_deleted(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, !!(mapping_of(row)->flags & MAPPING_DELETED));
}

static const struct sql_column columns[] = {
	{ "start", SQL_ADDRESS, get_start },
	{ "end", SQL_ADDRESS, get_end },
	{ "size", SQL_INTEGER, get_size },
	{ "permissions", SQL_TEXT, get_permissions },
	{ "offset", SQL_INTEGER, get_offset },
	{ "path", SQL_TEXT, get_path },
	{ "deleted", SQL_INTEGER, get_deleted },
};

static uint64_t nr_rows(struct sql_heap *heap)
{
	return heap->h->info.mappings.nr;
}

const struct sql_table sql_mappings = {
	.name = "mappings",
	SQL_COLUMNS(columns),
	.nr_rows = nr_rows,
};
