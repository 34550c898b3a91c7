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
#include "python/memory/frame-chunks.h"
#include "python/memory/mapped.h"
#include "python/memory/memory-load.h"

struct ledger_load {
	struct python *py;
	struct native native;
	oid *objects;		/* by block: the object in it, or OID_NONE */
	uint32_t *lines;	/* by type: its line of PART_OBJECTS, or
				   UINT32_MAX */
	struct raddr_vec own;	/* addresses in blocks of malloc that are the
				   interpreter's own */
	memory_block_visit *visit; /* or NULL */
	void *context;		/* for `visit` */
};

static void load_release(struct ledger_load *l)
{
	free(l->objects);
	free(l->lines);
	raddr_vec_release(&l->own);
	native_release(&l->native);
}

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

		if (block != BLOCK_NONE)
			l->objects[block] = o;
		else
			outside++;
	}
	log_info("memory: %zu blocks in use, %" PRIu64
		 " of %u objects are in none of them", b->all.nr, outside,
		 h->nr_objects);
}

static uint32_t line_of_type(struct ledger_load *l, uint32_t type)
{
	if (l->lines[type] == UINT32_MAX)
		l->lines[type] = native_line(&l->native, PART_OBJECTS, type,
					     NULL);
	return l->lines[type];
}

static int compare_addresses(const void *a, const void *b)
{
	const raddr *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Is the block the interpreter's own?  l->own is sorted, and blocks come in
 * order; *next is the first address that no earlier block has. */
static bool is_own(const struct ledger_load *l, const struct block *b,
		   size_t *next)
{
	while (*next < l->own.nr && l->own.v[*next] < b->start)
		++*next;
	return *next < l->own.nr && l->own.v[*next] - b->start < b->size;
}

static void account_blocks(struct ledger_load *l)
{
	const struct heap *h = l->py->heap;
	const struct block_vec *all = &l->native.blocks.all;
	uint32_t raw = native_line(&l->native, PART_RAW, OID_NONE, NULL);
	uint32_t own = native_line(&l->native, PART_RAW_PYTHON, OID_NONE, NULL);
	size_t next_own = 0;

	if (l->own.nr)
		qsort(l->own.v, l->own.nr, sizeof(*l->own.v),
		      compare_addresses);
	l->lines = xmalloc((h->types.nr + 1) * sizeof(*l->lines));
	for (size_t i = 0; i < h->types.nr; i++)
		l->lines[i] = UINT32_MAX;
	for (size_t i = 0; i < all->nr; i++) {
		const struct block *b = &all->v[i];
		oid o = l->objects[i];
		uint32_t line = o != OID_NONE ? line_of_type(l, h->type[o]) :
				is_own(l, b, &next_own) ? own : raw;

		native_account(&l->native, line, b->start, b->start + b->size,
			       1);
		if (l->visit)
			l->visit(h, &(struct memory_block){ b, line, o,
							     OID_NONE },
				 l->context);
	}
}

void memory_load(struct python *py, memory_block_visit *visit, void *context)
{
	CLEANUP(load_release) struct ledger_load l = {
		.py = py,
		.visit = visit,
		.context = context,
	};

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
	pymalloc_name_arenas(&l.native, l.objects);
	account_blocks(&l);
	frame_chunks_claim_lost(py, &l.native);
	mappings_account(&l.native);
	native_finish(&l.native);
}
