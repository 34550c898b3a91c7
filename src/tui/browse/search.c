/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/limits/pattern.h"
#include "base/clock.h"
#include "output/words.h"
#include "tui/browse/search.h"

bool search_match(const char *word, const char *name)
{
	if (strpbrk(word, "*?["))
		return pattern_match(word, name) ||
		       pattern_match(word, pattern_last_part(name));
	return strcasestr(name, word) != NULL;
}

static int compare_bytes(const void *dominators, oid a, oid b)
{
	return dominators_compare(dominators, a, b);
}

/* What retains less than this part of the heap is looked at neither. */
#define LEAST_PART 1000000

static void find_candidates(struct search *q, const struct scene *s)
{
	const struct dominators *d = &s->retained->dominators;
	CLEANUP(oid_vec_release) struct oid_vec objects = VEC_INIT;
	uint64_t least = d->all_bytes / LEAST_PART;

	for (oid o = 0; o < s->h->nr_objects; o++)
		if (d->bytes[o] >= least)
			oid_vec_push(&objects, o);
	order_list_init(&q->order, &objects, compare_bytes, d);
}

static void find_types(const struct search *q, struct scene *s,
		       struct view *view)
{
	CLEANUP(freep) struct tally *retained = retained_by_type(s->retained);
	struct view types;
	size_t nr = 0;

	view_types(&types, s, OID_NONE, false);
	for (size_t i = 0; i < types.rows.nr; i++) {
		struct row row = types.rows.v[i];

		if (!search_match(q->word, s->h->types.v[row.type].name) ||
		    nr++ >= SEARCH_ROWS_MAX)
			continue;
		row.sum = retained[row.type];
		if (s->gain)
			row.growth = tally_growth(
				s->gain->retained_of_type[row.type],
				row.sum.bytes);
		row_vec_push(&view->rows, row);
	}
	view_release(&types);
	view_sort(view, s);
}

void search_start(struct search *q, struct scene *s, const char *word,
		  struct view *view)
{
	search_release(q);
	q->word = xstrdup(word);
	*view = (struct view){ .kind = VIEW_FOUND, .holder = OID_NONE,
			       .list = LIST_INIT,
			       .title = xasprintf("search for '%s'", word) };
	find_types(q, s, view);
	find_candidates(q, s);
	q->stopped = false;
	q->full = view->rows.nr >= SEARCH_ROWS_MAX;
}

static bool matches(const struct search *q, struct scene *s, oid o)
{
	const struct reach *r = &s->retained->reach;
	CLEANUP(str_release) struct str name = STR_INIT;
	struct edge_name edge;

	if (r->parent[o] == OID_NONE)
		return false;
	heap_name_edges(s->h, r->parent[o], r->edge[o], 1, &edge);
	words_edge(&edge, &name);
	edge_name_release(&edge);
	return search_match(q->word, name.s);
}

static uint64_t now_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

bool search_is_done(const struct search *q)
{
	return !q->word || q->stopped || q->full ||
	       q->next >= MIN(q->order.objects.nr, (size_t)SEARCH_OBJECTS_MAX);
}

void search_go_on(struct search *q, struct scene *s, struct view *view,
		  unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (!search_is_done(q)) {
		oid o = order_list_at(&q->order, q->next++);

		if (matches(q, s, o))
			row_vec_push(&view->rows, view_row_of(s, o));
		q->full = view->rows.nr >= SEARCH_ROWS_MAX;
		if (now_ms() >= end)
			break;
	}
}

void search_release(struct search *q)
{
	free(q->word);
	q->word = NULL;
	order_list_release(&q->order);
	q->next = 0;
}
