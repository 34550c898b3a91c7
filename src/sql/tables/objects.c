/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "heap/naming.h"
#include "output/reports/retained.h"
#include "output/words.h"
#include "sql/numbers.h"
#include "sql/tables/tables.h"
#include "sql/tables/types.h"

#define PREVIEW_MAX 1000

static const struct heap *heap_of(const struct sql_row *row)
{
	return row->heap->h;
}

static void get_address(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(heap_of(row)->address[row->object], out);
}

static void get_type(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(heap_type_of(heap_of(row), row->object)->name, out);
}

static void get_type_id(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap, heap_of(row)->type[row->object], out);
}

static void get_size(const struct sql_row *row, sqlite3_context *out)
{
	if (heap_size_is_known(heap_of(row), row->object))
		sql_result_count(heap_of(row)->size[row->object], out);
}

static void get_bytes(const struct sql_row *row, sqlite3_context *out)
{
	if (heap_of(row)->bytes)
		sql_result_count(heap_of(row)->bytes[row->object], out);
}

static void get_refcount(const struct sql_row *row, sqlite3_context *out)
{
	uint32_t count = heap_of(row)->refcount[row->object];

	if (count != REFCOUNT_IMMORTAL)
		sqlite3_result_int64(out, count);
}

static void get_generation(const struct sql_row *row, sqlite3_context *out)
{
	uint8_t generation = heap_of(row)->generation[row->object];

	if (generation != GENERATION_UNTRACKED)
		sqlite3_result_int(out, generation);
}

static void get_length(const struct sql_row *row, sqlite3_context *out)
{
	int64_t length = heap_length(row->heap->h, row->object);

	if (length >= 0)
		sqlite3_result_int64(out, length);
}

static void get_preview(const struct sql_row *row, sqlite3_context *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	heap_preview(row->heap->h, row->object, PREVIEW_MAX, &text);
	sql_result_str(&text, out);
}

static void get_number(const struct sql_row *row, sqlite3_context *out)
{
	numbers_result(row->heap->h, row->object, out);
}

static void get_text_hash(const struct sql_row *row, sqlite3_context *out)
{
	struct heap *h = row->heap->h;
	uint64_t hash;

	if (heap_length(h, row->object) > TEXT_MAX &&
	    heap_text_hash(h, row->object, &hash))
		sqlite3_result_int64(out, (int64_t)hash);
}

static void get_nr_refs(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, heap_of(row)->edge_nr[row->object]);
}

static void get_finalized(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int(out, !!(heap_of(row)->flags[row->object] &
				   OBJECT_FINALIZED));
}

/* --- what keeps it alive, and what it keeps --- */

static void get_retained(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_count(sql_heap_dominators(row->heap)->bytes[row->object],
			 out);
}

static void get_retained_objects(const struct sql_row *row,
				 sqlite3_context *out)
{
	sqlite3_result_int64(out, sql_heap_dominators(row->heap)
					  ->objects[row->object]);
}

static void get_dominator(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_id(row->heap,
		      sql_heap_dominators(row->heap)->parent[row->object],
		      out);
}

static void get_holder(const struct sql_row *row, sqlite3_context *out)
{
	const struct dominators *d = sql_heap_dominators(row->heap);

	sql_result_static(dominators_holder_names[d->holder[row->object]],
			  out);
}

static void get_root(const struct sql_row *row, sqlite3_context *out)
{
	const struct root *root = sql_heap_root(row->heap, row->object);
	const struct heap *h = heap_of(row);
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!root)
		return;
	str_add(&text, root->surplus == REFCOUNT_IMMORTAL ? "immortal" :
		       root_kind_names[root->kind]);
	if (root->place != ROOT_NO_PLACE) {
		str_add_char(&text, ' ');
		words_root(h, &h->roots.v[root->place], &text);
	}
	sql_result_str(&text, out);
}

static void get_distance(const struct sql_row *row, sqlite3_context *out)
{
	const struct reach *r = &sql_heap_view(row->heap)->reach;

	if (sql_heap_root(row->heap, row->object))
		sqlite3_result_int64(out, r->distance[row->object]);
}

static void get_path(const struct sql_row *row, sqlite3_context *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	retained_add_way(sql_heap_view(row->heap), OID_NONE, row->object,
			 &text);
	sql_result_str(&text, out);
}

/* The site of the object; false: it is not known. */
static bool find_site(const struct sql_row *row, struct heap_site *ret)
{
	const struct heap_allocations *a = &heap_of(row)->allocations;
	const struct heap_allocation *from =
		heap_allocations_find(a, heap_of(row)->address[row->object]);

	if (from)
		*ret = heap_allocations_site(a, from->traceback);
	return from;
}

static void get_allocated_file(const struct sql_row *row, sqlite3_context *out)
{
	struct heap_site site;

	if (find_site(row, &site))
		sql_result_static(heap_of(row)->allocations.files.v[site.file],
				  out);
}

static void get_allocated_line(const struct sql_row *row, sqlite3_context *out)
{
	struct heap_site site;

	if (find_site(row, &site))
		sqlite3_result_int64(out, site.line);
}

static const struct sql_column columns[] = {
	SQL_COLUMN_ID,
	{ "address", SQL_ADDRESS, get_address },
	{ "type", SQL_TEXT, get_type },
	{ "size", SQL_INTEGER, get_size },
	{ "bytes", SQL_INTEGER, get_bytes },
	{ "refcount", SQL_INTEGER, get_refcount },
	{ "generation", SQL_INTEGER, get_generation },
	{ "length", SQL_INTEGER, get_length },
	{ "preview", SQL_TEXT, get_preview },
	{ "number", SQL_ANY, get_number },
	{ "text_hash", SQL_INTEGER, get_text_hash },
	{ "type_id", SQL_INTEGER, get_type_id },
	{ "nr_refs", SQL_INTEGER, get_nr_refs },
	{ "finalized", SQL_INTEGER, get_finalized },
	{ "retained", SQL_INTEGER, get_retained },
	{ "retained_objects", SQL_INTEGER, get_retained_objects },
	{ "dominator", SQL_INTEGER, get_dominator },
	{ "holder", SQL_TEXT, get_holder },
	{ "root", SQL_TEXT, get_root },
	{ "distance", SQL_INTEGER, get_distance },
	{ "path", SQL_TEXT, get_path },
	{ "allocated_file", SQL_TEXT, get_allocated_file },
	{ "allocated_line", SQL_INTEGER, get_allocated_line },
};
enum { COLUMN_ADDRESS = 1, COLUMN_TYPE, COLUMN_TYPE_ID = 11,
       COLUMN_PATH = 20 };

static uint64_t nr_rows(struct sql_heap *heap)
{
	return heap->h->nr_objects;
}

static void find_address(struct sql_heap *heap, sqlite3_value *value,
			 struct sql_span_vec *ret)
{
	int64_t address;
	oid o;

	if (!sql_value_integer(value, &address))
		return;
	o = heap_find(heap->h, (uint64_t)address);
	if (o != OID_NONE)
		sql_span_add(heap, o, ret);
}

static void add_of_type(struct sql_heap *heap, uint32_t type,
			struct sql_span_vec *ret)
{
	const struct sql_by_type *b = sql_heap_by_type(heap);

	sql_span_vec_push(ret, (struct sql_span){
		heap, b->object, b->start[type],
		b->start[type + 1] - b->start[type] });
}

static void find_type(struct sql_heap *heap, sqlite3_value *value,
		      struct sql_span_vec *ret)
{
	const uint32_t *types = sql_heap_types_by_name(heap);
	size_t first, nr;

	nr = types_named(heap, value, &first);
	for (size_t i = 0; i < nr; i++)
		add_of_type(heap, types[first + i], ret);
}

static void match_type(struct sql_heap *heap, const char *pattern,
		       sql_is_like *is_like, struct sql_span_vec *ret)
{
	for (uint32_t i = 0; i < heap->h->types.nr; i++)
		if (is_like(pattern, heap->h->types.v[i].name))
			add_of_type(heap, i, ret);
}

static void find_type_id(struct sql_heap *heap, sqlite3_value *value,
			 struct sql_span_vec *ret)
{
	uint64_t type;

	if (sql_value_row(heap, value, heap->h->types.nr, &type))
		add_of_type(heap, (uint32_t)type, ret);
}

static double rows_of_type(const struct heap *h)
{
	return (double)h->nr_objects / (double)(h->types.nr + 1);
}

static const struct sql_index indexes[] = {
	SQL_INDEX_ID,
	{ COLUMN_ADDRESS, .unique = true, .find = find_address },
	{ COLUMN_TYPE, .text = true, .find = find_type, .match = match_type,
	  .rows = rows_of_type },
	{ COLUMN_TYPE_ID, .exact = true, .find = find_type_id,
	  .rows = rows_of_type },
};

const struct sql_table sql_objects = {
	.name = "objects",
	SQL_COLUMNS(columns),
	.naming = 1u << COLUMN_PATH,
	SQL_INDEXES(indexes),
	.nr_rows = nr_rows,
};
