/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/compare/comparison.h"

void comparison_build(struct heap *old, struct heap *new, size_t nr,
		      enum diff_sort sort, const struct growth_options *how,
		      struct comparison *ret)
{
	bool all_types = !how->types_old && !how->types_new;

	*ret = (struct comparison){
		.has_ledgers = heap_memory_is_known(&old->memory) &&
			       heap_memory_is_known(&new->memory) };
	if (ret->has_ledgers)
		ledger_growth_build(old, new, &ret->ledger);
	match_build(old, new, &ret->match);
	diff_build(old, new, &ret->match, how->types_old, how->types_new, sort,
		   &ret->diff);
	grow_build(old, new, &ret->match, how, &ret->grow);
	growth_set_retained(old, new, all_types, &ret->grow.v);
	growth_sort(how, &ret->grow.v);
	series_init(&ret->series, nr, new, &ret->diff, &ret->grow);
}

void comparison_release(struct comparison *c)
{
	series_release(&c->series);
	grow_release(&c->grow);
	diff_release(&c->diff);
	match_release(&c->match);
	ledger_growth_release(&c->ledger);
}
