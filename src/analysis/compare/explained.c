/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/compare/explained.h"

struct explained explained_of(const struct heap *h, uint64_t bytes)
{
	uint64_t resident = h->memory.resident;

	if (!heap_memory_is_known(&h->memory))
		return (struct explained){ .known = false };
	return (struct explained){ .known = true, .resident = resident,
				   .whole = resident,
				   .bytes = MIN(bytes, resident) };
}

struct explained explained_growth(const struct heap *h, int64_t growth,
				  uint64_t bytes)
{
	struct explained e = explained_of(h, 0);

	if (!e.known)
		return e;
	e.compares = true;
	e.growth = growth;
	e.whole = e.growth > 0 ? (uint64_t)e.growth : 0;
	e.bytes = MIN(bytes, e.whole);
	return e;
}

/* The kind of the resident memory that a finding is about; NR_MEMORY_KINDS: it
 * is about none, or explains none. */
static enum memory_kind kind_of(const struct finding *f)
{
	switch (f->kind) {
	case FINDING_PYMALLOC:
	case FINDING_MALLOC:
	case FINDING_MIMALLOC:
		return MEMORY_FREE;
	case FINDING_UNOWNED:
		return MEMORY_UNOWNED;
	case FINDING_STACKS:
		return MEMORY_STACK;
	case FINDING_SHARED:
		return MEMORY_SHARED;
	case FINDING_ALLOCATOR:
		return MEMORY_OTHER;
	default:
		return NR_MEMORY_KINDS;
	}
}

uint64_t explained_findings(const struct ledger *l)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < l->findings.nr; i++)
		if (kind_of(&l->findings.v[i]) != NR_MEMORY_KINDS)
			bytes += l->findings.v[i].bytes;
	return bytes;
}

uint64_t explained_findings_growth(const struct ledger *l,
				   const struct ledger_growth *g)
{
	bool counted[NR_MEMORY_KINDS + 1] = { [NR_MEMORY_KINDS] = true };
	uint64_t bytes = 0;

	for (size_t i = 0; i < l->findings.nr; i++) {
		enum memory_kind kind = kind_of(&l->findings.v[i]);

		if (counted[kind])
			continue;
		counted[kind] = true;
		bytes += g->kinds[kind] > 0 ? (uint64_t)g->kinds[kind] : 0;
	}
	return bytes;
}
