/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/tables/tables.h"

static const struct heap_stack *stack_of(const struct sql_row *row)
{
	return &row->heap->h->stacks.v[row->nr];
}

static void get_kind(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(heap_stack_kind_names[stack_of(row)->kind], out);
}

static void get_thread(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap, stack_of(row)->thread, out);
}

static void get_object(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap, stack_of(row)->object, out);
}

static const struct sql_column columns[] = {
	SQL_COLUMN_ID,
	{ "kind", SQL_TEXT, get_kind },
	{ "thread", SQL_INTEGER, get_thread },
	{ "object", SQL_INTEGER, get_object },
};

static uint64_t nr_rows(struct sql_heap *heap)
{
	return heap->h->stacks.nr;
}

static const struct sql_index indexes[] = {
	SQL_INDEX_ID,
};

const struct sql_table sql_stacks = {
	.name = "stacks",
	SQL_COLUMNS(columns),
	SQL_INDEXES(indexes),
	.nr_rows = nr_rows,
};
