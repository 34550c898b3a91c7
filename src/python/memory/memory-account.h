/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/memory-account.h - which line of the ledger has each block.
 */
#ifndef PYTHON_MEMORY_MEMORY_ACCOUNT_H
#define PYTHON_MEMORY_MEMORY_ACCOUNT_H

#include "python/memory/claims.h"
#include "python/memory/memory-block.h"

/*
 * Account for all blocks of c->native, fill its ledger's `unowned` and
 * `guessed`, and make heap.bytes.  `visit` is called for each block, by
 * address; NULL: for none.
 */
void memory_account(struct claims *c, memory_block_visit *visit,
		    void *context);

#endif
