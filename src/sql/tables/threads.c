/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/tables/tables.h"

static const struct heap_thread *thread_of(const struct sql_row *row)
{
	return &row->heap->h->threads.v[row->nr];
}

static void get_native_id(const struct sql_row *row, sqlite3_context *out)
{
	if (thread_of(row)->native_id)
		sqlite3_result_int64(out, thread_of(row)->native_id);
}

static void get_interpreter(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, thread_of(row)->interpreter);
}

static void get_name(const struct sql_row *row, sqlite3_context *out)
{
	if (*thread_of(row)->name)
		sql_result_static(thread_of(row)->name, out);
}

static void get_holds_gil(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, thread_of(row)->holds_gil);
}

static const struct sql_column columns[] = {
	SQL_COLUMN_ID,
	{ "native_id", SQL_INTEGER, get_native_id },
	{ "interpreter", SQL_INTEGER, get_interpreter },
	{ "name", SQL_TEXT, get_name },
	{ "holds_gil", SQL_INTEGER, get_holds_gil },
};

static uint64_t nr_rows(struct sql_heap *heap)
{
	return heap->h->threads.nr;
}

static const struct sql_index indexes[] = {
	SQL_INDEX_ID,
};

const struct sql_table sql_threads = {
	.name = "threads",
	SQL_COLUMNS(columns),
	SQL_INDEXES(indexes),
	.nr_rows = nr_rows,
};
