/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/tables/tables.h"

static const struct heap_frame *frame_of(const struct sql_row *row)
{
	return &row->heap->h->frames.v[row->nr];
}

static void get_thread(const struct sql_row *row, sqlite3_context *out)
{
	const struct heap_frame *f = frame_of(row);

	sql_result_id(row->heap, heap_stack_of(row->heap->h, f)->thread, out);
}

static void get_stack(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap, frame_of(row)->stack, out);
}

static void get_function(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(frame_of(row)->function, out);
}

static void get_file(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(frame_of(row)->file, out);
}

static void get_line(const struct sql_row *row, sqlite3_context *out)
{
	if (frame_of(row)->line)
		sqlite3_result_int(out, frame_of(row)->line);
}

static void get_code(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap, frame_of(row)->code, out);
}

static const struct sql_column columns[] = {
	SQL_COLUMN_ID,
	{ "thread", SQL_INTEGER, get_thread },
	{ "function", SQL_TEXT, get_function },
	{ "file", SQL_TEXT, get_file },
	{ "line", SQL_INTEGER, get_line },
	{ "code", SQL_INTEGER, get_code },
	{ "stack", SQL_INTEGER, get_stack },
};

static uint64_t nr_rows(struct sql_heap *heap)
{
	return heap->h->frames.nr;
}

static const struct sql_index indexes[] = {
	SQL_INDEX_ID,
};

const struct sql_table sql_frames = {
	.name = "frames",
	SQL_COLUMNS(columns),
	SQL_INDEXES(indexes),
	.nr_rows = nr_rows,
};
