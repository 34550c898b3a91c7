/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/range.h - a range of addresses of the target.
 */
#ifndef TARGET_RANGE_H
#define TARGET_RANGE_H

#include "target/memory.h"

/* `end` is past the last byte. */
struct range {
	raddr start, end;
};
VEC_DEFINE(range_vec, struct range);

/*
 * Narrow *range to its first part that is in a segment; false: none of it is.
 * For who goes through a mapping: its length is only claimed, and a step for
 * each page of it may take forever.
 */
bool range_narrow(struct range *range, const struct memory *m);

#endif
