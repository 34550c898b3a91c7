/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/ledger-growth.h - how a ledger of memory differs from an
 * older one, line by line.
 *
 * Lines are the same if they have the same part, and types or names that read
 * the same: so the ledgers of two processes can be compared, too.
 */
#ifndef ANALYSIS_COMPARE_LEDGER_GROWTH_H
#define ANALYSIS_COMPARE_LEDGER_GROWTH_H

#include "heap/heap.h"

#define LINE_NONE UINT32_MAX

struct ledger_change {
	enum memory_kind kind;
	/* Which line it is; index in memory.lines of each heap.  LINE_NONE: the
	 * ledger has no such line. */
	uint32_t old_line, new_line;
	/* Sums, if several lines of a ledger read the same. */
	uint64_t old_bytes, new_bytes;
	uint64_t old_count, new_count;
};
VEC_DEFINE(ledger_change_vec, struct ledger_change);

struct ledger_growth {
	/* Lines whose bytes or counts differ: by kind, then what grew or shrank
	 * most first. */
	struct ledger_change_vec changes;
	int64_t kinds[NR_MEMORY_KINDS];	/* bytes */
	int64_t unexplained;
	int64_t resident;
};

static inline int64_t ledger_change_bytes(const struct ledger_change *c)
{
	return (int64_t)(c->new_bytes - c->old_bytes);
}

/*
 * Compare.  Both ledgers are known (their basis is not MEMORY_UNKNOWN).  The
 * caller releases `*ret` by ledger_growth_release().
 */
void ledger_growth_build(const struct heap *old, const struct heap *new,
			 struct ledger_growth *ret);
void ledger_growth_release(struct ledger_growth *g);

#endif
