/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/trend.h"

static int compare_trend_names(const void *a, const void *b)
{
	const struct trend_type *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct trend_type *find_trend(const struct trend *t, size_t nr,
				     const char *name)
{
	struct trend_type key = { .name = unconst(name) };

	return nr ? bsearch(&key, t->types.v, nr, sizeof(key),
			    compare_trend_names)
		  : NULL;
}

/* Classes of one name become one. */
static void merge_same(struct trend_type_vec *types)
{
	size_t nr = 0;

	for (size_t i = 0; i < types->nr; i++) {
		struct trend_type *t = &types->v[i];

		if (nr && !strcmp(types->v[nr - 1].name, t->name)) {
			types->v[nr - 1].first += t->first;
			types->v[nr - 1].last += t->last;
			free(t->name);
			continue;
		}
		types->v[nr++] = *t;
	}
	types->nr = nr;
}

void trend_add(struct trend *t, const struct heap *h)
{
	size_t known = t->types.nr;

	for (size_t i = 0; i < known; i++)
		t->types.v[i].last = 0;
	for (size_t i = 0; i < h->types.nr; i++) {
		const struct heap_type *type = &h->types.v[i];
		struct trend_type *have = find_trend(t, known, type->name);

		if (!type->nr_objects)
			continue;
		if (have) {
			have->last += type->nr_objects;
			if (!t->started)
				have->first += type->nr_objects;
			continue;
		}
		trend_type_vec_push(&t->types, (struct trend_type){
			.name = xstrdup(type->name),
			.first = t->started ? 0 : type->nr_objects,
			.last = type->nr_objects,
		});
	}
	if (t->types.nr)
		qsort(t->types.v, t->types.nr, sizeof(*t->types.v),
		      compare_trend_names);
	merge_same(&t->types);
	t->started = true;
}

void trend_release(struct trend *t)
{
	for (size_t i = 0; i < t->types.nr; i++)
		free(t->types.v[i].name);
	trend_type_vec_release(&t->types);
}

static int64_t growth(const struct trend_type *t)
{
	return (int64_t)(t->last - t->first);
}

unsigned int trend_top(const struct trend *t, unsigned int max,
		       const struct trend_type **ret)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < t->types.nr; i++) {
		const struct trend_type *type = &t->types.v[i];
		unsigned int at;

		if (growth(type) <= 0)
			continue;
		for (at = nr; at && growth(ret[at - 1]) < growth(type); at--)
			if (at < max)
				ret[at] = ret[at - 1];
		if (at < max) {
			ret[at] = type;
			nr = MIN(nr + 1, max);
		}
	}
	return nr;
}
