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

#endif
