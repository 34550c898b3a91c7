/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is no object and that no object owns alone: blocks that nothing
 * points to, those of one size in one row, and then blocks that several objects
 * share (heap/lump.h).
 */
#include "sql/tables/tables.h"

/* NULL: the row is a lump. */
static const struct heap_memory_unowned *unowned_of(const struct sql_row *row)
{
	const struct heap_memory_unowned_vec *v =
		&row->heap->h->memory.unowned;

	return row->nr < v->nr ? &v->v[row->nr] : NULL;
}

static const struct heap_lump *lump_of(const struct sql_row *row)
{
	const struct heap *h = row->heap->h;

	return row->nr < h->memory.unowned.nr ? NULL :
	       &h->lumps.v[row->nr - h->memory.unowned.nr];
}

static void get_kind(const struct sql_row *row, sqlite3_context *out)
{
	sql_result_static(unowned_of(row) ? "unowned" : "shared", out);
}

static void get_allocator(const struct sql_row *row, sqlite3_context *out)
{
	if (unowned_of(row))
		sql_result_static(memory_allocator_names[
			unowned_of(row)->allocator], out);
}

static void get_size(const struct sql_row *row, sqlite3_context *out)
{
	if (unowned_of(row))
		sql_result_count(unowned_of(row)->size, out);
}

static void get_count(const struct sql_row *row, sqlite3_context *out)
{
	if (unowned_of(row))
		sql_result_count(unowned_of(row)->count, out);
}

static void get_bytes(const struct sql_row *row, sqlite3_context *out)
{
	const struct heap_memory_unowned *unowned = unowned_of(row);
	const struct heap_lump *lump = lump_of(row);

	if (unowned)
		sql_result_count(unowned->bytes, out);
	else if (lump)
		sql_result_count(lump->bytes, out);
}

static void get_address(const struct sql_row *row, sqlite3_context *out)
{
	if (unowned_of(row) && unowned_of(row)->samples[0])
		sql_result_count(unowned_of(row)->samples[0], out);
}

static void get_holders(const struct sql_row *row, sqlite3_context *out)
{
	if (lump_of(row))
		sqlite3_result_int64(out, lump_of(row)->nr);
}

/* The first of its holders that is an object. */
static void get_holder(const struct sql_row *row, sqlite3_context *out)
{
	const struct heap_lump *lump = lump_of(row);
	const struct heap_lump_holder *holders =
		row->heap->h->lump_holders.v;
	oid first = OID_NONE;

	for (uint32_t i = 0; lump && i < lump->nr && first == OID_NONE; i++)
		first = holders[lump->first + i].object;
	sql_result_id(row->heap, first, out);
}

static const struct sql_column columns[] = {
	{ "kind", SQL_TEXT, get_kind },
	{ "allocator", SQL_TEXT, get_allocator },
	{ "size", SQL_INTEGER, get_size },
	{ "count", SQL_INTEGER, get_count },
	{ "bytes", SQL_INTEGER, get_bytes },
	{ "address", SQL_ADDRESS, get_address },
	{ "holders", SQL_INTEGER, get_holders },
	{ "holder", SQL_INTEGER, get_holder },
};

static uint64_t nr_rows(struct sql_heap *heap)
{
	return heap->h->memory.unowned.nr + heap->h->lumps.nr;
}

const struct sql_table sql_raw_blocks = {
	.name = "raw_blocks",
	SQL_COLUMNS(columns),
	.nr_rows = nr_rows,
};
