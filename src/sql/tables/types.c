/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/search.h"
#include "sql/tables/tables.h"
#include "sql/tables/types.h"

static const struct heap_type *type_of(const struct sql_row *row)
{
	return &row->heap->h->types.v[row->nr];
}

static void get_name(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(type_of(row)->name, out);
}

static void get_address(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(type_of(row)->address, out);
}

static void get_object(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap, type_of(row)->object, out);
}

static void get_count(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, type_of(row)->nr_objects);
}

static void get_size(const struct sql_row *row, sqlite3_context *out)
{
	if (!(type_of(row)->flags & TYPE_SIZE_UNKNOWN))
		sql_result_count(type_of(row)->size, out);
}

static void get_bytes(const struct sql_row *row, sqlite3_context *out)
{
	const struct tally *of_types = sql_heap_tally(row->heap);

	if (of_types)
		sql_result_count(of_types[row->nr].bytes, out);
}

static void get_has_del(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int(out, !!(type_of(row)->flags &
				   (TYPE_HAS_DEL | TYPE_LEGACY_DEL)));
}

static void get_is_static(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int(out, !(type_of(row)->flags & TYPE_IS_HEAP));
}

static void get_interpreter(const struct sql_row *row, sqlite3_context *out)
{
	const struct heap_interpreter *i =
		heap_owner(row->heap->h, (uint32_t)row->nr);

	if (i)
		sqlite3_result_int64(out, i->id);
}

static const struct sql_column columns[] = {
	SQL_COLUMN_ID,
	{ "name", SQL_TEXT, get_name },
	{ "address", SQL_ADDRESS, get_address },
	{ "object", SQL_INTEGER, get_object },
	{ "count", SQL_INTEGER, get_count },
	{ "size", SQL_INTEGER, get_size },
	{ "has_del", SQL_INTEGER, get_has_del },
	{ "is_static", SQL_INTEGER, get_is_static },
	{ "bytes", SQL_INTEGER, get_bytes },
	{ "interpreter", SQL_INTEGER, get_interpreter },
};
enum { COLUMN_NAME = 1 };

static uint64_t nr_rows(struct sql_heap *heap)
{
	return heap->h->types.nr;
}

/* The first of the sorted types whose name is not below `name`, or, with
 * `above`, is above it. */
static size_t search(struct sql_heap *heap, const char *name, bool above)
{
	const uint32_t *types = sql_heap_types_by_name(heap);

	return SEARCH_FIRST(heap->h->types.nr, i,
			    strcmp(heap->h->types.v[types[i]].name, name) >=
			    (above ? 1 : 0));
}

size_t types_named(struct sql_heap *heap, sqlite3_value *value, size_t *first)
{
	const char *name = (const char *)sqlite3_value_text(value);

	*first = 0;
	if (!name)
		return 0;
	*first = search(heap, name, false);
	return search(heap, name, true) - *first;
}

static void find_name(struct sql_heap *heap, sqlite3_value *value,
		      struct sql_span_vec *ret)
{
	size_t first, nr = types_named(heap, value, &first);

	sql_span_vec_push(ret, (struct sql_span){
		heap, sql_heap_types_by_name(heap), first, nr });
}

static double rows_of_name(const struct heap *h UNUSED)
{
	return 1;
}

static const struct sql_index indexes[] = {
	SQL_INDEX_ID,
	{ COLUMN_NAME, .text = true, .find = find_name,
	  .rows = rows_of_name },
};

const struct sql_table sql_types = {
	.name = "types",
	SQL_COLUMNS(columns),
	SQL_INDEXES(indexes),
	.nr_rows = nr_rows,
};
