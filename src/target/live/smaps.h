/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/smaps.h - the kernel's sums for each mapping, /proc/PID/smaps.
 */
#ifndef TARGET_LIVE_SMAPS_H
#define TARGET_LIVE_SMAPS_H

#include "base/str.h"
#include "target/memory.h"

struct smap {
	raddr start, end;
	uint64_t resident;	/* bytes, "Rss" */
	uint64_t swapped;	/* bytes, "Swap" */
	bool hugetlb;		/* its pages are of the pool of huge pages, and
				   not in "Rss" */
};
VEC_DEFINE(smap_vec, struct smap);

/* Add the mappings in the text of a smaps file to `ret`, in its order. */
void smaps_parse(const struct str *text, struct smap_vec *ret);

/* The mapping that begins at `start`, or NULL; `smaps` are in order. */
const struct smap *smaps_find(const struct smap_vec *smaps, raddr start);

#endif
