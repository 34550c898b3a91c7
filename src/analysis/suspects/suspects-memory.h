/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/suspects-memory.h - what the resident memory of a process
 * is, how it grew since older captures, and how much of that the suspects
 * explain.
 */
#ifndef ANALYSIS_SUSPECTS_SUSPECTS_MEMORY_H
#define ANALYSIS_SUSPECTS_SUSPECTS_MEMORY_H

#include "analysis/compare/explained.h"
#include "analysis/compare/ledger-growth.h"
#include "analysis/ledger.h"
#include "analysis/suspects/suspects.h"

struct suspects_memory {
	const struct heap *heap;
	struct ledger ledger;	/* if `has_ledger` */
	struct ledger_growth growth;	/* if `has_growth`: since the oldest
					   heap that has a ledger */
	uint64_t older_taken_at;	/* when that one was taken, or 0 */
	bool has_ledger, has_growth;
	bool same_process;	/* `growth` is since the oldest heap, which is
				   of the same process */
};

/* `h` must outlive `*ret`.  The caller releases it by
 * suspects_memory_release(). */
void suspects_memory_init(struct suspects_memory *ret, const struct heap *h);
/* Compare with an older heap, which is not needed after that: oldest first. */
void suspects_memory_compare(struct suspects_memory *m,
			     const struct heap *older, bool is_oldest);
void suspects_memory_release(struct suspects_memory *m);

/* NULL: it is not known. */
const struct ledger *suspects_memory_ledger(const struct suspects_memory *m);
const struct ledger_growth *
suspects_memory_growth(const struct suspects_memory *m);

/*
 * How much the first `max` suspects (0: all) and what stands out in the ledger
 * explain: of the growth, if it is known for both, else of what is resident.
 * *has_findings: do findings of the ledger explain a part of it?
 */
struct explained suspects_memory_explained(const struct suspects_memory *m,
					   const struct suspects *suspects,
					   size_t max, bool *has_findings);

#endif
