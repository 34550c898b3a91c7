/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/memory-account.h - which line of the ledger has each block.
 */
#ifndef PYTHON_MEMORY_MEMORY_ACCOUNT_H
#define PYTHON_MEMORY_MEMORY_ACCOUNT_H

#include "python/claims/claims.h"
#include "python/memory/memory-block.h"

/*
 * Account for the raw blocks of c->native, fill its ledger's `unowned` and
 * `guessed`, and add the bytes of those that one object owns to its heap.bytes.
 * `visit` is called for each block, also for those of objects, by address;
 * NULL: for none.
 */
void memory_account(struct claims *c, memory_block_visit *visit,
		    void *context);

#endif
