/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/place.h"
#include "analysis/compare/series.h"

static void set_type_tally(struct series *s, size_t row, size_t i,
			   const struct tally *t)
{
	s->types[row * s->nr + i] = *t;
}

void series_init(struct series *s, size_t nr, struct heap *new,
		 const struct diff *diff, const struct grow *grow)
{
	*s = (struct series){ .nr = nr, .diff = diff, .grow = grow,
			      .new = new };
	s->all = xcalloc(nr, sizeof(*s->all));
	s->types = xcalloc(nr * diff->rows.nr, sizeof(*s->types));
	s->entries = xreallocarray(NULL, nr * grow->v.nr, sizeof(*s->entries));
	memset(s->entries, 0xff, nr * grow->v.nr * sizeof(*s->entries));
	s->all[0] = diff->all.old;
	s->all[nr - 1] = diff->all.new;
	for (size_t i = 0; i < diff->rows.nr; i++) {
		set_type_tally(s, i, 0, &diff->rows.v[i].old);
		set_type_tally(s, i, nr - 1, &diff->rows.v[i].new);
	}
	for (size_t i = 0; i < grow->v.nr; i++) {
		s->entries[i * nr] = grow->v.v[i].old_entries;
		s->entries[i * nr + nr - 1] = grow->v.v[i].entries;
	}
}

void series_release(struct series *s)
{
	free(s->all);
	free(s->types);
	free(s->entries);
	memset(s, 0, sizeof(*s));
}

/* --- types --- */

struct series_name {
	const char *name;
	size_t row;
};

static int compare_row_names(const void *a, const void *b)
{
	const struct series_name *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct series_name *sorted_names(const struct diff *d)
{
	struct series_name *names = xreallocarray(NULL, d->rows.nr,
						  sizeof(*names));

	for (size_t i = 0; i < d->rows.nr; i++)
		names[i] = (struct series_name){ d->rows.v[i].name, i };
	if (d->rows.nr)
		qsort(names, d->rows.nr, sizeof(*names), compare_row_names);
	return names;
}

static void add_type_counts(struct series *s, size_t i, const struct heap *h)
{
	CLEANUP(freep) struct series_name *names = sorted_names(s->diff);
	CLEANUP(freep) struct tally *counts = tally_heap(h);

	for (size_t t = 0; t < h->types.nr; t++) {
		struct series_name key = { h->types.v[t].name, 0 },
				   *found = NULL;

		tally_add_all(&s->all[i], &counts[t]);
		if (key.name && s->diff->rows.nr)
			found = bsearch(&key, names, s->diff->rows.nr,
					sizeof(*names), compare_row_names);
		if (found)
			tally_add_all(&s->types[found->row * s->nr + i],
				      &counts[t]);
	}
}

/* --- holders --- */

/* What of `h` is the row's object, or lies at its place. */
static oid locate_holder(const struct series *s, const struct growth *row,
			 struct heap *h, bool same_process)
{
	oid o = OID_NONE;

	if (same_process && !row->is_place)
		o = heap_find(h, s->new->address[row->object]);
	if (o != OID_NONE && !strcmp(heap_type_of(h, o)->name,
				     heap_type_of(s->new, row->object)->name))
		return o;
	return place_find(s->new, &s->grow->reach, row->object, h);
}

void series_add(struct series *s, size_t i, struct heap *h)
{
	bool same = match_same_process(&h->info, &s->new->info);

	add_type_counts(s, i, h);
	for (size_t row = 0; row < s->grow->v.nr; row++)
		s->entries[row * s->nr + i] = growth_entries(
			h, locate_holder(s, &s->grow->v.v[row], h, same));
}

/* --- what grew --- */

bool series_type_grew(const struct series *s, size_t row)
{
	const struct tally *t = &s->types[row * s->nr];

	for (size_t i = 1; i < s->nr; i++)
		if (t[i].nr <= t[i - 1].nr)
			return false;
	return true;
}

bool series_holder_grew(const struct series *s, size_t row)
{
	const int64_t *entries = &s->entries[row * s->nr];

	for (size_t i = 1; i < s->nr; i++)
		if (entries[i] <= entries[i - 1])
			return false;
	return true;
}
