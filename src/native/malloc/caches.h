/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/caches.h - chunks that look in use and are free: those in
 * threads' caches (tcache) and in fast bins.
 *
 * A thread's cache is a chunk itself.  No symbol and no TLS leads to it here:
 * its lists prove it.
 *
 * Since 2.32 the links of these lists are mangled (safe-linking): a link at
 * address A is stored as link ^ (A >> 12).  That is decided once, by glibc's
 * version.  Trying both for each link is wrong by accident where a heap has low
 * addresses.
 */
#ifndef NATIVE_MALLOC_CACHES_H
#define NATIVE_MALLOC_CACHES_H

#include "native/malloc/chunks.h"

/*
 * Take all chunks in threads' caches and fast bins out of those that are in use
 * (chunks_take()), account for them as PART_FREE_CACHES, and count them in
 * ledger->mallocs.  The chunks with the caches themselves are taken as well,
 * as overhead.  Lists that are damaged count in ledger->nr_damaged.
 */
void caches_take(struct chunks *c);

#endif
