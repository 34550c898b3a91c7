/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/pymalloc.h over forged arenas of each version: what is found
 * and how, and what contradicts itself.
 */
#include <check.h>
#include <stdlib.h>

#include "fake-process.h"
#include "python/memory/pymalloc-tree.h"
#include "python/memory/pymalloc.h"
#include "suite.h"

#define PAGE MEMORY_PAGE
#define MIB (UINT64_C(1) << 20)
#define ARRAY UINT64_C(0x5500000000)	/* of arena_objects, in a heap */
#define HEAP_PAGES 160
#define STATE (ARRAY + 100 * PAGE)
#define INTERPRETER (ARRAY + 101 * PAGE)
#define OBMALLOC 40		/* where an interpreter has it */
#define ARENAS UINT64_C(0x7f0000001000)	/* not at a multiple of a pool */
#define NR_ENTRIES 16
#define ENTRY 48
#define HEADER 48

const char suite_name[] = "pymalloc";

static const struct version {
	int minor;
	uint64_t arena, pool;
} versions[] = {
	{ 8, MIB / 4, PAGE }, { 9, MIB / 4, PAGE }, { 10, MIB, 4 * PAGE },
	{ 11, MIB, 4 * PAGE }, { 12, MIB, 4 * PAGE }, { 13, MIB, 4 * PAGE },
	{ 15, 2 * MIB, 4 * PAGE }, { 15, MIB, PAGE },
};

struct scene {
	struct fake_process p;
	struct python py;
	const struct version *v;
	struct raddr_vec own;
};

/* --- building ----------------------------------------------------------- */

static void put32(struct scene *s, raddr addr, uint32_t value)
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

static raddr arena_at(const struct scene *s, unsigned int i)
{
	return ARENAS + i * (s->v->arena + 16 * PAGE);
}

static raddr first_pool(const struct scene *s, unsigned int i)
{
	return (arena_at(s, i) + s->v->pool - 1) & ~(s->v->pool - 1);
}

static raddr pool_at(const struct scene *s, unsigned int arena, unsigned int i)
{
	return first_pool(s, arena) + i * s->v->pool;
}

static uint32_t nr_pools(const struct scene *s, unsigned int arena)
{
	return (uint32_t)((arena_at(s, arena) + s->v->arena -
			   first_pool(s, arena)) / s->v->pool);
}

/* An entry of the array: an arena of whose pools `used` were ever used, and
 * `nr_free` of these are free. */
static void put_entry(struct scene *s, raddr array, uint32_t i,
		      unsigned int arena, uint32_t used, uint32_t nr_free)
{
	raddr entry = array + i * ENTRY;
	uint32_t nr = nr_pools(s, arena);

	fake_process_put(&s->p, entry, arena_at(s, arena));
	fake_process_put(&s->p, entry + 8, pool_at(s, arena, used));
	put32(s, entry + 16, nr - used + nr_free);
	put32(s, entry + 20, nr);
	/* Meaningless for an arena in use. */
	fake_process_put(&s->p, entry + 32, 0x1234567);
}

/* A pool of blocks of `size` bytes: `nr` were ever used; `count` are in use. */
static void put_pool(struct scene *s, raddr pool, uint32_t index,
		     uint32_t size, uint32_t nr, uint32_t count)
{
	put32(s, pool, count);
	put32(s, pool + 32, index);
	put32(s, pool + 36, size / 16 - 1);
	put32(s, pool + 40, HEADER + nr * size);
	put32(s, pool + 44, (uint32_t)s->v->pool - size);
}

static raddr block_at(raddr pool, uint32_t size, uint32_t i)
{
	return pool + HEADER + i * size;
}

/* Where CPython says that the array is, if it does. */
static void put_state(struct scene *s, raddr array, uint32_t nr)
{
	raddr state = s->v->minor >= 13 ? STATE : INTERPRETER + OBMALLOC;

	fake_process_put(&s->p, state + 512, array);
	put32(s, state + 520, nr);
	if (s->v->minor >= 13)
		fake_process_put(&s->p, INTERPRETER + OBMALLOC, STATE);
}

/*
 * Arena 0 is of entry 3 and has five pools: with blocks of 32 bytes, five of
 * nine in use; a free one; one with 512 bytes, full; two that were never used
 * follow.  Arena 1 is of entry 5 and has one block.
 */
static void build(struct scene *s, int version)
{
	raddr pool;

	*s = (struct scene){ .v = &versions[version] };
	fake_process_init(&s->p);
	fake_process_map(&s->p, ARRAY, HEAP_PAGES, "rw-p", "[heap]");
	fake_process_touch(&s->p, ARRAY, HEAP_PAGES);
	for (unsigned int i = 0; i < 2; i++) {
		fake_process_map(&s->p, arena_at(s, i), s->v->arena / PAGE,
				 "rw-p", "");
		fake_process_touch(&s->p, arena_at(s, i),
				   s->v->arena / PAGE);
	}
	put_entry(s, ARRAY, 3, 0, 3, 1);
	put_entry(s, ARRAY, 5, 1, 1, 0);
	/* The list of entries without an arena. */
	fake_process_put(&s->p, ARRAY + 32, ARRAY + ENTRY);
	pool = pool_at(s, 0, 0);
	put_pool(s, pool, 3, 32, 9, 5);
	fake_process_put(&s->p, pool + 8, block_at(pool, 32, 3));
	fake_process_put(&s->p, block_at(pool, 32, 3), block_at(pool, 32, 4));
	fake_process_put(&s->p, block_at(pool, 32, 4), block_at(pool, 32, 0));
	fake_process_put(&s->p, block_at(pool, 32, 0), block_at(pool, 32, 8));
	put32(s, pool_at(s, 0, 1) + 32, 3);
	pool = pool_at(s, 0, 2);
	put_pool(s, pool, 3, 512, (uint32_t)(s->v->pool - HEADER) / 512,
		 (uint32_t)(s->v->pool - HEADER) / 512);
	put_pool(s, pool_at(s, 1, 0), 5, 64, 2, 1);
	fake_process_put(&s->p, pool_at(s, 1, 0) + 8,
			 block_at(pool_at(s, 1, 0), 64, 1));
}

static void build_known(struct scene *s, int version)
{
	build(s, version);
	put_state(s, ARRAY, NR_ENTRIES);
}

static void ready(struct scene *s)
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

static void walk(struct scene *s)
{
	ready(s);
	pymalloc_walk(&s->py, &s->p.native, &s->own);
	ck_assert_uint_eq(blocks_sort(&s->p.native.blocks), 0);
}

static void release(struct scene *s)
{
	raddr_vec_release(&s->own);
	interpreter_vec_release(&s->py.interpreters);
	fake_process_release(&s->p);
}

/* --- what was found ----------------------------------------------------- */

static uint64_t count_of(struct scene *s, enum memory_part part)
{
	for (size_t i = 0; i < s->p.ledger.lines.nr; i++)
		if (s->p.ledger.lines.v[i].part == part)
			return s->p.ledger.lines.v[i].count;
	return 0;
}

static uint64_t bytes_of(struct scene *s, enum memory_part part)
{
	return fake_process_bytes(&s->p, part, NULL);
}

static bool has_block(struct scene *s, raddr start, uint64_t size)
{
	uint32_t block = blocks_find(&s->p.native.blocks, start);
	const struct block *b = &s->p.native.blocks.all.v[block];

	return block != BLOCK_NONE && b->start == start && b->size == size &&
	       b->allocator == ALLOCATOR_PYMALLOC;
}

static uint64_t used_bytes(struct scene *s)
{
	const struct block_vec *all = &s->p.native.blocks.all;
	uint64_t bytes = 0;

	for (size_t i = 0; i < all->nr; i++)
		if (all->v[i].allocator == ALLOCATOR_PYMALLOC)
			bytes += all->v[i].size;
	return bytes;
}

/* All of arena 0 and 1 is accounted for, and as it should be. */
static void expect_all(struct scene *s)
{
	const struct heap_memory_arena *a = s->p.ledger.arenas.v;
	uint64_t pool = s->v->pool, full = (pool - HEADER) / 512;
	static const uint32_t used[] = { 1, 2, 5, 6, 7 };

	for (size_t i = 0; i < ARRAY_SIZE(used); i++)
		ck_assert(has_block(s, block_at(pool_at(s, 0, 0), 32, used[i]),
				    32));
	for (uint32_t i = 0; i < full; i++)
		ck_assert(has_block(s, block_at(pool_at(s, 0, 2), 512, i),
				    512));
	ck_assert(has_block(s, block_at(pool_at(s, 1, 0), 64, 0), 64));
	ck_assert_uint_eq(s->p.ledger.nr_damaged, 0);
	ck_assert_uint_eq(s->p.ledger.arenas.nr, 2);
	ck_assert_uint_eq(a[0].address, arena_at(s, 0));
	ck_assert_uint_eq(a[0].size, s->v->arena);
	ck_assert_uint_eq(a[0].blocks, 5 + full);
	ck_assert_uint_eq(a[0].used, 5 * 32 + full * 512);
	ck_assert_uint_eq(a[0].bytes, s->v->arena);
	ck_assert_uint_eq(a[1].blocks, 1);
	ck_assert_uint_eq(count_of(s, PART_FREE_BLOCKS),
			  (pool - HEADER) / 32 - 5 + (pool - HEADER) / 64 - 1);
	ck_assert_uint_eq(count_of(s, PART_FREE_POOLS), 1);
	ck_assert_uint_eq(bytes_of(s, PART_FREE_POOLS), pool);
	ck_assert_uint_eq(count_of(s, PART_FREE_ARENAS),
			  nr_pools(s, 0) - 3 + nr_pools(s, 1) - 1);
	ck_assert_uint_eq(count_of(s, PART_PYMALLOC), 3);
	ck_assert_uint_eq(bytes_of(s, PART_FREE_BLOCKS) +
			  bytes_of(s, PART_FREE_POOLS) +
			  bytes_of(s, PART_FREE_ARENAS) +
			  bytes_of(s, PART_PYMALLOC) + used_bytes(s),
			  2 * s->v->arena);
	ck_assert_int_eq(native_region(&s->p.native, arena_at(s, 0))->kind,
			 REGION_PYMALLOC);
	ck_assert_uint_eq(s->own.nr, 1);
	ck_assert_uint_eq(s->own.v[0], ARRAY);
}

/* --- where the array is ------------------------------------------------- */

START_TEST(the_interpreter_says_where)
{
	struct scene s;

	build(&s, _i);
	put_state(&s, ARRAY, NR_ENTRIES);
	walk(&s);
	/* 3.8 to 3.11 search all memory here. */
	expect_all(&s);
	release(&s);
}
END_TEST

START_TEST(nobody_says_where)
{
	struct scene s;

	build(&s, _i);
	/* Not the state of an interpreter. */
	put_state(&s, 0x123, 7);
	walk(&s);
	expect_all(&s);
	release(&s);
}
END_TEST

START_TEST(malloc_has_it_among_its_blocks)
{
	struct scene s;

	build(&s, _i);
	put_state(&s, 0, 0);
	ready(&s);
	blocks_add(&s.p.native.blocks, ARRAY - 3 * PAGE, 100,
		   ALLOCATOR_MALLOC);
	blocks_add(&s.p.native.blocks, ARRAY, NR_ENTRIES * ENTRY + 8,
		   ALLOCATOR_MALLOC);
	pymalloc_walk(&s.py, &s.p.native, &s.own);
	blocks_sort(&s.p.native.blocks);
	expect_all(&s);
	release(&s);
}
END_TEST

START_TEST(debug_hooks_put_words_before_it)
{
	struct scene s;

	build(&s, _i);
	put_state(&s, 0, 0);
	ready(&s);
	blocks_add(&s.p.native.blocks, ARRAY - 16,
		   NR_ENTRIES * ENTRY + 16 + 24, ALLOCATOR_MALLOC);
	pymalloc_walk(&s.py, &s.p.native, &s.own);
	blocks_sort(&s.p.native.blocks);
	expect_all(&s);
	release(&s);
}
END_TEST

/* 4,096 entries have a mapping of their own. */
START_TEST(a_large_array_has_a_mapping)
{
	const uint32_t nr = 2048;
	const raddr chunk = ARRAY + 110 * PAGE;
	struct scene s;

	build(&s, _i);
	put_state(&s, 0, 0);
	fake_process_put(&s.p, ARRAY + 3 * ENTRY, 0);
	fake_process_put(&s.p, ARRAY + 3 * ENTRY + 32, 0);
	fake_process_put(&s.p, ARRAY + 5 * ENTRY, 0);
	fake_process_put(&s.p, ARRAY + 5 * ENTRY + 32, 0);
	put_entry(&s, chunk + 16, 3, 0, 3, 1);
	put_entry(&s, chunk + 16, 5, 1, 1, 0);
	fake_process_put(&s.p, chunk + 8,
			 ((nr * ENTRY + 16 + PAGE - 1) & ~(PAGE - 1)) | 2);
	walk(&s);
	ck_assert_uint_eq(s.own.nr, 1);
	ck_assert_uint_eq(s.own.v[0], chunk + 16);
	s.own.v[0] = ARRAY;
	expect_all(&s);
	release(&s);
}
END_TEST

/* Arenas of an interpreter that has ended are found by malloc's block. */
START_TEST(two_arrays_are_two)
{
	const raddr other = ARRAY + 20 * PAGE;
	struct scene s;

	build(&s, _i);
	put_state(&s, ARRAY, NR_ENTRIES);
	fake_process_put(&s.p, ARRAY + 5 * ENTRY, 0);
	fake_process_put(&s.p, ARRAY + 5 * ENTRY + 32, 0);
	put_entry(&s, other, 5, 1, 1, 0);
	ready(&s);
	blocks_add(&s.p.native.blocks, ARRAY, NR_ENTRIES * ENTRY + 8,
		   ALLOCATOR_MALLOC);
	blocks_add(&s.p.native.blocks, other, NR_ENTRIES * ENTRY + 8,
		   ALLOCATOR_MALLOC);
	pymalloc_walk(&s.py, &s.p.native, &s.own);
	blocks_sort(&s.p.native.blocks);
	ck_assert_uint_eq(s.own.nr, 2);
	s.own.nr = 1;
	s.own.v[0] = ARRAY;
	expect_all(&s);
	release(&s);
}
END_TEST

/* realloc() has moved the array, and left the old one behind. */
START_TEST(an_old_copy_is_passed_over)
{
	const raddr old = ARRAY + 20 * PAGE;
	struct scene s;

	build(&s, _i);
	put_state(&s, 0, 0);
	/* It lacks the pools that were used since. */
	put_entry(&s, old, 3, 0, 1, 0);
	put_entry(&s, old, 5, 1, 1, 0);
	ready(&s);
	blocks_add(&s.p.native.blocks, old, NR_ENTRIES * ENTRY + 8,
		   ALLOCATOR_MALLOC);
	blocks_add(&s.p.native.blocks, ARRAY, NR_ENTRIES * ENTRY + 8,
		   ALLOCATOR_MALLOC);
	pymalloc_walk(&s.py, &s.p.native, &s.own);
	blocks_sort(&s.p.native.blocks);
	expect_all(&s);
	release(&s);
}
END_TEST

START_TEST(without_pymalloc_there_is_nothing)
{
	struct scene s;

	build(&s, _i);
	put_state(&s, 0, 0);
	fake_process_put(&s.p, ARRAY + 3 * ENTRY, 0);
	fake_process_put(&s.p, ARRAY + 5 * ENTRY, 0);
	walk(&s);
	ck_assert_uint_eq(s.p.native.blocks.all.nr, 0);
	ck_assert_uint_eq(s.p.ledger.arenas.nr, 0);
	ck_assert_uint_eq(s.p.ledger.nr_damaged, 0);
	ck_assert_uint_eq(s.own.nr, 0);
	release(&s);
}
END_TEST

/* --- what can't be so --------------------------------------------------- */

/* Arena 0's first pool is left out, and nothing else. */
static void expect_pool_left_out(struct scene *s)
{
	walk(s);
	ck_assert_uint_eq(s->p.ledger.nr_damaged, 1);
	ck_assert_uint_eq(blocks_find(&s->p.native.blocks,
				      block_at(pool_at(s, 0, 0), 32, 1)),
			  BLOCK_NONE);
	ck_assert(has_block(s, block_at(pool_at(s, 0, 2), 512, 1), 512));
	ck_assert(has_block(s, block_at(pool_at(s, 1, 0), 64, 0), 64));
	release(s);
}

START_TEST(a_list_of_free_blocks_is_a_circle)
{
	struct scene s;
	raddr pool;

	build_known(&s, _i);
	pool = pool_at(&s, 0, 0);
	fake_process_put(&s.p, block_at(pool, 32, 8), block_at(pool, 32, 4));
	expect_pool_left_out(&s);
}
END_TEST

START_TEST(a_free_block_is_elsewhere)
{
	raddr wrong[6];
	struct scene s;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		raddr pool;

		build_known(&s, _i);
		pool = pool_at(&s, 0, 0);
		wrong[0] = pool;
		wrong[1] = block_at(pool, 32, 5) + 16;
		wrong[2] = block_at(pool, 32, 9);
		wrong[3] = pool + s.v->pool + HEADER;
		wrong[4] = 1;
		wrong[5] = UINT64_MAX;
		fake_process_put(&s.p, block_at(pool, 32, 8), wrong[i]);
		expect_pool_left_out(&s);
	}
}
END_TEST

START_TEST(a_header_lies)
{
	static const struct { uint32_t offset, value; } lies[] = {
		{ 36, 32 }, { 36, UINT32_MAX }, { 40, 0 }, { 40, 47 },
		{ 40, HEADER + 33 }, { 40, UINT32_MAX }, { 40, 1u << 20 },
		{ 0, 3 }, { 0, 7 }, { 0, UINT32_MAX },
	};
	struct scene s;

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		build_known(&s, _i);
		put32(&s, pool_at(&s, 0, 0) + lies[i].offset, lies[i].value);
		expect_pool_left_out(&s);
	}
}
END_TEST

/* The thread with the GIL may have been stopped in pymalloc. */
START_TEST(one_pool_may_be_amid_a_change)
{
	struct scene s;

	build_known(&s, _i);
	put32(&s, pool_at(&s, 0, 0), 6);
	walk(&s);
	expect_all(&s);
	release(&s);

	build_known(&s, _i);
	put32(&s, pool_at(&s, 0, 0), 4);
	put32(&s, pool_at(&s, 1, 0), 2);
	walk(&s);
	ck_assert_uint_eq(s.p.ledger.nr_damaged, 1);
	ck_assert(has_block(&s, block_at(pool_at(&s, 0, 0), 32, 1), 32));
	release(&s);
}
END_TEST

/* Another entry claims the second half of arena 0, and a third one arena 1. */
START_TEST(arenas_overlap)
{
	struct scene s;
	raddr entry = ARRAY + 7 * ENTRY, half;
	uint32_t nr;

	build_known(&s, _i);
	put_entry(&s, ARRAY, 6, 1, 1, 0);
	half = arena_at(&s, 0) + s.v->arena / 2;
	nr = (uint32_t)((s.v->arena - 1) / s.v->pool);
	fake_process_put(&s.p, entry, half);
	fake_process_put(&s.p, entry + 8,
			 ((half + s.v->pool - 1) & ~(s.v->pool - 1)) +
			 s.v->pool);
	put32(&s, entry + 16, nr);
	put32(&s, entry + 20, nr + !(half & (s.v->pool - 1)));
	put32(&s, ((half + s.v->pool - 1) & ~(s.v->pool - 1)) + 32, 7);
	walk(&s);
	ck_assert_uint_eq(s.p.ledger.arenas.nr, 2);
	ck_assert(has_block(&s, block_at(pool_at(&s, 0, 0), 32, 1), 32));
	ck_assert(has_block(&s, block_at(pool_at(&s, 1, 0), 64, 0), 64));
	ck_assert_uint_le(s.p.ledger.nr_damaged, 2);
	release(&s);
}
END_TEST

START_TEST(an_entry_lies)
{
	static const struct { uint32_t offset; uint64_t value; } lies[] = {
		{ 0, 0x7f0000000800 }, { 0, UINT64_MAX - 0xfff },
		{ 0, 0x7f5500000000 }, { 8, 0 }, { 8, UINT64_MAX },
		{ 16, UINT64_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		struct scene s;

		build_known(&s, _i);
		fake_process_put(&s.p, ARRAY + 3 * ENTRY + lies[i].offset,
				 lies[i].value);
		walk(&s);
		ck_assert_uint_eq(s.p.ledger.arenas.nr, 1);
		ck_assert(has_block(&s, block_at(pool_at(&s, 1, 0), 64, 0),
				    64));
		ck_assert_uint_eq(s.p.ledger.nr_damaged, 1);
		release(&s);
	}
}
END_TEST

START_TEST(an_array_has_more_entries_than_memory)
{
	struct scene s;

	build(&s, _i);
	put_state(&s, ARRAY, UINT32_MAX);
	walk(&s);
	/* It is searched for then. */
	expect_all(&s);
	release(&s);
}
END_TEST

/* --- what others ask ---------------------------------------------------- */

START_TEST(arenas_with_few_blocks_have_a_name)
{
	struct scene s;
	oid objects[100];
	size_t nr;

	build_known(&s, _i);
	walk(&s);
	nr = s.p.native.blocks.all.nr;
	ck_assert_uint_lt(nr, ARRAY_SIZE(objects));
	for (size_t i = 0; i < nr; i++)
		objects[i] = (oid)i;
	pymalloc_name_arenas(&s.p.native, objects);
	ck_assert_uint_eq(s.p.ledger.arenas.v[1].object, nr - 1);
	ck_assert(s.p.ledger.arenas.v[0].object == OID_NONE);
	release(&s);
}
END_TEST

/* Nodes of the radix tree: where a middle and a bottom node are, and what they
 * say of an arena. */
static void put_nodes(struct scene *s, raddr middle, raddr bottom,
		      unsigned int arena)
{
	unsigned int arena_bits =
		(unsigned int)__builtin_ctzll(s->v->arena);
	unsigned int bits = s->v->minor == 10 ? 48 : 64;
	unsigned int interior = (bits - arena_bits + 2) / 3;
	unsigned int low = bits - 2 * interior; /* of an address */
	raddr a = arena_at(s, arena);
	uint64_t i = a >> low & ((1u << interior) - 1);
	uint64_t k = (a & ((1ull << low) - 1)) >> arena_bits;
	uint64_t tail = a & (s->v->arena - 1);

	fake_process_put(&s->p, middle + i * 8, bottom);
	put32(s, bottom + k * 8, tail ? (uint32_t)tail : UINT32_MAX);
}

START_TEST(the_tree_is_the_interpreters)
{
	const raddr tree = UINT64_C(0x7e0000000000), other = tree + 1024 * PAGE;
	struct scene s;
	uint64_t middle_size, bottom_size;

	build_known(&s, _i);
	middle_size = s.v->minor == 10 ? 8192 : 8 << 15;
	bottom_size = s.v->minor == 10 ? 2048 : s.v->arena > MIB ? 8 << 13 :
								   8 << 14;
	fake_process_map(&s.p, tree, 2048, "rw-p", "");
	put_nodes(&s, tree, tree + 512 * PAGE, 0);
	put_nodes(&s, tree, tree + 512 * PAGE, 1);
	ready(&s);
	pymalloc_walk(&s.py, &s.p.native, &s.own);
	/* A block like a middle node, which knows no arena. */
	blocks_add(&s.p.native.blocks, other, middle_size + 8,
		   ALLOCATOR_MALLOC);
	blocks_add(&s.p.native.blocks, tree, middle_size + 8,
		   ALLOCATOR_MALLOC);
	blocks_add(&s.p.native.blocks, tree + 512 * PAGE, bottom_size + 8,
		   ALLOCATOR_MALLOC);
	blocks_sort(&s.p.native.blocks);
	s.own.nr = 0;
	pymalloc_tree(&s.py, &s.p.native, &s.own);
	if (s.v->minor < 10) {
		ck_assert_uint_eq(s.own.nr, 0);
	} else {
		ck_assert_uint_eq(s.own.nr, 2);
		ck_assert(raddr_vec_has(&s.own, tree));
		ck_assert(raddr_vec_has(&s.own, tree + 512 * PAGE));
	}
	release(&s);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	const int nr = ARRAY_SIZE(versions);

	tcase_add_loop_test(tc, the_interpreter_says_where, 0, nr);
	tcase_add_loop_test(tc, nobody_says_where, 0, nr);
	tcase_add_loop_test(tc, malloc_has_it_among_its_blocks, 0, nr);
	tcase_add_loop_test(tc, debug_hooks_put_words_before_it, 0, nr);
	tcase_add_loop_test(tc, a_large_array_has_a_mapping, 0, nr);
	tcase_add_loop_test(tc, two_arrays_are_two, 0, nr);
	tcase_add_loop_test(tc, an_old_copy_is_passed_over, 0, nr);
	tcase_add_loop_test(tc, without_pymalloc_there_is_nothing, 0, nr);
	tcase_add_loop_test(tc, a_list_of_free_blocks_is_a_circle, 0, nr);
	tcase_add_loop_test(tc, a_free_block_is_elsewhere, 0, nr);
	tcase_add_loop_test(tc, a_header_lies, 0, nr);
	tcase_add_loop_test(tc, one_pool_may_be_amid_a_change, 0, nr);
	tcase_add_loop_test(tc, arenas_overlap, 0, nr);
	tcase_add_loop_test(tc, an_entry_lies, 0, nr);
	tcase_add_loop_test(tc, an_array_has_more_entries_than_memory, 0, nr);
	tcase_add_loop_test(tc, arenas_with_few_blocks_have_a_name, 0, nr);
	tcase_add_loop_test(tc, the_tree_is_the_interpreters, 0, nr);
}
