/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/summary.h"

struct summary_item {
	struct tally_type row;
	const struct heap_type *type;
};

static int order_by_bytes(const struct summary_item *a,
			  const struct summary_item *b)
{
	return (a->row.sum.bytes < b->row.sum.bytes) -
	       (a->row.sum.bytes > b->row.sum.bytes);
}

static int order_by_count(const struct summary_item *a,
			  const struct summary_item *b)
{
	return (a->row.sum.nr < b->row.sum.nr) -
	       (a->row.sum.nr > b->row.sum.nr);
}

static int order_by_name(const struct summary_item *a,
			 const struct summary_item *b)
{
	return strcmp(a->type->name ? a->type->name : "",
		      b->type->name ? b->type->name : "");
}

/* The order of rows that are equal by the key that was asked for. */
static int order_by_rest(const struct summary_item *a,
			 const struct summary_item *b)
{
	int order = order_by_bytes(a, b);

	if (!order)
		order = order_by_count(a, b);
	if (!order)
		order = order_by_name(a, b);
	if (!order)
		order = (a->type->address > b->type->address) -
			(a->type->address < b->type->address);
	return order ? order : (a->row.type > b->row.type ? 1 : -1);
}

static int compare_rows_by_bytes(const void *a, const void *b)
{
	return order_by_rest(a, b);
}

static int compare_rows_by_count(const void *a, const void *b)
{
	int order = order_by_count(a, b);

	return order ? order : order_by_rest(a, b);
}

static int compare_rows_by_name(const void *a, const void *b)
{
	int order = order_by_name(a, b);

	return order ? order : order_by_rest(a, b);
}

static int (*const summary_orders[])(const void *, const void *) = {
	[SUMMARY_BY_BYTES] = compare_rows_by_bytes,
	[SUMMARY_BY_COUNT] = compare_rows_by_count,
	[SUMMARY_BY_NAME] = compare_rows_by_name,
};

static void add_summary_row(struct summary *s, const struct tally_type *row,
			    bool wanted)
{
	s->all_types++;
	tally_add_all(&s->all, &row->sum);
	if (!wanted)
		return;
	tally_add_all(&s->sum, &row->sum);
	tally_type_vec_push(&s->rows, *row);
}

static void sort_summary_rows(const struct heap *h, struct tally_type_vec *rows,
			      enum summary_sort sort)
{
	CLEANUP(freep) struct summary_item *items =
		xreallocarray(NULL, rows->nr, sizeof(*items));

	for (size_t i = 0; i < rows->nr; i++)
		items[i] = (struct summary_item){
			rows->v[i], &h->types.v[rows->v[i].type]
		};
	qsort(items, rows->nr, sizeof(*items), summary_orders[sort]);
	for (size_t i = 0; i < rows->nr; i++)
		rows->v[i] = items[i].row;
}

static void add_sizes(struct summary *s, const struct heap_type *type)
{
	if (type->flags & TYPE_SIZE_UNKNOWN)
		s->sizes_unknown += type->nr_objects;
	else
		s->all_size += type->size;
}

void summary_build(const struct heap *h, const bool *types,
		   enum summary_sort sort, struct summary *ret)
{
	CLEANUP(freep) struct tally *by_type = tally_heap(h);
	CLEANUP(tally_type_vec_release) struct tally_type_vec rows = VEC_INIT;

	memset(ret, 0, sizeof(*ret));
	tally_list(h, by_type, &rows);
	for (size_t i = 0; i < h->types.nr; i++)
		add_sizes(ret, &h->types.v[i]);
	for (size_t i = 0; i < rows.nr; i++)
		add_summary_row(ret, &rows.v[i],
				!types || types[rows.v[i].type]);
	sort_summary_rows(h, &ret->rows, sort);
}

void summary_release(struct summary *s)
{
	tally_type_vec_release(&s->rows);
	memset(s, 0, sizeof(*s));
}
