/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/sites/allocated.h"

/* What is grouped, and the rank of each file's name: equal names of two heaps
 * have the same rank, and ranks are in the order of names. */
struct item {
	struct allocated_row row;
	const uint32_t *rank;
	enum allocated_by by;
	bool compares;
};
VEC_DEFINE(item_vec, struct item);

/* --- ranks -------------------------------------------------------------- */

struct name {
	const char *text;
	uint32_t *rank;
};
VEC_DEFINE(name_vec, struct name);

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text,
		      ((const struct name *)b)->text);
}

static void add_names(const struct heap_allocations *a, uint32_t *ranks,
		      struct name_vec *to)
{
	for (size_t i = 0; i < a->files.nr; i++)
		name_vec_push(to, (struct name){ a->files.v[i], &ranks[i] });
}

static void rank(struct name_vec *names)
{
	uint32_t rank = 0;

	if (names->nr)
		qsort(names->v, names->nr, sizeof(*names->v), compare_names);
	for (size_t i = 0; i < names->nr; i++) {
		if (i && compare_names(&names->v[i - 1], &names->v[i]))
			rank++;
		*names->v[i].rank = rank;
	}
}

/* --- the order of tracebacks -------------------------------------------- */

static uint32_t nr_sites(const struct item *it)
{
	return it->by == ALLOCATED_BY_TRACEBACK ?
		       it->row.from->tracebacks.v[it->row.traceback].nr : 1;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* As tracemalloc.Traceback: the oldest call first. */
static int compare_sites(const struct item *a, const struct item *b)
{
	const struct heap_allocations *of_a = a->row.from, *of_b = b->row.from;
	const struct heap_site *sa, *sb;
	uint32_t nr_a = nr_sites(a), nr_b = nr_sites(b);
	int less = 0;

	sa = of_a->sites.v + of_a->tracebacks.v[a->row.traceback].first;
	sb = of_b->sites.v + of_b->tracebacks.v[b->row.traceback].first;
	for (uint32_t i = 1; !less && i <= nr_a && i <= nr_b; i++) {
		less = order(a->rank[sa[nr_a - i].file],
			     b->rank[sb[nr_b - i].file]);
		if (!less && a->by != ALLOCATED_BY_FILE)
			less = order(sa[nr_a - i].line, sb[nr_b - i].line);
	}
	return less ? less : order(nr_a, nr_b);
}

static int by_sites(const void *a, const void *b)
{
	return compare_sites(a, b);
}

static uint64_t difference(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* tracemalloc.Statistic and StatisticDiff: most first. */
static int by_size(const void *x, const void *y)
{
	const struct item *a = x, *b = y;
	const struct allocated_sum *sa = &a->row.sum, *sb = &b->row.sum;
	int less = 0;

	if (a->compares)
		less = order(difference(sa->bytes, a->row.old.bytes),
			     difference(sb->bytes, b->row.old.bytes));
	if (!less)
		less = order(sa->bytes, sb->bytes);
	if (!less && a->compares)
		less = order(difference(sa->nr, a->row.old.nr),
			     difference(sb->nr, b->row.old.nr));
	if (!less)
		less = order(sa->nr, sb->nr);
	return less ? -less : -compare_sites(a, b);
}

/* --- counting ----------------------------------------------------------- */

static void add(struct allocated_sum *to, const struct allocated_sum *from)
{
	to->nr += from->nr;
	to->bytes += from->bytes;
}

/* An item for each traceback that some allocation has. */
static void add_items(const struct heap_allocations *a, bool is_old,
		      const struct item *like, struct item_vec *to)
{
	CLEANUP(freep) struct allocated_sum *sums =
		xcalloc(a->tracebacks.nr, sizeof(*sums));

	for (size_t i = 0; i < a->v.nr; i++)
		add(&sums[a->v.v[i].traceback],
		    &(struct allocated_sum){ 1, a->v.v[i].size });
	for (size_t i = 0; i < a->tracebacks.nr; i++) {
		struct item it = *like;

		if (!sums[i].nr)
			continue;
		it.row.from = a;
		it.row.traceback = (uint32_t)i;
		*(is_old ? &it.row.old : &it.row.sum) = sums[i];
		item_vec_push(to, it);
	}
}

static void merge(struct item_vec *items)
{
	size_t nr = 0;

	if (items->nr)
		qsort(items->v, items->nr, sizeof(*items->v), by_sites);
	for (size_t i = 0; i < items->nr; i++) {
		struct item *it = &items->v[i];

		if (nr && !compare_sites(&items->v[nr - 1], it)) {
			add(&items->v[nr - 1].row.sum, &it->row.sum);
			add(&items->v[nr - 1].row.old, &it->row.old);
		} else {
			items->v[nr++] = *it;
		}
	}
	items->nr = nr;
	if (nr)
		qsort(items->v, nr, sizeof(*items->v), by_size);
}

void allocated_build(const struct heap *h, const struct heap *old,
		     enum allocated_by by, struct allocated *ret)
{
	const struct heap_allocations *new = &h->allocations;
	const struct heap_allocations none = { .known = false };
	const struct heap_allocations *before = old ? &old->allocations :
						      &none;
	CLEANUP(freep) uint32_t *rank_new =
		xcalloc(new->files.nr, sizeof(*rank_new));
	CLEANUP(freep) uint32_t *rank_old =
		xcalloc(before->files.nr, sizeof(*rank_old));
	CLEANUP(name_vec_release) struct name_vec names = VEC_INIT;
	CLEANUP(item_vec_release) struct item_vec items = VEC_INIT;
	struct item like = { .by = by, .compares = old };

	memset(ret, 0, sizeof(*ret));
	ret->by = by;
	ret->compares = old;
	add_names(new, rank_new, &names);
	add_names(before, rank_old, &names);
	rank(&names);
	like.rank = rank_new;
	add_items(new, false, &like, &items);
	like.rank = rank_old;
	add_items(before, true, &like, &items);
	merge(&items);
	for (size_t i = 0; i < items.nr; i++) {
		allocated_row_vec_push(&ret->rows, items.v[i].row);
		add(&ret->sum, &items.v[i].row.sum);
		add(&ret->old, &items.v[i].row.old);
	}
}

void allocated_release(struct allocated *a)
{
	allocated_row_vec_release(&a->rows);
	memset(a, 0, sizeof(*a));
}
