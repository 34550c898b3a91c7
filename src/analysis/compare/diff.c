/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/diff.h"

/* --- rows for the types of both heaps, one a name --- */

struct diff_type {
	const char *name;
	uint32_t index;
	bool is_new;
};
VEC_DEFINE(diff_type_vec, struct diff_type);

static int compare_diff_types(const void *a, const void *b)
{
	const struct diff_type *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (!order)
		order = x->is_new - y->is_new;
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static void list_types(const struct heap *h, bool is_new,
		       struct diff_type_vec *ret)
{
	for (size_t i = 0; i < h->types.nr; i++) {
		const char *name = h->types.v[i].name;

		diff_type_vec_push(ret,
				   (struct diff_type){ name ? name : "",
						       (uint32_t)i, is_new });
	}
}

/* Fill rows, and for both heaps' types the index of their row. */
static void make_diff_rows(const struct heap *old, const struct heap *new,
			   uint32_t *row_of_old, uint32_t *row_of_new,
			   struct diff_row_vec *ret)
{
	CLEANUP(diff_type_vec_release) struct diff_type_vec refs = VEC_INIT;

	list_types(old, false, &refs);
	list_types(new, true, &refs);
	if (!refs.nr)
		return;
	qsort(refs.v, refs.nr, sizeof(*refs.v), compare_diff_types);
	for (size_t i = 0; i < refs.nr; i++) {
		const struct diff_type *t = &refs.v[i];

		if (!i || strcmp(t->name, refs.v[i - 1].name))
			diff_row_vec_push(ret, (struct diff_row){
						       .name = t->name });
		(t->is_new ? row_of_new : row_of_old)[t->index] =
			(uint32_t)ret->nr - 1;
	}
}

/* --- counting --- */

static void count_objects(const struct heap *old, const struct heap *new,
			  const struct match *match, const uint32_t *row_of_old,
			  const uint32_t *row_of_new, struct diff_row *rows)
{
	for (oid o = 0; o < old->nr_objects; o++) {
		struct diff_row *row = &rows[row_of_old[old->type[o]]];

		tally_add(&row->old, heap_bytes(old, o));
		if (match_is_gone(match, o))
			tally_add(&row->went, heap_bytes(old, o));
	}
	for (oid o = 0; o < new->nr_objects; o++) {
		struct diff_row *row = &rows[row_of_new[new->type[o]]];

		tally_add(&row->new, heap_bytes(new, o));
		if (match_is_new(match, o))
			tally_add(&row->came, heap_bytes(new, o));
	}
}

/* --- sorting --- */

static int order_by_growth(const struct tally *old_a, const struct tally *new_a,
			   const struct tally *old_b, const struct tally *new_b,
			   bool bytes)
{
	int64_t a = bytes ? tally_growth(old_a->bytes, new_a->bytes) :
			    tally_growth(old_a->nr, new_a->nr);
	int64_t b = bytes ? tally_growth(old_b->bytes, new_b->bytes) :
			    tally_growth(old_b->nr, new_b->nr);

	return (a < b) - (a > b);
}

static int compare_rows_by_growth_in_bytes(const void *a, const void *b)
{
	const struct diff_row *x = a, *y = b;
	int order = order_by_growth(&x->old, &x->new, &y->old, &y->new, true);

	if (!order)
		order = order_by_growth(&x->old, &x->new, &y->old, &y->new,
					false);
	return order ? order : strcmp(x->name, y->name);
}

static int compare_rows_by_growth_in_count(const void *a, const void *b)
{
	const struct diff_row *x = a, *y = b;
	int order = order_by_growth(&x->old, &x->new, &y->old, &y->new, false);

	return order ? order : compare_rows_by_growth_in_bytes(a, b);
}

static int compare_rows_by_came(const void *a, const void *b)
{
	const struct diff_row *x = a, *y = b;

	if (x->came.nr != y->came.nr)
		return x->came.nr < y->came.nr ? 1 : -1;
	return compare_rows_by_growth_in_bytes(a, b);
}

static int compare_diff_rows_by_name(const void *a, const void *b)
{
	const struct diff_row *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int (*const diff_orders[])(const void *, const void *) = {
	[DIFF_BY_BYTES] = compare_rows_by_growth_in_bytes,
	[DIFF_BY_COUNT] = compare_rows_by_growth_in_count,
	[DIFF_BY_CAME] = compare_rows_by_came,
	[DIFF_BY_NAME] = compare_diff_rows_by_name,
};

/* --- all of it --- */

static void sum_rows(struct diff *d)
{
	for (size_t i = 0; i < d->rows.nr; i++) {
		tally_add_all(&d->all.old, &d->rows.v[i].old);
		tally_add_all(&d->all.new, &d->rows.v[i].new);
		tally_add_all(&d->all.came, &d->rows.v[i].came);
		tally_add_all(&d->all.went, &d->rows.v[i].went);
	}
}

static void mark_wanted(const bool *types, const uint32_t *row_of, size_t nr,
			bool *wanted)
{
	for (size_t i = 0; i < nr; i++)
		if (!types || types[i])
			wanted[row_of[i]] = true;
}

/* Drop the rows that were not asked for, and those of types without objects. */
static void keep_wanted(struct diff_row_vec *rows, const bool *wanted)
{
	size_t nr = 0;

	for (size_t i = 0; i < rows->nr; i++)
		if (wanted[i] && (rows->v[i].old.nr || rows->v[i].new.nr))
			rows->v[nr++] = rows->v[i];
	rows->nr = nr;
}

void diff_build(const struct heap *old, const struct heap *new,
		const struct match *match, const bool *types_old,
		const bool *types_new, enum diff_sort sort, struct diff *ret)
{
	CLEANUP(freep) uint32_t *row_of_old =
		xcalloc(old->types.nr, sizeof(*row_of_old));
	CLEANUP(freep) uint32_t *row_of_new =
		xcalloc(new->types.nr, sizeof(*row_of_new));
	CLEANUP(freep) bool *wanted = NULL;

	memset(ret, 0, sizeof(*ret));
	ret->all.name = "";
	make_diff_rows(old, new, row_of_old, row_of_new, &ret->rows);
	if (!ret->rows.nr)
		return;
	count_objects(old, new, match, row_of_old, row_of_new, ret->rows.v);
	sum_rows(ret);
	wanted = xcalloc(ret->rows.nr, sizeof(*wanted));
	mark_wanted(types_old, row_of_old, old->types.nr, wanted);
	mark_wanted(types_new, row_of_new, new->types.nr, wanted);
	keep_wanted(&ret->rows, wanted);
	qsort(ret->rows.v, ret->rows.nr, sizeof(*ret->rows.v),
	      diff_orders[sort]);
}

void diff_release(struct diff *d)
{
	diff_row_vec_release(&d->rows);
	memset(d, 0, sizeof(*d));
}

bool diff_row_changed(const struct diff_row *row)
{
	return row->old.nr != row->new.nr || row->old.bytes != row->new.bytes ||
	       row->came.nr || row->went.nr;
}
