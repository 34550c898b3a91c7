/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/memory-load.h - the ledger of a process that was read.
 */
#ifndef PYTHON_MEMORY_MEMORY_LOAD_H
#define PYTHON_MEMORY_MEMORY_LOAD_H

#include "python/memory/memory-block.h"
#include "python/state/python.h"

/*
 * Fill py->heap->memory.  The heap has all its objects and types; this may add
 * types, and no objects.  `visit` is called for each block in use, by address;
 * NULL: for none.  `known` is heap_known() of py->heap, with all its roots; it
 * is freed here, before the ledger takes memory of its own.
 */
void memory_load(struct python *py, uint32_t *known, memory_block_visit *visit,
		 void *context);

#endif
