/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/browse/gain.h - by how much retained sizes grew since an older heap.
 *
 * An object grew by what it retains now less what it retained then, or by all
 * that it retains if it is new.  Several objects of one type below a holder
 * grew by what they retain now less what the objects of that type below that
 * holder retained then: those that are gone count, so turnover is no growth.
 */
#ifndef TUI_BROWSE_GAIN_H
#define TUI_BROWSE_GAIN_H

#include "analysis/compare/match.h"
#include "analysis/retained.h"

struct gain {
	struct retained_view *now;
	struct retained_view then;
	struct match match;
	/* By type of the old heap: the type of that name in the new one, or
	 * UINT32_MAX. */
	uint32_t *type_now;
	/* By type of the new heap: the bytes of all its objects then. */
	uint64_t *then_of_type;
	/* By type of the new heap: what all its objects retained then. */
	uint64_t *retained_of_type;
};

/* `old` and `now`, of one process, must outlive `s`. */
void gain_build(struct gain *s, struct heap *old, struct retained_view *now);
void gain_release(struct gain *s);

/* By how many bytes the retained size of `o` grew. */
int64_t gain_of(const struct gain *s, oid o);

/*
 * Add to gone[type], by type of the new heap, the bytes retained then by the
 * objects below `holder` that are gone; OID_NONE: by those without a dominator.
 */
void gain_gone(struct gain *s, oid holder, uint64_t *gone);

#endif
