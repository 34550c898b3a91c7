/* SPDX-License-Identifier: GPL-2.0-or-later */
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
static bool only_changed(const struct growth *row)
{
	return row->old != OID_NONE && !row->nr_alike &&
	       row->entries <= row->old_entries &&
	       row->retained.bytes <= row->old_retained.bytes;
}

void growth_set_retained(struct heap *old, struct heap *new, bool demote,
			 struct growth_vec *rows)
{
	struct growth_vec sorted = VEC_INIT;

	if (!rows->nr)
		return;
	set_retained(old, true, rows);
	set_retained(new, false, rows);
	if (!demote)
		return;
	for (int last = 0; last < 2; last++)
		for (size_t i = 0; i < rows->nr; i++)
			if (only_changed(&rows->v[i]) == last)
				growth_vec_push(&sorted, rows->v[i]);
	growth_vec_release(rows);
	*rows = sorted;
}
