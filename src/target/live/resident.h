/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/resident.h - which pages of a process are in memory.
 */
#ifndef TARGET_LIVE_RESIDENT_H
#define TARGET_LIVE_RESIDENT_H

#include "target/live/copy.h"
#include "target/residency.h"

/*
 * Fill the empty `ret`.  Of the mappings that were copied it has what was in
 * memory when copy_take() looked, while all was stopped; of the others (code,
 * files, what can't be read) what is in memory now.  So it must be called
 * before anything reads them: a read of a page that was never touched makes it
 * present.
 *
 * Pages that copy_prepare() brought back from swap are swapped, not present:
 * pyheld has caused their return.  Pages of hugetlbfs are in no Rss and not
 * present here.
 *
 * If /proc/PID/pagemap can't be read, the sums of smaps have to do.  Kernels
 * before Linux 6.7 have no PAGEMAP_SCAN; then a page that was read but never
 * written, the shared zero page, counts as present, which Rss does not do.
 */
void resident_find(struct copy *c, struct residency *ret);

#endif
