/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/view.h - the memory of a process while it runs, read where it is
 * touched: to search for something before the stop.
 */
#ifndef TARGET_VIEW_H
#define TARGET_VIEW_H

#include "target/target-data.h"

/*
 * Add to the empty `ret` what the process may read.  Bytes come on first touch,
 * in chunks, so that those of two chunks are of different times.  `t` must
 * outlive `ret`, which the caller releases.  Mappings for which there is no
 * room are left out.
 *
 * ERR_CORRUPT: the mappings overlap.
 */
struct error *view_open(struct target *t, struct memory *ret) MUST_CHECK;

#endif
