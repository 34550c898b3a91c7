/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/forked.h - memory that processes share since a fork().
 *
 * After a fork() both processes map the same pages; a page is copied when one
 * of them writes to it.  CPython writes reference counts and the collector's
 * marks into its objects, so a server that loads much and then forks workers
 * copies what it only reads.
 *
 * process_vm_readv() copies such a page, too: it pins what it reads, and since
 * 5.19 Linux gives the process a page of its own for that (gup_must_unshare()
 * in mm/gup.c).  The memory of all workers would be doubled by looking at them.
 * A read of /proc/PID/mem does not pin.
 */
#ifndef TARGET_LIVE_FORKED_H
#define TARGET_LIVE_FORKED_H

#include "target/live/pages.h"
#include "target/maps.h"
#include "target/residency.h"

/*
 * Does the process share about 1 MiB or more with others since a fork()?  `dir`
 * is /proc/PID, `maps` are its mappings.  Of large mappings only a sample is
 * looked at.  False if the kernel does not tell.
 */
bool forked_shares(int dir, const struct mapping_vec *maps);

/* Set r->shared and r->copied from the pages in r->present, which is sorted.
 * Both stay 0 if pagemap can't be read. */
void forked_find(struct pages *p, struct residency *r);

#endif
