/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/compare/growth.h"
#include "analysis/graph/dominators.h"

static bool has_text(const struct heap_type *t)
{
	return t->kind == TYPE_KIND_STR || t->kind == TYPE_KIND_BYTES ||
	       t->kind == TYPE_KIND_BYTEARRAY || t->kind == TYPE_KIND_INT;
}

int64_t growth_entries(struct heap *h, oid o)
{
	const struct heap_type *t;
	int64_t length;

	if (o == OID_NONE)
		return -1;
	t = heap_type_of(h, o);
	if (has_text(t) || t->flags & TYPE_IS_TYPE)
		return -1;
	length = heap_length(h, o);
	/* Of a subclass of str or bytes it is no number of entries. */
	if (length >= 0)
		return length <= (int64_t)h->edge_nr[o] ? length : -1;
	return -1;
}

/* --- what holders retain --- */

static void set_retained(struct heap *h, bool old, struct growth_vec *rows)
{
	CLEANUP(dominators_release) struct dominators d;

	dominators_build(h, &d);
	for (size_t i = 0; i < rows->nr; i++) {
		struct growth *row = &rows->v[i];
		oid o = old ? row->old : row->object;
		struct tally sum = { 0, 0 };

		if (o != OID_NONE)
			sum = (struct tally){ d.objects[o], d.bytes[o] };
		if (old)
			row->old_retained = sum;
		else
			row->retained = sum;
	}
}

/* Several holders that are alike have the retained size of one alone. */
static bool is_same_length(const struct growth *row)
{
	return row->old != OID_NONE && !row->nr_alike &&
	       row->entries <= row->old_entries;
}

/*
 * A holder that has no more entries than before holds more than before only if
 * it retains more.
 */
static void limit_to_retained(struct growth *row)
{
	int64_t objects = tally_growth(row->old_retained.nr, row->retained.nr);
	int64_t bytes = tally_growth(row->old_retained.bytes,
				     row->retained.bytes);

	row->objects = MIN(row->objects, MAX(objects, 0));
	row->bytes = MIN(row->bytes, MAX(bytes, 0));
}

void growth_set_retained(struct heap *old, struct heap *new, bool replaced,
			 struct growth_vec *rows)
{
	if (!rows->nr)
		return;
	set_retained(old, true, rows);
	set_retained(new, false, rows);
	for (size_t i = 0; replaced && i < rows->nr; i++)
		if (is_same_length(&rows->v[i]))
			limit_to_retained(&rows->v[i]);
}

/* --- their order --- */

struct rank {
	int64_t key, other_key;
	size_t row;
};

static int compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? 1 : -1;
	if (x->other_key != y->other_key)
		return x->other_key < y->other_key ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

void growth_sort(const struct growth_options *options, struct growth_vec *rows)
{
	CLEANUP(freep) struct rank *ranks = xcalloc(rows->nr, sizeof(*ranks));
	struct growth_vec sorted = VEC_INIT;
	size_t nr = 0;

	for (size_t i = 0; i < rows->nr; i++) {
		const struct growth *row = &rows->v[i];
		struct rank rank = { row->bytes, row->objects, i };

		if (options->by_count)
			rank = (struct rank){ row->objects, row->bytes, i };
		if (rank.key > 0)
			ranks[nr++] = rank;
	}
	if (nr)
		qsort(ranks, nr, sizeof(*ranks), compare_ranks);
	for (size_t i = 0; i < nr && i < options->limit; i++)
		growth_vec_push(&sorted, rows->v[ranks[i].row]);
	growth_vec_release(rows);
	*rows = sorted;
}
