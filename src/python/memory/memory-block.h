/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/memory-block.h - a block of an allocator, as the ledger has it.
 */
#ifndef PYTHON_MEMORY_MEMORY_BLOCK_H
#define PYTHON_MEMORY_MEMORY_BLOCK_H

#include "heap/heap.h"
#include "native/blocks.h"

struct memory_block {
	const struct block *block;
	uint32_t line;		/* in heap.memory.lines: who has its bytes */
	oid object;		/* that lies in it; OID_NONE: it is raw */
	oid owner;		/* of a raw block; OID_NONE: unknown */
};

/* `b` is valid during the call alone. */
typedef void memory_block_visit(const struct heap *h,
				const struct memory_block *b, void *context);

#endif
