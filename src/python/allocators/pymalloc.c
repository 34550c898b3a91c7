/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "python/allocators/pymalloc-find.h"
#include "python/allocators/pymalloc.h"

#define BLOCK_ALIGNMENT 16
#define NR_SIZES 32
/* Blocks of 16 bytes in the largest pool. */
#define MAX_BLOCKS ((16 << 10) / BLOCK_ALIGNMENT)

VEC_DEFINE(arena_vec, struct pymalloc_arena);

struct walk {
	struct python *py;
	struct native *n;
	uint32_t free_blocks, free_pools, free_arenas, overhead; /* lines */
	bool amid;		/* a pool was seen amid a change */
};

struct pool {
	const uint8_t *bytes;	/* of the header and all blocks */
	raddr start;
	uint64_t block_size;
	uint32_t nr;		/* blocks that were ever used */
	uint32_t max;		/* blocks that it has room for */
	uint32_t nr_free;	/* of those that were ever used */
	uint8_t free[MAX_BLOCKS / 8];
};

static bool is_free(const struct pool *p, uint32_t block)
{
	return p->free[block / 8] & 1 << block % 8;
}

static raddr block_at(const struct pool *p, uint32_t block)
{
	return p->start + POOL_HEADER_SIZE + block * p->block_size;
}

/* Follow the list of free blocks; false: it can't be so. */
static bool mark_free(struct pool *p)
{
	raddr first = block_at(p, 0), block = get_u64(p->bytes +
						      POOL_FREE_BLOCK);

	while (block) {
		uint64_t i = (block - first) / p->block_size;

		if (block < first || i >= p->nr ||
		    (block - first) % p->block_size || is_free(p, (uint32_t)i))
			return false;
		p->free[i / 8] |= (uint8_t)(1 << i % 8);
		p->nr_free++;
		block = get_u64(p->bytes + (block - p->start));
	}
	return true;
}

/* Read the header and the list of a pool in use; false: it can't be so. */
static bool open_pool(struct walk *w, const struct pymalloc_arena *a,
		      struct pool *p)
{
	uint32_t count = get_u32(p->bytes + POOL_COUNT);
	uint32_t size_index = get_u32(p->bytes + POOL_SIZE_INDEX);
	uint64_t next = get_u32(p->bytes + POOL_NEXT_OFFSET), used;

	if (size_index >= NR_SIZES ||
	    get_u32(p->bytes + POOL_ARENA_INDEX) != a->index)
		return false;
	p->block_size = (uint64_t)(size_index + 1) * BLOCK_ALIGNMENT;
	p->max = (uint32_t)((a->pool_size - POOL_HEADER_SIZE) / p->block_size);
	p->nr = next < POOL_HEADER_SIZE ? 0 :
		(uint32_t)((next - POOL_HEADER_SIZE) / p->block_size);
	if (next < POOL_HEADER_SIZE || p->nr > p->max ||
	    (next - POOL_HEADER_SIZE) % p->block_size || !mark_free(p))
		return false;
	used = p->nr - p->nr_free;
	if (used == count)
		return true;
	/* A thread was stopped between the count and the list; of those that
	 * have a pymalloc in common only one can be there. */
	if (w->amid || (used != count + 1ull && used + 1ull != count))
		return false;
	w->amid = true;
	return true;
}

/* Adjacent free blocks are one range. */
static void account_blocks(struct walk *w, const struct pool *p,
			   struct heap_memory_arena *ret)
{
	uint32_t i = 0, first;

	blocks_add_run(&w->n->blocks,
		       &(struct block){ block_at(p, 0), p->block_size,
					ALLOCATOR_PYMALLOC },
		       p->block_size, p->nr, p->free);
	ret->blocks += p->nr - p->nr_free;
	ret->used += (p->nr - p->nr_free) * p->block_size;
	while (i < p->nr) {
		while (i < p->nr && !is_free(p, i))
			i++;
		first = i;
		while (i < p->nr && is_free(p, i))
			i++;
		if (i < p->nr && i > first)
			native_account(w->n, w->free_blocks,
				       block_at(p, first), block_at(p, i),
				       i - first);
	}
	for (first = p->nr; first > 0 && is_free(p, first - 1);)
		first--;
	native_account(w->n, w->free_blocks, block_at(p, first),
		       block_at(p, p->max), p->max - first);
}

static void walk_pool(struct walk *w, const struct pymalloc_arena *a,
		      raddr start, struct heap_memory_arena *ret)
{
	struct pool p = { .start = start };

	p.bytes = memory_at(w->py->memory, start, a->pool_size);
	if (!p.bytes) {
		w->n->ledger->nr_damaged++;
		return;
	}
	if (!get_u32(p.bytes + POOL_COUNT)) {
		native_account(w->n, w->free_pools, start,
			       start + a->pool_size, 1);
		return;
	}
	if (!open_pool(w, a, &p)) {
		log_detail("pymalloc: the pool at 0x%" PRIx64 " contradicts "
			   "itself", start);
		w->n->ledger->nr_damaged++;
		return;
	}
	account_blocks(w, &p, ret);
	native_account(w->n, w->overhead, start, block_at(&p, 0), 1);
	native_account(w->n, w->overhead, block_at(&p, p.max),
		       start + a->pool_size, 0);
}

static void walk_arena(struct walk *w, const struct pymalloc_arena *a)
{
	struct native *n = w->n;
	raddr end = a->address + a->size;
	struct heap_memory_arena arena = {
		.address = a->address,
		.size = a->size,
		.object = OID_NONE,
	};

	/* Old copies of an array have the same arenas. */
	if (!native_claim(n, a->address, end, REGION_PYMALLOC, 0))
		return;
	arena.bytes = residency_bytes(n->residency, a->address, end);
	native_account(n, w->overhead, a->address, a->first, 0);
	for (raddr pool = a->first; pool < a->unused; pool += a->pool_size)
		walk_pool(w, a, pool, &arena);
	native_account(n, w->free_arenas, a->unused, a->end,
		       (a->end - a->unused) / a->pool_size);
	native_account(n, w->overhead, a->end, end, 0);
	heap_memory_arena_vec_push(&n->ledger->arenas, arena);
}

static int by_address(const void *a, const void *b)
{
	const struct pymalloc_arena *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

/* False: all arenas of the array were claimed before; it is an old copy, and
 * its entries can be anything by now. */
static bool walk_array(struct walk *w, const struct pymalloc_array *array)
{
	CLEANUP(arena_vec_release) struct arena_vec arenas = VEC_INIT;
	struct heap_memory *ledger = w->n->ledger;
	size_t before = ledger->arenas.nr;
	struct pymalloc_arena a;
	uint64_t wrong = 0;

	w->amid = false;
	for (uint32_t i = 0; i < array->nr; i++)
		switch (pymalloc_entry(w->py, array->address, i, &a)) {
		case PYMALLOC_ARENA:
			arena_vec_push(&arenas, a);
			break;
		case PYMALLOC_NO_ARENA:
			break;
		case PYMALLOC_WRONG:
			wrong++;
			break;
		}
	/* Claims are cheapest in this order. */
	if (arenas.nr)
		qsort(arenas.v, arenas.nr, sizeof(*arenas.v), by_address);
	for (size_t i = 0; i < arenas.nr; i++)
		walk_arena(w, &arenas.v[i]);
	if (ledger->arenas.nr == before)
		return false;
	ledger->nr_damaged += wrong;
	return true;
}

static int compare_arenas(const void *a, const void *b)
{
	const struct heap_memory_arena *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

void pymalloc_walk(struct python *py, struct native *n, struct raddr_vec *own)
{
	CLEANUP(pymalloc_array_vec_release) struct pymalloc_array_vec arrays =
		VEC_INIT;
	struct heap_memory_arena_vec *arenas = &n->ledger->arenas;
	struct walk w = {
		.py = py,
		.n = n,
		.free_blocks = native_line(n, PART_FREE_BLOCKS, OID_NONE, NULL),
		.free_pools = native_line(n, PART_FREE_POOLS, OID_NONE, NULL),
		.free_arenas = native_line(n, PART_FREE_ARENAS, OID_NONE, NULL),
		.overhead = native_line(n, PART_PYMALLOC, OID_NONE, NULL),
	};

	pymalloc_find(py, n, &arrays);
	for (size_t i = 0; i < arrays.nr; i++)
		if (walk_array(&w, &arrays.v[i]))
			raddr_vec_push(own, arrays.v[i].address);
	if (arenas->nr)
		qsort(arenas->v, arenas->nr, sizeof(*arenas->v),
		      compare_arenas);
}

/* Name the arena by the first of the blocks in the run that has an object. */
static void name_by_run(const struct blocks *b, const struct block_run *r,
			struct heap_memory_arena *a, pymalloc_object *object,
			void *context)
{
	for (uint32_t i = 0; i < r->nr && a->object == OID_NONE; i++)
		if (blocks_is_used(b, r->first + i))
			a->object = object(context, r->first + i);
}

void pymalloc_name_arenas(struct native *n, pymalloc_object *object,
			  void *context)
{
	struct heap_memory_arena_vec *arenas = &n->ledger->arenas;
	const struct block_run_vec *runs = &n->blocks.runs;
	size_t i = 0;

	/* Both are in order of addresses. */
	for (size_t k = 0; k < arenas->nr; k++) {
		struct heap_memory_arena *a = &arenas->v[k];

		while (i < runs->nr && runs->v[i].start < a->address)
			i++;
		for (; i < runs->nr && runs->v[i].start < a->address + a->size;
		     i++)
			if (a->blocks <= PYMALLOC_FEW_BLOCKS)
				name_by_run(&n->blocks, &runs->v[i], a, object,
					    context);
	}
}
