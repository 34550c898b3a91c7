/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger: ask each allocator for its blocks, find the objects in them, and
 * account for every block.
 */
#include <stdlib.h>

#include "native/malloc/malloc.h"
#include "native/mappings.h"
#include "native/stacks.h"
#include "python/allocators/mimalloc-blocks.h"
#include "python/allocators/object-blocks.h"
#include "python/allocators/pymalloc-tree.h"
#include "python/allocators/pymalloc.h"
#include "python/claims/claims.h"
#include "python/memory/frame-chunks.h"
#include "python/memory/mapped.h"
#include "python/memory/memory-account.h"
#include "python/memory/memory-load.h"

struct ledger_load {
	struct python *py;
	struct native native;
	struct raddr_vec own;	/* addresses in blocks of malloc that are the
				   interpreter's own */
	struct claims_missing missing;
	struct claims claims;
};

static void load_release(struct ledger_load *l)
{
	raddr_vec_release(&l->own);
	claims_release(&l->claims);
	claims_missing_release(&l->missing);
	native_release(&l->native);
}

/* Which object keeps an arena of pymalloc: one that is in it, or that owns a
 * block there. */
static oid keeper_of(void *context, uint32_t block)
{
	struct ledger_load *l = context;
	const struct blocks *blocks = &l->native.blocks;
	struct block b = blocks_get(blocks, block);
	uint32_t node = blocks_node(blocks, block);
	struct owner w;

	if (node == NODE_NONE)
		return object_blocks_object(l->py, &b);
	w = claims_owner(&l->claims, node);
	return w.kind == OWNER_OBJECT ? w.id : OID_NONE;
}

void memory_load(struct python *py, uint32_t *known, memory_block_visit *visit,
		 void *context)
{
	CLEANUP(load_release) struct ledger_load l = { .py = py };

	claims_missing_count(&l.missing, py->heap, known);
	free(known);
	native_init(&l.native, py->target, &py->heap->memory);
	mappings_claim(&l.native);
	stacks_claim(&l.native);
	frame_chunks_claim(py, &l.native);
	malloc_heaps(&l.native);
	pymalloc_walk(py, &l.native, &l.own);
	mimalloc_blocks(py, &l.native);
	mapped_claim(py, &l.native);
	malloc_mapped(&l.native);
	stacks_claim_rest(&l.native);
	py->heap->memory.nr_damaged += blocks_sort(&l.native.blocks);
	pymalloc_tree(py, &l.native, &l.own);
	object_blocks_take(py, &l.native);
	blocks_number(&l.native.blocks);
	claims_load(&l.claims, py, &l.native, &l.own, &l.missing);
	pymalloc_name_arenas(&l.native, keeper_of, &l);
	claims_add_edges(&l.claims);
	claims_add_lumps(&l.claims);
	memory_account(&l.claims, visit, context);
	frame_chunks_claim_lost(py, &l.native);
	mappings_account(&l.native);
	native_finish(&l.native);
}
