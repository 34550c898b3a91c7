/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/top/live.h"

const char *const live_sort_names[NR_LIVE_SORTS] = {
	[LIVE_BY_GROWTH] = "growth in bytes",
	[LIVE_BY_COUNT_GROWTH] = "growth in number",
	[LIVE_BY_BYTES] = "bytes",
	[LIVE_BY_COUNT] = "number",
	[LIVE_BY_NAME] = "name",
};

void live_items_release(struct live_item_vec *items)
{
	for (size_t i = 0; i < items->nr; i++)
		free(items->v[i].name);
	live_item_vec_release(items);
}

void live_release(struct live *l)
{
	live_items_release(&l->types);
	live_items_release(&l->holders);
}

/* --- items --- */

static int compare_names(const void *a, const void *b)
{
	const struct live_item *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Sort the items of a sample by name; those of one name become one. */
static void sum_up(struct live_item_vec *items)
{
	size_t nr = 0;

	if (!items->nr)
		return;
	qsort(items->v, items->nr, sizeof(*items->v), compare_names);
	for (size_t i = 0; i < items->nr; i++) {
		struct live_item *item = &items->v[i];

		if (nr && !compare_names(&items->v[nr - 1], item)) {
			items->v[nr - 1].count += item->count;
			items->v[nr - 1].bytes += item->bytes;
			free(item->name);
			continue;
		}
		items->v[nr++] = *item;
	}
	items->nr = nr;
}

/* An item that was not there before.  `from_nothing`: it had nothing then. */
static struct live_item new_item(const struct live_item *seen,
				 bool from_nothing)
{
	struct live_item ret = *seen;

	ret.first_count = from_nothing ? 0 : seen->count;
	ret.first_bytes = from_nothing ? 0 : seen->bytes;
	ret.missing = 0;
	return ret;
}

/* Take the figures of the sample, whose name is not needed then. */
static struct live_item same_item(const struct live_item *was,
				  const struct live_item *seen)
{
	struct live_item ret = *was;

	ret.count = seen->count;
	ret.bytes = seen->bytes;
	ret.missing = 0;
	free(seen->name);
	return ret;
}

/* An item that the sample lacks stays for a while: a holder comes and goes. */
static void keep_missing(struct live_item_vec *all, struct live_item was)
{
	if (++was.missing > LIVE_FORGET)
		free(was.name);
	else
		live_item_vec_push(all, was);
}

/* Both are sorted by name; `seen` is empty then.  `from_nothing`: what comes
 * now had nothing before. */
static void merge(struct live_item_vec *items, struct live_item_vec *seen,
		  bool from_nothing)
{
	struct live_item_vec all = VEC_INIT;
	size_t i = 0;

	live_item_vec_reserve(&all, items->nr + seen->nr);
	for (size_t j = 0; j < seen->nr; j++) {
		const struct live_item *now = &seen->v[j];

		while (i < items->nr && strcmp(items->v[i].name, now->name) < 0)
			keep_missing(&all, items->v[i++]);
		if (i < items->nr && !strcmp(items->v[i].name, now->name))
			live_item_vec_push(&all, same_item(&items->v[i++],
							   now));
		else
			live_item_vec_push(&all, new_item(now, from_nothing));
	}
	while (i < items->nr)
		keep_missing(&all, items->v[i++]);
	live_item_vec_release(items);
	live_item_vec_release(seen);
	*items = all;
}

void live_add(struct live *l, const struct live_point *point,
	      struct live_item_vec *types, bool all_types,
	      struct live_item_vec *holders)
{
	sum_up(types);
	sum_up(holders);
	merge(&l->types, types, l->had_all_types);
	l->had_all_types = all_types;
	merge(&l->holders, holders, false);
	if (!l->nr_samples++)
		l->first = *point;
	if (l->nr_points == LIVE_POINTS)
		memmove(l->points, l->points + 1,
			sizeof(*l->points) * --l->nr_points);
	l->points[l->nr_points++] = *point;
	if (l->worst_pause_ns < point->pause_ns)
		l->worst_pause_ns = point->pause_ns;
}

/* --- figures --- */

const struct live_point *live_last(const struct live *l)
{
	return &l->points[l->nr_points - 1];
}

bool live_rate(const struct live *l, double *ret)
{
	uint64_t ms;

	if (l->nr_points < 2)
		return false;
	ms = live_last(l)->at_ms - l->points[0].at_ms;
	if (!ms)
		return false;
	*ret = (double)(int64_t)(live_last(l)->bytes - l->points[0].bytes) *
	       60000 / (double)ms;
	return true;
}

/* By which figure a row stands where it does; most first. */
static int64_t figure(const struct live_item *i, enum live_sort sort)
{
	switch (sort) {
	case LIVE_BY_GROWTH:
		return live_bytes_growth(i);
	case LIVE_BY_COUNT_GROWTH:
		return live_count_growth(i);
	case LIVE_BY_BYTES:
		return (int64_t)i->bytes;
	case LIVE_BY_COUNT:
		return (int64_t)i->count;
	default:
		return 0;
	}
}

static int compare_rows(const void *a, const void *b, void *sort)
{
	const struct live_item *x = *(const struct live_item *const *)a;
	const struct live_item *y = *(const struct live_item *const *)b;
	int64_t of_x = figure(x, *(enum live_sort *)sort);
	int64_t of_y = figure(y, *(enum live_sort *)sort);

	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	return strcmp(x->name, y->name);
}

void live_rows(const struct live_item_vec *items, enum live_sort sort,
	       struct live_row_vec *ret)
{
	bool growth = sort == LIVE_BY_GROWTH || sort == LIVE_BY_COUNT_GROWTH;

	*ret = (struct live_row_vec)VEC_INIT;
	for (size_t i = 0; i < items->nr; i++)
		if (!items->v[i].missing &&
		    (!growth || figure(&items->v[i], sort) > 0))
			live_row_vec_push(ret, &items->v[i]);
	if (ret->nr)
		qsort_r(ret->v, ret->nr, sizeof(*ret->v), compare_rows, &sort);
}

void live_spark(const struct live *l, unsigned int width, bool utf8,
		struct str *out)
{
	static const char *const blocks[] = { "▁", "▂", "▃", "▄", "▅", "▆",
					      "▇", "█" };
	static const char ascii[] = "_.,-=+*#";
	unsigned int nr = MIN(l->nr_points, width);
	const struct live_point *p = l->points + l->nr_points - nr;
	uint64_t least = UINT64_MAX, most = 0;

	for (unsigned int i = 0; i < nr; i++) {
		least = MIN(least, p[i].resident);
		most = MAX(most, p[i].resident);
	}
	for (unsigned int i = 0; i < nr; i++) {
		double share = most > least ? (double)(p[i].resident - least) /
					      (double)(most - least) : 0;
		unsigned int level = (unsigned int)(share * 7 + 0.5);

		if (utf8)
			str_add(out, blocks[level]);
		else
			str_add_char(out, ascii[level]);
	}
}
