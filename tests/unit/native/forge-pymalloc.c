/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "forge-pymalloc.h"

#define PAGE MEMORY_PAGE
#define HEAP_PAGES 160
#define STATE (FORGE_ARRAY + 100 * PAGE)
#define INTERPRETER (FORGE_ARRAY + 101 * PAGE)
#define OBMALLOC 40		/* where an interpreter has it */
#define ARENAS UINT64_C(0x7f0000001000)	/* not at a multiple of a pool */

const struct forged_version forge_versions[] = {
	{ 8, MIB / 4, PAGE }, { 9, MIB / 4, PAGE }, { 10, MIB, 4 * PAGE },
	{ 11, MIB, 4 * PAGE }, { 12, MIB, 4 * PAGE }, { 13, MIB, 4 * PAGE },
	{ 15, 2 * MIB, 4 * PAGE }, { 15, MIB, PAGE },
};
const int forge_nr_versions = ARRAY_SIZE(forge_versions);

/* --- building ----------------------------------------------------------- */

void forge_put32(struct forged_pymalloc *s, raddr addr, uint32_t value)
{
	struct memory *m = &s->p.target.memory;
	uint64_t word = 0;

	for (unsigned int i = 0; i < m->nr_segments; i++) {
		const struct segment *g = &m->segments[i];

		if (addr >= g->start && addr + 4 <= g->end)
			memcpy(&word, g->bytes + ((addr & ~7ull) - g->start),
			       8);
	}
	if (addr & 4)
		word = (word & UINT32_MAX) | (uint64_t)value << 32;
	else
		word = (word & ~(uint64_t)UINT32_MAX) | value;
	fake_process_put(&s->p, addr & ~7ull, word);
}

raddr forge_arena_at(const struct forged_pymalloc *s, unsigned int i)
{
	return ARENAS + i * (s->v->arena + 16 * PAGE);
}

static raddr first_pool(const struct forged_pymalloc *s, unsigned int i)
{
	return (forge_arena_at(s, i) + s->v->pool - 1) & ~(s->v->pool - 1);
}

raddr forge_pool_at(const struct forged_pymalloc *s, unsigned int arena,
		    unsigned int i)
{
	return first_pool(s, arena) + i * s->v->pool;
}

uint32_t forge_nr_pools(const struct forged_pymalloc *s, unsigned int arena)
{
	return (uint32_t)((forge_arena_at(s, arena) + s->v->arena -
			   first_pool(s, arena)) / s->v->pool);
}

/* An entry of the array: an arena of whose pools `used` were ever used, and
 * `nr_free` of these are free. */
void forge_put_entry(struct forged_pymalloc *s, raddr array, uint32_t i,
		      unsigned int arena, uint32_t used, uint32_t nr_free)
{
	raddr entry = array + i * FORGE_ENTRY;
	uint32_t nr = forge_nr_pools(s, arena);

	fake_process_put(&s->p, entry, forge_arena_at(s, arena));
	fake_process_put(&s->p, entry + 8, forge_pool_at(s, arena, used));
	forge_put32(s, entry + 16, nr - used + nr_free);
	forge_put32(s, entry + 20, nr);
	/* Meaningless for an arena in use. */
	fake_process_put(&s->p, entry + 32, 0x1234567);
}

/* A pool of blocks of `size` bytes: `nr` were ever used; `count` are in use. */
static void put_pool(struct forged_pymalloc *s, raddr pool, uint32_t index,
		     uint32_t size, uint32_t nr, uint32_t count)
{
	forge_put32(s, pool, count);
	forge_put32(s, pool + 32, index);
	forge_put32(s, pool + 36, size / 16 - 1);
	forge_put32(s, pool + 40, FORGE_HEADER + nr * size);
	forge_put32(s, pool + 44, (uint32_t)s->v->pool - size);
}

raddr forge_block_at(raddr pool, uint32_t size, uint32_t i)
{
	return pool + FORGE_HEADER + i * size;
}

/* Where CPython says that the array is, if it does. */
void forge_put_state(struct forged_pymalloc *s, raddr array, uint32_t nr)
{
	raddr state = s->v->minor >= 13 ? STATE : INTERPRETER + OBMALLOC;

	fake_process_put(&s->p, state + 512, array);
	forge_put32(s, state + 520, nr);
	if (s->v->minor >= 13)
		fake_process_put(&s->p, INTERPRETER + OBMALLOC, STATE);
}

/*
 * Arena 0 is of entry 3 and has five pools: with blocks of 32 bytes, five of
 * nine in use; a free one; one with 512 bytes, full; two that were never used
 * follow.  Arena 1 is of entry 5 and has one block.
 */
void forge_build(struct forged_pymalloc *s, int version)
{
	raddr pool;

	*s = (struct forged_pymalloc){ .v = &forge_versions[version] };
	fake_process_init(&s->p);
	fake_process_map(&s->p, FORGE_ARRAY, HEAP_PAGES, "rw-p", "[heap]");
	fake_process_touch(&s->p, FORGE_ARRAY, HEAP_PAGES);
	for (unsigned int i = 0; i < 2; i++) {
		fake_process_map(&s->p, forge_arena_at(s, i),
				 s->v->arena / PAGE, "rw-p", "");
		fake_process_touch(&s->p, forge_arena_at(s, i),
				   s->v->arena / PAGE);
	}
	forge_put_entry(s, FORGE_ARRAY, 3, 0, 3, 1);
	forge_put_entry(s, FORGE_ARRAY, 5, 1, 1, 0);
	/* The list of entries without an arena. */
	fake_process_put(&s->p, FORGE_ARRAY + 32, FORGE_ARRAY + FORGE_ENTRY);
	pool = forge_pool_at(s, 0, 0);
	put_pool(s, pool, 3, 32, 9, 5);
	fake_process_put(&s->p, pool + 8, forge_block_at(pool, 32, 3));
	fake_process_put(&s->p, forge_block_at(pool, 32, 3),
			 forge_block_at(pool, 32, 4));
	fake_process_put(&s->p, forge_block_at(pool, 32, 4),
			 forge_block_at(pool, 32, 0));
	fake_process_put(&s->p, forge_block_at(pool, 32, 0),
			 forge_block_at(pool, 32, 8));
	forge_put32(s, forge_pool_at(s, 0, 1) + 32, 3);
	pool = forge_pool_at(s, 0, 2);
	put_pool(s, pool, 3, 512, (uint32_t)(s->v->pool - FORGE_HEADER) / 512,
		 (uint32_t)(s->v->pool - FORGE_HEADER) / 512);
	put_pool(s, forge_pool_at(s, 1, 0), 5, 64, 2, 1);
	fake_process_put(&s->p, forge_pool_at(s, 1, 0) + 8,
			 forge_block_at(forge_pool_at(s, 1, 0), 64, 1));
}

void forge_build_known(struct forged_pymalloc *s, int version)
{
	forge_build(s, version);
	forge_put_state(s, FORGE_ARRAY, FORGE_ENTRIES);
}

void forge_ready(struct forged_pymalloc *s)
{
	struct interpreter in = { .address = INTERPRETER };

	fake_process_ready(&s->p);
	s->py.target = &s->p.target;
	s->py.memory = &s->p.target.memory;
	s->py.minor = s->v->minor;
	s->py.layout.interp_obmalloc = s->v->minor >= 12 ? OBMALLOC :
							   LAYOUT_NONE;
	interpreter_vec_push(&s->py.interpreters, in);
}

void forge_walk(struct forged_pymalloc *s)
{
	forge_ready(s);
	pymalloc_walk(&s->py, &s->p.native, &s->own);
	ck_assert_uint_eq(blocks_sort(&s->p.native.blocks), 0);
}

void forge_release(struct forged_pymalloc *s)
{
	raddr_vec_release(&s->own);
	interpreter_vec_release(&s->py.interpreters);
	fake_process_release(&s->p);
}

/* --- what was found ----------------------------------------------------- */

static uint64_t count_of(struct forged_pymalloc *s, enum memory_part part)
{
	for (size_t i = 0; i < s->p.ledger.lines.nr; i++)
		if (s->p.ledger.lines.v[i].part == part)
			return s->p.ledger.lines.v[i].count;
	return 0;
}

static uint64_t bytes_of(struct forged_pymalloc *s, enum memory_part part)
{
	return fake_process_bytes(&s->p, part, NULL);
}

void forge_expect_block(struct forged_pymalloc *s, unsigned int arena,
			unsigned int pool, uint32_t size, uint32_t i)
{
	raddr start = forge_block_at(forge_pool_at(s, arena, pool), size, i);
	uint32_t block = blocks_find(&s->p.native.blocks, start);
	struct block b;

	ck_assert_uint_ne(block, BLOCK_NONE);
	b = blocks_get(&s->p.native.blocks, block);
	ck_assert_uint_eq(b.start, start);
	ck_assert_uint_eq(b.size, size);
	ck_assert_int_eq(b.allocator, ALLOCATOR_PYMALLOC);
}

static uint64_t used_bytes(struct forged_pymalloc *s)
{
	const struct blocks *all = &s->p.native.blocks;
	uint64_t bytes = 0;

	for (uint32_t i = blocks_next(all, 0); i != BLOCK_NONE;
	     i = blocks_next(all, i + 1))
		if (blocks_get(all, i).allocator == ALLOCATOR_PYMALLOC)
			bytes += blocks_get(all, i).size;
	return bytes;
}

/* All of arena 0 and 1 is accounted for, and as it should be. */
void forge_expect_all(struct forged_pymalloc *s)
{
	const struct heap_memory_arena *a = s->p.ledger.arenas.v;
	uint64_t pool = s->v->pool, full = (pool - FORGE_HEADER) / 512;
	static const uint32_t used[] = { 1, 2, 5, 6, 7 };

	for (size_t i = 0; i < ARRAY_SIZE(used); i++)
		forge_expect_block(s, 0, 0, 32, used[i]);
	for (uint32_t i = 0; i < full; i++)
		forge_expect_block(s, 0, 2, 512, i);
	forge_expect_block(s, 1, 0, 64, 0);
	ck_assert_uint_eq(s->p.ledger.nr_damaged, 0);
	ck_assert_uint_eq(s->p.ledger.arenas.nr, 2);
	ck_assert_uint_eq(a[0].address, forge_arena_at(s, 0));
	ck_assert_uint_eq(a[0].size, s->v->arena);
	ck_assert_uint_eq(a[0].blocks, 5 + full);
	ck_assert_uint_eq(a[0].used, 5 * 32 + full * 512);
	ck_assert_uint_eq(a[0].bytes, s->v->arena);
	ck_assert_uint_eq(a[1].blocks, 1);
	ck_assert_uint_eq(count_of(s, PART_FREE_BLOCKS),
			  (pool - FORGE_HEADER) / 32 - 5 +
			  (pool - FORGE_HEADER) / 64 - 1);
	ck_assert_uint_eq(count_of(s, PART_FREE_POOLS), 1);
	ck_assert_uint_eq(bytes_of(s, PART_FREE_POOLS), pool);
	ck_assert_uint_eq(count_of(s, PART_FREE_ARENAS),
			  forge_nr_pools(s, 0) - 3 + forge_nr_pools(s, 1) - 1);
	ck_assert_uint_eq(count_of(s, PART_PYMALLOC), 3);
	ck_assert_uint_eq(bytes_of(s, PART_FREE_BLOCKS) +
			  bytes_of(s, PART_FREE_POOLS) +
			  bytes_of(s, PART_FREE_ARENAS) +
			  bytes_of(s, PART_PYMALLOC) + used_bytes(s),
			  2 * s->v->arena);
	ck_assert_int_eq(REGION_PYMALLOC,
			 native_region(&s->p.native,
				       forge_arena_at(s, 0))->kind);
	ck_assert_uint_eq(s->own.nr, 1);
	ck_assert_uint_eq(s->own.v[0], FORGE_ARRAY);
}
