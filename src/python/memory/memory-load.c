/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger: ask each allocator for its blocks, find the objects in them, and
 * account for every block.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "native/malloc/malloc.h"
#include "native/mappings.h"
#include "native/stacks.h"
#include "python/allocators/mimalloc-blocks.h"
#include "python/allocators/pymalloc-tree.h"
#include "python/allocators/pymalloc.h"
#include "python/memory/claims.h"
#include "python/memory/frame-chunks.h"
#include "python/memory/mapped.h"
#include "python/memory/memory-account.h"
#include "python/memory/memory-load.h"

struct ledger_load {
	struct python *py;
	struct native native;
	oid *objects;		/* by block: the object in it, or OID_NONE */
	struct raddr_vec own;	/* addresses in blocks of malloc that are the
				   interpreter's own */
	struct claims claims;
};

static void load_release(struct ledger_load *l)
{
	free(l->objects);
	raddr_vec_release(&l->own);
	claims_release(&l->claims);
	native_release(&l->native);
}

/* What allocators, the collector, managed dicts and debug hooks put before an
 * object.  Further behind the start it is part of something larger, such as an
 * interpreter's state. */
#define MOST_BEFORE 64

/* Objects outside of blocks are static data of a file, or lie in an allocator
 * that is not looked into. */
static void find_objects(struct ledger_load *l)
{
	const struct heap *h = l->py->heap;
	struct blocks *b = &l->native.blocks;
	uint64_t outside = 0;

	l->objects = xmalloc((b->all.nr + 1) * sizeof(*l->objects));
	for (size_t i = 0; i < b->all.nr; i++)
		l->objects[i] = OID_NONE;
	for (oid o = 0; o < h->nr_objects; o++) {
		uint32_t block = blocks_find(b, h->address[o]);

		if (block != BLOCK_NONE &&
		    h->address[o] - b->all.v[block].start <= MOST_BEFORE)
			l->objects[block] = o;
		else
			outside++;
	}
	log_info("memory: %zu blocks in use, %" PRIu64
		 " of %u objects are in none of them", b->all.nr, outside,
		 h->nr_objects);
}

/* Which object keeps an arena of pymalloc: one that is in it, or that owns a
 * block there. */
static void name_arenas(struct ledger_load *l)
{
	size_t nr = l->native.blocks.all.nr;
	CLEANUP(freep) oid *belongs = xmalloc((nr + 1) * sizeof(*belongs));

	for (size_t i = 0; i < nr; i++) {
		struct owner w = { OWNER_OBJECT, l->objects[i] };

		if (l->claims.nodes[i] != NODE_NONE)
			w = claims_owner(&l->claims, l->claims.nodes[i]);
		belongs[i] = w.kind == OWNER_OBJECT ? w.id : OID_NONE;
	}
	pymalloc_name_arenas(&l->native, belongs);
}

void memory_load(struct python *py, memory_block_visit *visit, void *context)
{
	CLEANUP(load_release) struct ledger_load l = { .py = py };

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
	find_objects(&l);
	claims_load(&l.claims, py, &l.native, l.objects, &l.own);
	name_arenas(&l);
	memory_account(&l.claims, visit, context);
	frame_chunks_claim_lost(py, &l.native);
	mappings_account(&l.native);
	native_finish(&l.native);
}
