/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/tables/tables.h"

static const struct heap_info *info_of(const struct sql_row *row)
{
	return &row->heap->h->info;
}

static void get_id(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, row->heap->number);
}

static void get_name(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(row->heap->name, out);
}

static void get_pid(const struct sql_row *row, sqlite3_context *out)
{
	if (info_of(row)->pid)
		sql_result_count((uint64_t)info_of(row)->pid, out);
}

static void get_host(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(info_of(row)->host, out);
}

static void get_executable(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(info_of(row)->executable, out);
}

static void get_command(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(info_of(row)->command, out);
}

static void get_version(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(info_of(row)->version, out);
}

static void get_start_time(const struct sql_row *row, sqlite3_context *out)
{
	if (info_of(row)->start_time)
		sql_result_count(info_of(row)->start_time, out);
}

static void get_taken_at(const struct sql_row *row, sqlite3_context *out)
{
	if (info_of(row)->taken_at)
		sql_result_count(info_of(row)->taken_at, out);
}

static void get_resident(const struct sql_row *row, sqlite3_context *out)
{
	if (info_of(row)->resident)
		sql_result_count(info_of(row)->resident, out);
}

static void get_objects(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, row->heap->h->nr_objects);
}

static void get_refs(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, (int64_t)row->heap->h->edges.nr);
}

static void get_partial(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, heap_is_partial(row->heap->h));
}

static const struct sql_column columns[] = {
	{ "id", SQL_INTEGER, get_id },
	{ "name", SQL_TEXT, get_name },
	{ "pid", SQL_INTEGER, get_pid },
	{ "host", SQL_TEXT, get_host },
	{ "executable", SQL_TEXT, get_executable },
	{ "command", SQL_TEXT, get_command },
	{ "version", SQL_TEXT, get_version },
	{ "start_time", SQL_INTEGER, get_start_time },
	{ "taken_at", SQL_INTEGER, get_taken_at },
	{ "resident", SQL_INTEGER, get_resident },
	{ "objects", SQL_INTEGER, get_objects },
	{ "refs", SQL_INTEGER, get_refs },
	{ "partial", SQL_INTEGER, get_partial },
};

static uint64_t nr_rows(struct sql_heap *heap)
{
	return !!heap->h;
}

const struct sql_table sql_captures = {
	.name = "captures",
	SQL_COLUMNS(columns),
	.nr_rows = nr_rows,
};
