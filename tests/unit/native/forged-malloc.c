/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "forged-malloc.h"
#include "native/malloc/malloc.h"

#define PAGE MEMORY_PAGE
#define HEAP_SIZE (UINT64_C(64) << 20)
#define PREVIOUS_IN_USE 1
#define NOT_MAIN 4

static const struct {
	const char *member;
	uint32_t up_to_2_42, since_2_43;
} offsets[] = {
	{ "fast_bins", 16, 0 }, { "top", 96, 8 }, { "bins", 112, 24 },
	{ "next", 2160, 2072 }, { "system_mem", 2184, 2096 },
	{ "size", 2200, 2112 },
};

uint32_t forged_offset(const struct forged *f, const char *member)
{
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
		if (!strcmp(offsets[i].member, member))
			return f->minor >= 43 ? offsets[i].since_2_43 :
						offsets[i].up_to_2_42;
	ck_abort_msg("no such member");
}

void forged_put(struct forged *f, raddr addr, uint64_t word)
{
	fake_process_put(&f->p, addr, word);
}

static uint64_t get(const struct forged *f, raddr addr)
{
	const struct memory *m = &f->p.target.memory;
	uint64_t word;

	for (unsigned int i = 0; i < m->nr_segments; i++) {
		const struct segment *s = &m->segments[i];

		if (addr >= s->start && addr + 8 <= s->end) {
			memcpy(&word, s->bytes + (addr - s->start), 8);
			return word;
		}
	}
	ck_abort_msg("nothing is mapped there");
}

static void map(struct forged *f, raddr start, uint64_t pages,
		const char *flags, const char *path)
{
	fake_process_map(&f->p, start, pages, flags, path);
	fake_process_touch(&f->p, start, pages);
}

/* malloc_state with empty bins, at the end of the ring. */
static void put_arena(struct forged *f, raddr arena)
{
	uint32_t bins = forged_offset(f, "bins");
	uint32_t next = forged_offset(f, "next");

	for (unsigned int i = 0; i < 127; i++) {
		raddr bin = arena + bins + 16 * i - 16;

		forged_put(f, bin + 16, bin);
		forged_put(f, bin + 24, bin);
	}
	forged_put(f, arena + next, FORGED_MAIN);
	if (f->last_arena)
		forged_put(f, f->last_arena + next, arena);
	f->last_arena = arena;
	f->arena = arena;
	f->system = 0;
}

static void begin(struct forged *f, raddr first, raddr end, uint64_t system)
{
	f->at = first;
	f->end = end;
	f->is_previous_free = false;
	f->system += system;
	forged_put(f, f->arena + forged_offset(f, "system_mem"), f->system);
}

/* The counters before sbrk_base say that there are none with mappings. */
static void put_counters(struct forged *f)
{
	uint64_t max = UINT64_C(65536);

	forged_put(f, FORGED_SBRK_BASE, FORGED_HEAP);
	forged_put(f, FORGED_SBRK_BASE - 32, f->minor >= 35 ? max : max << 32);
	forged_put(f, FORGED_SBRK_BASE + 8, 64);	/* tcache_bins */
}

void forged_init_path(struct forged *f, unsigned int minor, const char *path)
{
	memset(f, 0, sizeof(*f));
	f->minor = minor;
	fake_process_init(&f->p);
	map(f, FORGED_HEAP, FORGED_HEAP_PAGES, "rw-p", "[heap]");
	map(f, FORGED_PIECES, FORGED_SPLIT / PAGE, "rw-p", "");
	map(f, FORGED_PIECES + FORGED_SPLIT,
	    FORGED_PIECES_PAGES - FORGED_SPLIT / PAGE, "rw-p", "");
	for (unsigned int i = 0; i < FORGED_NR_OTHERS; i++) {
		map(f, FORGED_OTHERS + i * HEAP_SIZE, FORGED_OTHER_PAGES,
		    "rw-p", "");
		if (i == 0)
			map(f, FORGED_AT_8M, FORGED_OTHER_PAGES, "rw-p", "");
	}
	map(f, FORGED_LIBC, 8, "r--p", path);
	map(f, FORGED_DATA, 4, "rw-p", path);
	put_arena(f, FORGED_MAIN);
	put_counters(f);
	begin(f, FORGED_HEAP, FORGED_HEAP + FORGED_HEAP_PAGES * PAGE,
	      FORGED_HEAP_PAGES * PAGE);
}

void forged_init(struct forged *f, unsigned int minor)
{
	char banner[64] = { 0 };
	uint64_t word;

	forged_init_path(f, minor, "/lib/libc.so.6");
	snprintf(banner, sizeof(banner), "GNU C Library (Forged) stable "
		 "release version 2.%u.\n", minor);
	for (size_t i = 0; i < sizeof(banner); i += 8) {
		memcpy(&word, banner + i, 8);
		forged_put(f, FORGED_LIBC + 5 * PAGE - 24 + i, word);
	}
}

/* --- chunks -------------------------------------------------------------- */

static raddr put_chunk(struct forged *f, uint64_t size)
{
	raddr at = f->at;

	ck_assert_uint_le(at + size, f->end);
	forged_put(f, at + 8, size |
		   (f->is_previous_free ? 0 : PREVIOUS_IN_USE) |
		   (f->arena == FORGED_MAIN ? 0 : NOT_MAIN));
	f->at += size;
	f->is_previous_free = false;
	return at;
}

raddr forged_used(struct forged *f, uint64_t size)
{
	return put_chunk(f, size);
}

raddr forged_free(struct forged *f, uint64_t size)
{
	raddr at = put_chunk(f, size);

	forged_put(f, f->at, size);
	f->is_previous_free = true;
	return at;
}

void forged_top(struct forged *f)
{
	forged_put(f, f->arena + forged_offset(f, "top"), f->at);
	put_chunk(f, f->end - f->at);
}

void forged_fence(struct forged *f)
{
	put_chunk(f, 16);
	put_chunk(f, 16);
}

void forged_end_of_heap(struct forged *f)
{
	put_chunk(f, f->end - 32 - f->at);
	forged_put(f, f->at + 8, 16 | PREVIOUS_IN_USE);
	forged_put(f, f->at + 24, PREVIOUS_IN_USE);
	f->at += 32;
}

static uint64_t heap_info_size(const struct forged *f)
{
	return f->minor >= 35 ? 48 : 32;
}

static raddr other(unsigned int i)
{
	return FORGED_OTHERS + i * HEAP_SIZE;
}

static void put_heap_info(struct forged *f, raddr heap)
{
	forged_put(f, heap, f->arena);
	forged_put(f, heap + 16, FORGED_OTHER_PAGES * PAGE);
	forged_put(f, heap + 24, FORGED_OTHER_PAGES * PAGE);
}

static void put_arena_in(struct forged *f, raddr heap)
{
	raddr arena = heap + heap_info_size(f);
	raddr first = arena + forged_offset(f, "size");

	put_arena(f, arena);
	put_heap_info(f, heap);
	begin(f, (first + 15) & ~UINT64_C(15),
	      heap + FORGED_OTHER_PAGES * PAGE, FORGED_OTHER_PAGES * PAGE);
}

void forged_arena(struct forged *f, unsigned int i)
{
	put_arena_in(f, other(i));
}

void forged_arena_at_8m(struct forged *f)
{
	put_arena_in(f, FORGED_AT_8M);
}

void forged_heap(struct forged *f, unsigned int i)
{
	put_heap_info(f, other(i));
	begin(f, other(i) + heap_info_size(f),
	      other(i) + FORGED_OTHER_PAGES * PAGE, FORGED_OTHER_PAGES * PAGE);
}

void forged_piece(struct forged *f, raddr start, uint64_t size)
{
	uint64_t noncontiguous = UINT64_C(2) << 32;

	forged_put(f, FORGED_MAIN, noncontiguous);
	begin(f, start, start + size, size);
}

/* --- lists --------------------------------------------------------------- */

static bool is_mangled(const struct forged *f)
{
	return f->minor >= 32;
}

static void put_link(struct forged *f, raddr at, raddr link)
{
	forged_put(f, at, is_mangled(f) ? link ^ at >> 12 : link);
}

static unsigned int nr_bins(const struct forged *f)
{
	return f->minor >= 42 ? 76 : 64;
}

/* A cache starts with slots for 7 blocks in each list, or with counts of 0. */
raddr forged_cache(struct forged *f)
{
	raddr cache = put_chunk(f, f->minor >= 42 ? 0x300 :
				   f->minor >= 30 ? 0x290 : 0x250);

	for (unsigned int i = 0; f->minor >= 42 && i < nr_bins(f); i += 4)
		forged_put(f, cache + 16 + 2 * i, UINT64_C(0x7000700070007));
	return cache;
}

void forged_cache_put(struct forged *f, raddr cache, unsigned int bin,
		      raddr chunk)
{
	unsigned int size = f->minor >= 30 ? 2 : 1;	/* of a count */
	raddr counts = cache + 16 + bin * size / 8 * 8;
	raddr entry = cache + 16 + size * nr_bins(f) + 8 * bin;
	uint64_t one = UINT64_C(1) << bin * size % 8 * 8;

	put_link(f, chunk + 16, get(f, entry));
	/* 2.28 has only a link. */
	if (f->minor >= 29)
		forged_put(f, chunk + 24, cache + 16);
	forged_put(f, entry, chunk + 16);
	forged_put(f, counts,
		   get(f, counts) + (f->minor >= 42 ? -one : one));
}

void forged_fast_put(struct forged *f, raddr chunk)
{
	uint64_t size = get(f, chunk + 8) & ~UINT64_C(7);
	raddr bin = f->arena + forged_offset(f, "fast_bins") +
		    8 * (size / 16 - 2);

	put_link(f, chunk + 16, get(f, bin));
	forged_put(f, bin, chunk);
}

/* --- what is found ------------------------------------------------------- */

void forged_walk(struct forged *f)
{
	fake_process_ready(&f->p);
	malloc_heaps(&f->p.native);
	malloc_mapped(&f->p.native);
	ck_assert_uint_eq(blocks_sort(&f->p.native.blocks), 0);
}


void forged_expect_block(struct forged *f, raddr chunk, uint64_t size)
{
	uint32_t i = blocks_find(&f->p.native.blocks, chunk + 16);
	struct block b;

	ck_assert_uint_ne(i, BLOCK_NONE);
	b = blocks_get(&f->p.native.blocks, i);
	ck_assert_uint_eq(b.start, chunk + 16);
	ck_assert_uint_eq(b.size, size - 8);
	ck_assert_uint_eq(b.allocator, ALLOCATOR_MALLOC);
}

void forged_expect_no_block(struct forged *f, raddr chunk)
{
	ck_assert_uint_eq(blocks_find(&f->p.native.blocks, chunk + 16),
			  BLOCK_NONE);
}

void forged_expect_balance(struct forged *f, int64_t unexplained)
{
	struct native *n = &f->p.native;
	uint32_t line = native_line(n, PART_RAW, OID_NONE, NULL);
	int64_t rest = (int64_t)f->p.target.residency.bytes;

	for (size_t i = 0; i < n->blocks.listed.nr; i++) {
		const struct block *b = &n->blocks.listed.v[i];

		native_account(n, line, b->start, b->start + b->size, 1);
	}
	for (size_t i = 0; i < n->regions.nr; i++)
		rest -= (int64_t)residency_bytes(n->residency,
						 n->regions.v[i].start,
						 n->regions.v[i].end);
	native_finish(n);
	/* What is in no region is not malloc's. */
	if (unexplained < 0)
		ck_assert_int_ge(f->p.ledger.unexplained - rest, 0);
	else
		ck_assert_int_eq(f->p.ledger.unexplained - rest, unexplained);
}

void forged_release(struct forged *f)
{
	fake_process_release(&f->p);
}
