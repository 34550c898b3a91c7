/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/compare/explained.h - how much of the resident memory, or of its
 * growth, a report explains.
 *
 * A report about Python objects can miss what makes a process large: free
 * memory of allocators, leaks of native code.  So each report says how much of
 * the whole it is about.
 */
#ifndef ANALYSIS_COMPARE_EXPLAINED_H
#define ANALYSIS_COMPARE_EXPLAINED_H

#include "analysis/compare/ledger-growth.h"
#include "analysis/ledger.h"

struct explained {
	bool known;		/* is there a ledger?  If not, all else is 0 */
	bool compares;		/* is `whole` the growth? */
	uint64_t resident;	/* bytes */
	int64_t growth;		/* of `resident` since the older heap, if
				   `compares` */
	uint64_t whole;		/* what is to be explained: `growth`, or 0 if
				   nothing grew; or `resident` */
	uint64_t bytes;		/* of `whole`, what the report explains */
};

/*
 * `bytes` of the resident memory of `h` are what a report is about.  The result
 * is not known if `h` has no ledger.  Its bytes are at most `whole`: objects
 * may have memory that is not resident.
 */
struct explained explained_of(const struct heap *h, uint64_t bytes);

/*
 * The resident memory of `h` grew by `growth` bytes (less than 0: it shrank)
 * since an older heap of the same process, and what a report is about by
 * `bytes`.  The result is not known if `h` has no ledger.
 */
struct explained explained_growth(const struct heap *h, int64_t growth,
				  uint64_t bytes);

/* The resident bytes that the findings of a ledger are about. */
uint64_t explained_findings(const struct ledger *l);

/* By how much the kinds of memory that the findings are about grew. */
uint64_t explained_findings_growth(const struct ledger *l,
				   const struct ledger_growth *g);

/* Is less than half of `whole` explained? */
static inline bool explained_is_little(const struct explained *e)
{
	return e->bytes < e->whole - e->whole / 2;
}

#endif
