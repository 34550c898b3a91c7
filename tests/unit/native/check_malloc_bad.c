/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/malloc.h: heaps that lie.  What is damaged is counted, nothing
 * goes on for ever, and the rest is right.
 */
#include <check.h>
#include <string.h>

#include "forged-malloc.h"
#include "native/malloc/malloc.h"
#include "suite.h"

#define PAGE MEMORY_PAGE

const char suite_name[] = "malloc-bad";

static const struct heap_memory_malloc *arena(const struct forged *f, size_t i)
{
	ck_assert_uint_lt(i, f->p.ledger.mallocs.nr);
	return &f->p.ledger.mallocs.v[i];
}

/* Main's heap is damaged; that of the other arena is not. */
static void expect_damage(struct forged *f, raddr before, raddr other)
{
	forged_walk(f);
	ck_assert_uint_ge(f->p.ledger.nr_damaged, 1);
	ck_assert_uint_le(f->p.ledger.nr_damaged, 2);
	ck_assert(!arena(f, 0)->whole);
	ck_assert(arena(f, 1)->whole);
	forged_expect_block(f, before, 0x40);
	forged_expect_block(f, other, 0x50);
}

static raddr add_other(struct forged *f)
{
	raddr used;

	forged_arena(f, 0);
	used = forged_used(f, 0x50);
	forged_top(f);
	return used;
}

static const uint64_t bad_sizes[] = {
	0, 8, 16, 24, 0x38, FORGED_HEAP_PAGES * MEMORY_PAGE, UINT64_C(1) << 46,
	UINT64_MAX,
};

START_TEST(chunks_of_bad_sizes)
{
	struct forged f;
	raddr before, bad, other;

	forged_init(&f, 36);
	before = forged_used(&f, 0x40);
	bad = forged_used(&f, 0x40);
	forged_used(&f, 0x40);
	forged_top(&f);
	forged_put(&f, bad + 8, bad_sizes[_i] | 1);
	other = add_other(&f);
	expect_damage(&f, before, other);
	forged_expect_no_block(&f, bad);
	forged_release(&f);
}
END_TEST

/* A chunk that ends in the middle of top. */
START_TEST(chunks_over_the_top)
{
	struct forged f;
	raddr before, other;

	forged_init(&f, 36);
	before = forged_used(&f, 0x40);
	forged_put(&f, forged_used(&f, 0x40) + 8, 0x60 | 1);
	forged_top(&f);
	other = add_other(&f);
	expect_damage(&f, before, other);
	forged_release(&f);
}
END_TEST

/* Top is where no memory is, in another heap, not aligned, or 0. */
static const raddr bad_tops[] = {
	0, 1, FORGED_HEAP + 8, FORGED_OTHERS + 0x10000000, UINT64_MAX,
	FORGED_LIBC,
};

START_TEST(tops_that_are_elsewhere)
{
	struct forged f;
	raddr other;

	forged_init(&f, 36);
	forged_used(&f, 0x40);
	forged_top(&f);
	forged_put(&f, FORGED_MAIN + forged_offset(&f, "top"), bad_tops[_i]);
	other = add_other(&f);
	forged_walk(&f);
	ck_assert(!arena(&f, 0)->whole);
	forged_expect_block(&f, other, 0x50);
	forged_release(&f);
}
END_TEST

START_TEST(a_top_that_lies_about_its_size)
{
	struct forged f;

	forged_init(&f, 36);
	forged_used(&f, 0x40);
	forged_top(&f);
	forged_put(&f, FORGED_HEAP + 0x48, UINT64_C(1) << 40 | 1);
	forged_walk(&f);
	ck_assert_uint_eq(f.p.ledger.nr_damaged, 1);
	ck_assert(!arena(&f, 0)->whole);
	forged_release(&f);
}
END_TEST

/* --- rings --------------------------------------------------------------- */

START_TEST(a_ring_without_main)
{
	struct forged f;
	raddr other;

	forged_init(&f, 36);
	forged_used(&f, 0x40);
	forged_top(&f);
	other = FORGED_OTHERS + 48;
	add_other(&f);
	forged_put(&f, other + forged_offset(&f, "next"), _i ? other : 0);
	forged_walk(&f);
	/* It is no main_arena whose ring does not lead back. */
	ck_assert_uint_eq(f.p.ledger.mallocs.nr, 0);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 0);
	forged_release(&f);
}
END_TEST

/* The ring leads over memory that is no arena. */
START_TEST(a_ring_over_other_memory)
{
	uint32_t next;
	struct forged f;
	raddr used;

	forged_init(&f, 36);
	next = forged_offset(&f, "next");
	used = forged_used(&f, 0x40);
	forged_top(&f);
	forged_put(&f, FORGED_MAIN + next, FORGED_PIECES);
	forged_put(&f, FORGED_PIECES + next, FORGED_MAIN);
	forged_walk(&f);
	ck_assert_uint_eq(f.p.ledger.mallocs.nr, 1);
	ck_assert_uint_eq(f.p.ledger.nr_damaged, 1);
	forged_expect_block(&f, used, 0x40);
	forged_release(&f);
}
END_TEST

START_TEST(bins_in_the_middle_of_a_change)
{
	struct forged f;
	raddr used;

	forged_init(&f, 36);
	used = forged_used(&f, 0x40);
	forged_top(&f);
	for (int i = 0; i < _i; i++)
		forged_put(&f, FORGED_MAIN + forged_offset(&f, "bins") +
			   0x200 * (uint32_t)i, 0);
	forged_walk(&f);
	if (_i <= 2)
		forged_expect_block(&f, used, 0x40);
	else
		ck_assert_uint_eq(f.p.ledger.mallocs.nr, 0);
	forged_release(&f);
}
END_TEST

/* --- heap_info ----------------------------------------------------------- */

static const uint64_t bad_heap_sizes[] = {
	0, 1, PAGE + 1, FORGED_OTHER_PAGES * PAGE + PAGE, UINT64_C(65) << 20,
	UINT64_MAX & -PAGE,
};

START_TEST(heaps_that_lie_about_their_size)
{
	struct forged f;
	raddr main;

	forged_init(&f, 36);
	main = forged_used(&f, 0x40);
	forged_top(&f);
	add_other(&f);
	forged_put(&f, FORGED_OTHERS + 16, bad_heap_sizes[_i]);
	forged_walk(&f);
	ck_assert_uint_eq(f.p.ledger.nr_damaged, 1);
	ck_assert(arena(&f, 0)->whole);
	ck_assert(!arena(&f, 1)->whole);
	forged_expect_block(&f, main, 0x40);
	forged_release(&f);
}
END_TEST

START_TEST(heaps_over_what_is_claimed)
{
	struct forged f;
	raddr main;

	forged_init(&f, 36);
	main = forged_used(&f, 0x40);
	forged_top(&f);
	add_other(&f);
	fake_process_ready(&f.p);
	ck_assert(native_claim(&f.p.native, FORGED_OTHERS + PAGE,
			       FORGED_OTHERS + 2 * PAGE, REGION_STACK, 0));
	malloc_heaps(&f.p.native);
	blocks_sort(&f.p.native.blocks);
	ck_assert_uint_eq(f.p.ledger.nr_damaged, 1);
	ck_assert(!arena(&f, 1)->whole);
	forged_expect_block(&f, main, 0x40);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 1);
	forged_release(&f);
}
END_TEST

/* --- lists --------------------------------------------------------------- */

/* A word that a chunk in use may have as link to the block `to`. */
static uint64_t mangled(raddr at, raddr to)
{
	return to ^ at >> 12;
}

START_TEST(caches_that_are_none)
{
	static const struct {
		uint32_t offset;	/* in the cache's block */
		uint64_t word;
	} changes[] = {
		{ 0, UINT64_C(1) << 32 | UINT64_C(3) << 48 }, /* count */
		{ 0, UINT64_C(2) << 32 },		/* count, too large */
		{ 0, 1 | UINT64_C(1) << 32 },		/* of an empty list */
		{ 128 + 16, FORGED_HEAP + 8 },		/* not aligned */
		{ 128 + 16, FORGED_HEAP + 0x2b0 },	/* no chunk */
		{ 128 + 16, FORGED_LIBC },		/* no heap */
		{ 128 + 16, UINT64_MAX & -16 },
	};
	struct forged f;
	raddr cache, chunk;

	forged_init(&f, 36);
	cache = forged_cache(&f);
	chunk = forged_used(&f, 0x40);
	forged_cache_put(&f, cache, 2, chunk);
	forged_put(&f, cache + 16 + changes[_i].offset, changes[_i].word);
	forged_top(&f);
	forged_walk(&f);
	forged_expect_block(&f, cache, 0x290);
	forged_expect_block(&f, chunk, 0x40);
	ck_assert_uint_eq(arena(&f, 0)->nr_cached, 0);
	ck_assert(arena(&f, 0)->whole);
	forged_release(&f);
}
END_TEST

/* Both lists are as long as the count says, but the chunk's size is another,
 * or the list has one chunk, again and again. */
START_TEST(caches_with_wrong_lists)
{
	struct forged f;
	raddr cache, chunk;

	forged_init(&f, 36);
	cache = forged_cache(&f);
	chunk = forged_used(&f, 0x40);
	forged_cache_put(&f, cache, _i ? 2 : 3, chunk);
	if (_i) {
		forged_put(&f, chunk + 16, mangled(chunk + 16, chunk + 16));
		forged_put(&f, cache + 16, UINT64_C(9) << 32);
	}
	forged_top(&f);
	forged_walk(&f);
	forged_expect_block(&f, cache, 0x290);
	forged_expect_block(&f, chunk, 0x40);
	forged_release(&f);
}
END_TEST

/* Every chunk is a cache whose lists lead round and round. */
START_TEST(many_caches_that_never_end)
{
	struct forged f;
	raddr first = 0;

	forged_init(&f, 36);
	while (f.end - f.at > 0x1000) {
		raddr cache = forged_cache(&f);

		first = first ? first : cache;
		forged_cache_put(&f, cache, 39, first);
		forged_put(&f, first + 16, mangled(first + 16, first + 16));
	}
	forged_top(&f);
	forged_walk(&f);
	ck_assert_uint_le(f.p.ledger.nr_damaged, 1);
	ck_assert_uint_eq(arena(&f, 0)->nr_cached, 0);
	forged_release(&f);
}
END_TEST

START_TEST(fast_bins_that_are_wrong)
{
	struct forged f;
	raddr chunks[2], bin;

	forged_init(&f, 36);
	bin = FORGED_MAIN + forged_offset(&f, "fast_bins");
	chunks[0] = forged_used(&f, 0x20);
	chunks[1] = forged_used(&f, 0x20);
	forged_fast_put(&f, chunks[0]);
	forged_fast_put(&f, chunks[1]);
	switch (_i) {
	case 0:		/* a circle */
		forged_put(&f, chunks[0] + 16,
			   mangled(chunks[0] + 16, chunks[1]));
		break;
	case 1:		/* it leads out of the heap */
		forged_put(&f, chunks[0] + 16,
			   mangled(chunks[0] + 16, FORGED_LIBC));
		break;
	case 2:		/* the first chunk again, in another bin */
		forged_put(&f, bin + 8, chunks[1]);
		break;
	case 3:
		forged_put(&f, bin + 8, 42);
		break;
	default:	/* to the second half of a chunk */
		forged_put(&f, chunks[0] + 16,
			   mangled(chunks[0] + 16, chunks[1] + 16));
	}
	forged_top(&f);
	forged_walk(&f);
	ck_assert_uint_eq(f.p.ledger.nr_damaged, 1);
	ck_assert_uint_eq(arena(&f, 0)->nr_fast, 2);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 0);
	forged_release(&f);
}
END_TEST

/* --- pieces -------------------------------------------------------------- */

/* Rows of chunks that begin like pieces and do not end like one. */
START_TEST(pieces_that_do_not_end)
{
	struct forged f;
	raddr used;

	forged_init(&f, 36);
	used = forged_used(&f, 0x40);
	forged_top(&f);
	forged_piece(&f, FORGED_PIECES, FORGED_PIECES_PAGES * PAGE);
	while (f.end - f.at > 0x20)
		forged_used(&f, 0x20);
	forged_put(&f, f.at + 8, _i ? 0 : 0x18 | 1);
	forged_walk(&f);
	forged_expect_block(&f, used, 0x40);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 1);
	ck_assert(!arena(&f, 0)->whole);
	forged_release(&f);
}
END_TEST

/* --- chance -------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *state >> 20;
}

static void build_all(struct forged *f, unsigned int minor)
{
	raddr cache, chunk;

	forged_init(f, minor);
	cache = forged_cache(f);
	for (unsigned int i = 0; i < 20; i++) {
		chunk = forged_used(f, 0x40);
		if (i % 3 == 0)
			forged_cache_put(f, cache, 2, chunk);
		else if (i % 3 == 1 && minor < 43)
			forged_fast_put(f, chunk);
		forged_free(f, 0x30);
		forged_used(f, 0x20 + 16 * i);
	}
	forged_used(f, f->end - f->at - 32);
	forged_fence(f);
	forged_piece(f, FORGED_PIECES, 8 * PAGE);
	for (unsigned int i = 0; i < 20; i++)
		forged_used(f, 0x70);
	forged_top(f);
	forged_arena(f, 0);
	forged_used(f, 0x100);
	forged_end_of_heap(f);
	forged_heap(f, 1);
	forged_used(f, 0x200);
	forged_top(f);
	forged_put(f, FORGED_PIECES + 20 * PAGE + 8, (8 * PAGE -
		   (minor >= 43 ? 16 : 0)) | 2);
}

/* Words that say something, in the order in which they are most likely hit. */
static raddr random_place(uint64_t *state)
{
	static const raddr places[] = {
		FORGED_HEAP, FORGED_PIECES, FORGED_MAIN, FORGED_OTHERS,
		FORGED_OTHERS + (UINT64_C(64) << 20),
		FORGED_PIECES + 20 * MEMORY_PAGE,
	};
	raddr place = places[next_random(state) % ARRAY_SIZE(places)];

	return place + next_random(state) % 300 * 8;
}

static uint64_t random_word(uint64_t *state)
{
	switch (next_random(state) % 5) {
	case 0:
		return next_random(state) % 64;
	case 1:
		return random_place(state);
	case 2:
		return next_random(state) % 0x20000;
	case 3:
		return UINT64_MAX - next_random(state) % 64;
	default:
		return next_random(state) << 20 ^ next_random(state);
	}
}

/* Whatever is written, no byte is counted twice. */
START_TEST(words_by_chance)
{
	uint64_t state = (uint64_t)_i;

	for (unsigned int round = 0; round < 100; round++) {
		struct forged f;

		build_all(&f, round % 2 ? 36 : 43);
		for (unsigned int i = 0; i < 1 + round / 10; i++)
			forged_put(&f, random_place(&state),
				   random_word(&state));
		forged_walk(&f);
		for (size_t i = 0; i < f.p.native.blocks.listed.nr; i++) {
			const struct block *b = &f.p.native.blocks.listed.v[i];

			ck_assert_ptr_nonnull(native_region(&f.p.native,
							    b->start));
		}
		forged_expect_balance(&f, -1);
		forged_release(&f);
	}
}
END_TEST

/* What the test above changes is whole before. */
START_TEST(nothing_by_chance)
{
	struct forged f;

	build_all(&f, _i ? 36 : 43);
	forged_walk(&f);
	ck_assert_uint_eq(f.p.ledger.nr_damaged, 0);
	ck_assert(arena(&f, 0)->whole && arena(&f, 1)->whole);
	ck_assert_uint_eq(f.p.ledger.nr_mmapped, 1);
	ck_assert_uint_eq(arena(&f, 0)->nr_cached, 7);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, chunks_of_bad_sizes, 0,
			    (int)ARRAY_SIZE(bad_sizes));
	tcase_add_test(tc, chunks_over_the_top);
	tcase_add_loop_test(tc, tops_that_are_elsewhere, 0,
			    (int)ARRAY_SIZE(bad_tops));
	tcase_add_test(tc, a_top_that_lies_about_its_size);
	tcase_add_loop_test(tc, a_ring_without_main, 0, 2);
	tcase_add_test(tc, a_ring_over_other_memory);
	tcase_add_loop_test(tc, bins_in_the_middle_of_a_change, 0, 4);
	tcase_add_loop_test(tc, heaps_that_lie_about_their_size, 0,
			    (int)ARRAY_SIZE(bad_heap_sizes));
	tcase_add_test(tc, heaps_over_what_is_claimed);
	tcase_add_loop_test(tc, caches_that_are_none, 0, 7);
	tcase_add_loop_test(tc, caches_with_wrong_lists, 0, 2);
	tcase_add_test(tc, many_caches_that_never_end);
	tcase_add_loop_test(tc, fast_bins_that_are_wrong, 0, 5);
	tcase_add_loop_test(tc, pieces_that_do_not_end, 0, 2);
	tcase_add_loop_test(tc, words_by_chance, 0, 20);
	tcase_add_loop_test(tc, nothing_by_chance, 0, 2);
}
