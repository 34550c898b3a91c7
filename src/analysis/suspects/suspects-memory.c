/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/compare/match.h"
#include "analysis/suspects/suspects-memory.h"

void suspects_memory_init(struct suspects_memory *ret, const struct heap *h)
{
	*ret = (struct suspects_memory){
		.heap = h, .has_ledger = heap_memory_is_known(&h->memory) };
	if (ret->has_ledger)
		ledger_build(h, &ret->ledger);
}

void suspects_memory_compare(struct suspects_memory *m,
			     const struct heap *older, bool is_oldest)
{
	if (m->has_growth || !m->has_ledger ||
	    !heap_memory_is_known(&older->memory))
		return;
	ledger_growth_build(older, m->heap, &m->growth);
	m->older_taken_at = older->info.taken_at;
	m->has_growth = true;
	m->same_process = is_oldest &&
			  match_same_process(&older->info, &m->heap->info);
}

void suspects_memory_release(struct suspects_memory *m)
{
	ledger_release(&m->ledger);
	ledger_growth_release(&m->growth);
}

const struct ledger *suspects_memory_ledger(const struct suspects_memory *m)
{
	return m->has_ledger ? &m->ledger : NULL;
}

const struct ledger_growth *
suspects_memory_growth(const struct suspects_memory *m)
{
	return m->has_growth ? &m->growth : NULL;
}

struct explained suspects_memory_explained(const struct suspects_memory *m,
					   const struct suspects *suspects,
					   size_t max, bool *has_findings)
{
	bool grown = m->has_growth && m->same_process && suspects->grown;
	uint64_t found = !m->has_ledger ? 0 : grown ?
		explained_findings_growth(&m->ledger, &m->growth) :
		explained_findings(&m->ledger);
	uint64_t bytes = suspects_bytes(suspects, max, grown) + found;

	*has_findings = found;
	return grown ? explained_growth(m->heap, m->growth.resident, bytes) :
		       explained_of(m->heap, bytes);
}
