/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/malloc.h: heaps as glibc makes them, of all versions.
 */
#include <check.h>
#include <string.h>

#include "forged-malloc.h"
#include "native/malloc/malloc.h"
#include "suite.h"

#define PAGE MEMORY_PAGE

const char suite_name[] = "malloc";

/* Each is the first or last with something: malloc/chunks.h, arenas.h. */
static const unsigned int versions[] = { 28, 29, 31, 32, 34, 35, 36, 41, 42,
					 43 };
#define NR_VERSIONS (int)ARRAY_SIZE(versions)

static const struct heap_memory_malloc *arena(const struct forged *f, size_t i)
{
	ck_assert_uint_lt(i, f->p.ledger.mallocs.nr);
	return &f->p.ledger.mallocs.v[i];
}

static void expect_whole(const struct forged *f, size_t nr_arenas)
{
	ck_assert_uint_eq(f->p.ledger.mallocs.nr, nr_arenas);
	ck_assert_uint_eq(f->p.ledger.nr_damaged, 0);
	for (size_t i = 0; i < nr_arenas; i++)
		ck_assert(arena(f, i)->whole);
}

START_TEST(main_arena_has_its_chunks)
{
	const struct heap_memory_malloc *m;
	struct forged f;
	raddr used[3], hole;

	forged_init(&f, versions[_i]);
	used[0] = forged_used(&f, 0x20);
	used[1] = forged_used(&f, 0x1230);
	hole = forged_free(&f, 0x5000);
	used[2] = forged_used(&f, 0x40);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 1);
	forged_expect_block(&f, used[0], 0x20);
	forged_expect_block(&f, used[1], 0x1230);
	forged_expect_block(&f, used[2], 0x40);
	forged_expect_no_block(&f, hole);
	m = arena(&f, 0);
	ck_assert_uint_eq(m->address, FORGED_MAIN);
	ck_assert_uint_eq(m->system, FORGED_HEAP_PAGES * PAGE);
	ck_assert_uint_eq(m->used, 0x20 + 0x1230 + 0x40);
	ck_assert_uint_eq(m->free, 0x5000);
	ck_assert_uint_eq(m->nr_free, 1);
	ck_assert_uint_eq(m->top, FORGED_HEAP_PAGES * PAGE - 0x6290);
	ck_assert_uint_eq(m->overhead, 0);
	forged_expect_balance(&f, 0);
	ck_assert_uint_eq(fake_process_bytes(&f.p, PART_FREE_CHUNKS, NULL),
			  0x5000);
	forged_release(&f);
}
END_TEST

START_TEST(other_arenas_have_theirs)
{
	const struct heap_memory_malloc *m;
	struct forged f;
	raddr main, first, second;

	forged_init(&f, versions[_i]);
	main = forged_used(&f, 0x100);
	forged_top(&f);
	forged_arena(&f, 0);
	first = forged_used(&f, 0x50);
	forged_free(&f, 0x200);
	forged_end_of_heap(&f);
	forged_heap(&f, 2);
	second = forged_used(&f, 0x60);
	forged_top(&f);
	forged_arena(&f, 1);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 3);
	forged_expect_block(&f, main, 0x100);
	forged_expect_block(&f, first, 0x50);
	forged_expect_block(&f, second, 0x60);
	m = arena(&f, 1);
	ck_assert_uint_eq(m->system, 2 * FORGED_OTHER_PAGES * PAGE);
	ck_assert_uint_eq(m->free, 0x200);
	ck_assert_uint_eq(m->used + m->free + m->top + m->overhead, m->system);
	ck_assert_uint_eq(arena(&f, 2)->used, 0);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

/* sysmalloc(): there is no room for a chunk of 16 before that of size 0. */
START_TEST(a_heap_may_end_with_an_old_top)
{
	struct forged f;
	raddr used;

	forged_init(&f, 36);
	forged_top(&f);
	forged_arena(&f, 0);
	used = forged_used(&f, f.end - f.at - 48);
	forged_put(&f, f.at + 8, 0x20 | 1);
	forged_put(&f, f.at + 0x20 + 8, 1);
	forged_heap(&f, 1);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 2);
	forged_expect_block(&f, used, f.p.native.blocks.listed.v[0].size + 8);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 1);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

START_TEST(main_arena_goes_on_in_pieces)
{
	struct forged f;
	raddr in_heap, first, second;

	forged_init(&f, versions[_i]);
	in_heap = forged_used(&f, f.end - f.at - 32);
	forged_fence(&f);
	/* The later piece is below the earlier one. */
	forged_piece(&f, FORGED_PIECES + 40 * PAGE, 8 * PAGE);
	first = forged_used(&f, f.end - f.at - 32);
	forged_fence(&f);
	forged_piece(&f, FORGED_PIECES + 8 * PAGE, 32 * PAGE);
	second = forged_used(&f, 0x30);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 1);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 3);
	forged_expect_block(&f, in_heap, FORGED_HEAP_PAGES * PAGE - 32);
	forged_expect_block(&f, first, 8 * PAGE - 32);
	forged_expect_block(&f, second, 0x30);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

/* Of the old top, 16 bytes were left before the fence. */
START_TEST(a_fence_may_be_longer)
{
	struct forged f;

	forged_init(&f, versions[_i]);
	forged_used(&f, f.end - f.at - 48);
	forged_used(&f, 16);
	forged_fence(&f);
	forged_piece(&f, FORGED_PIECES + 40 * PAGE, 8 * PAGE);
	forged_used(&f, f.end - f.at - 48);
	forged_used(&f, 16);
	forged_fence(&f);
	forged_piece(&f, FORGED_PIECES + 8 * PAGE, 32 * PAGE);
	forged_used(&f, 0x30);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 1);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 3);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

START_TEST(brk_may_succeed_again)
{
	struct forged f;
	raddr before, piece, after;

	forged_init(&f, 36);
	before = forged_used(&f, 4 * PAGE - 32);
	forged_fence(&f);
	after = forged_used(&f, 0x90);
	forged_top(&f);
	forged_piece(&f, FORGED_PIECES, 2 * PAGE);
	piece = forged_used(&f, 2 * PAGE - 32);
	forged_fence(&f);
	forged_walk(&f);
	expect_whole(&f, 1);
	forged_expect_block(&f, before, 4 * PAGE - 32);
	forged_expect_block(&f, after, 0x90);
	forged_expect_block(&f, piece, 2 * PAGE - 32);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

START_TEST(threads_caches_are_free)
{
	struct forged f;
	raddr cache, used, small[3], large, none;

	forged_init(&f, versions[_i]);
	cache = forged_cache(&f);
	for (size_t i = 0; i < 3; i++)
		small[i] = forged_used(&f, 0x40);
	used = forged_used(&f, 0x40);
	large = forged_used(&f, 0x410);
	/* A chunk of the program that has the cache's size. */
	none = forged_used(&f, versions[_i] >= 42 ? 0x300 :
				versions[_i] >= 30 ? 0x290 : 0x250);
	forged_put(&f, none + 16 + 8, 42);
	for (size_t i = 0; i < 3; i++)
		forged_cache_put(&f, cache, 2, small[i]);
	forged_cache_put(&f, cache, 63, large);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 1);
	for (size_t i = 0; i < 3; i++)
		forged_expect_no_block(&f, small[i]);
	forged_expect_no_block(&f, large);
	forged_expect_no_block(&f, cache);
	forged_expect_block(&f, used, 0x40);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 2);
	ck_assert_uint_eq(arena(&f, 0)->cached, 3 * 0x40 + 0x410);
	ck_assert_uint_eq(arena(&f, 0)->nr_cached, 4);
	ck_assert_uint_eq(fake_process_bytes(&f.p, PART_FREE_CACHES, NULL),
			  3 * 0x38 + 0x408);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

/* Others call sbrk() between: the chunks go on behind what they have. */
START_TEST(chunks_go_on_behind_memory_of_others)
{
	struct forged f;
	raddr used[3], gaps[2];

	forged_init(&f, versions[_i]);
	used[0] = forged_used(&f, 0x40);
	/* What is left of the old top is free. */
	forged_free(&f, 0x100);
	forged_fence(&f);
	gaps[0] = f.at;
	f.at += 3 * MEMORY_PAGE + 16;
	/* Words that look like a chunk lead nowhere. */
	forged_put(&f, gaps[0] + 0x208, 0x41);
	f.is_previous_free = false;
	used[1] = forged_used(&f, 0x50);
	forged_fence(&f);
	gaps[1] = f.at;
	f.at += 0x100;
	used[2] = forged_used(&f, 0x60);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 1);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 3);
	forged_expect_block(&f, used[0], 0x40);
	forged_expect_block(&f, used[1], 0x50);
	forged_expect_block(&f, used[2], 0x60);
	ck_assert_uint_eq(fake_process_bytes(&f.p, PART_ALLOCATOR, "brk()"),
			  3 * MEMORY_PAGE + 16 + 0x100);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

/* Behind a fence, no chunk leads to the top. */
START_TEST(memory_of_others_may_hide_all_chunks)
{
	struct forged f;
	raddr used;

	forged_init(&f, 36);
	used = forged_used(&f, 0x40);
	forged_fence(&f);
	f.at += MEMORY_PAGE;
	forged_put(&f, f.at - 0x100 + 8, 0x211);
	forged_top(&f);
	/* The top has no chunk before it. */
	forged_walk(&f);
	forged_expect_block(&f, used, 0x40);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 1);
	ck_assert(!arena(&f, 0)->whole);
	forged_release(&f);
}
END_TEST

/* Since 2.42, if the tunable tcache_max is set: a list has several sizes. */
START_TEST(threads_caches_may_have_large_chunks)
{
	struct forged f;
	raddr cache, chunks[2];

	forged_init(&f, 43);
	cache = forged_cache(&f);
	chunks[0] = forged_used(&f, 0x1000);
	chunks[1] = forged_used(&f, 0x1200);
	forged_cache_put(&f, cache, 65, chunks[1]);
	forged_cache_put(&f, cache, 65, chunks[0]);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 1);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 0);
	ck_assert_uint_eq(arena(&f, 0)->nr_cached, 2);
	forged_release(&f);
}
END_TEST

START_TEST(fast_bins_are_free)
{
	struct forged f;
	raddr main[2], other, used;

	forged_init(&f, versions[_i]);
	main[0] = forged_used(&f, 0x20);
	used = forged_used(&f, 0x20);
	main[1] = forged_used(&f, 0x20);
	forged_fast_put(&f, main[0]);
	forged_fast_put(&f, main[1]);
	forged_top(&f);
	forged_arena(&f, 0);
	other = forged_used(&f, 0x80);
	forged_fast_put(&f, other);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 2);
	forged_expect_block(&f, used, 0x20);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 1);
	ck_assert_uint_eq(arena(&f, 0)->fast, 0x40);
	ck_assert_uint_eq(arena(&f, 0)->free, 0x40);
	ck_assert_uint_eq(arena(&f, 0)->nr_fast, 2);
	ck_assert_uint_eq(arena(&f, 0)->used, 0x20);
	ck_assert_uint_eq(arena(&f, 1)->fast, 0x80);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

/* On a heap with low addresses links look alike, mangled or not. */
START_TEST(the_name_of_the_file_tells_the_version)
{
	struct forged f;
	raddr cache, chunk;

	forged_init_path(&f, 31, "/lib/x86_64-linux-gnu/libc-2.31.so");
	cache = forged_cache(&f);
	chunk = forged_used(&f, 0x40);
	forged_cache_put(&f, cache, 2, chunk);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 1);
	forged_expect_no_block(&f, chunk);
	forged_release(&f);
}
END_TEST

/* Neither its name nor a banner: the caches tell. */
START_TEST(an_unknown_version_is_proved)
{
	struct forged f;
	raddr cache, chunk, fast;

	forged_init_path(&f, versions[_i], "/opt/libc.so.6");
	cache = forged_cache(&f);
	chunk = forged_used(&f, 0x40);
	fast = forged_used(&f, 0x30);
	forged_cache_put(&f, cache, 2, chunk);
	if (versions[_i] < 43)
		forged_fast_put(&f, fast);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 1);
	forged_expect_no_block(&f, chunk);
	ck_assert_uint_eq(arena(&f, 0)->nr_fast, versions[_i] < 43);
	forged_release(&f);
}
END_TEST

START_TEST(malloc_has_counted)
{
	struct forged f;

	forged_init(&f, versions[_i]);
	forged_top(&f);
	/* n_mmaps 3 of at most 4, mmapped_mem, max_mmapped_mem */
	if (versions[_i] >= 35) {
		forged_put(&f, FORGED_SBRK_BASE - 40, UINT64_C(3) << 32);
		forged_put(&f, FORGED_SBRK_BASE - 32,
			   65536 | UINT64_C(4) << 32);
	} else {
		forged_put(&f, FORGED_SBRK_BASE - 32,
			   3 | UINT64_C(65536) << 32);
		forged_put(&f, FORGED_SBRK_BASE - 24, 4);
	}
	forged_put(&f, FORGED_SBRK_BASE - 16, 0x12000);
	forged_put(&f, FORGED_SBRK_BASE - 8, 0x13000);
	forged_walk(&f);
	ck_assert(f.p.ledger.knows_mmapped);
	ck_assert_uint_eq(f.p.ledger.own_nr_mmapped, 3);
	ck_assert_uint_eq(f.p.ledger.own_mmapped, 0x12000);
	forged_release(&f);
}
END_TEST

/* With GLIBC_TUNABLES: ld.so's copy of them is in front of the heap. */
START_TEST(the_heap_begins_anywhere)
{
	struct forged f;
	raddr used;

	forged_init(&f, 31);
	forged_put(&f, FORGED_SBRK_BASE, FORGED_HEAP + 37);
	/* mmap_max=1000 */
	forged_put(&f, FORGED_SBRK_BASE - 32, UINT64_C(1000) << 32);
	f.at += 48;
	used = forged_used(&f, 0x50);
	forged_top(&f);
	forged_put(&f, FORGED_MAIN + forged_offset(&f, "system_mem"),
		   FORGED_HEAP_PAGES * PAGE - 37);
	forged_walk(&f);
	expect_whole(&f, 1);
	ck_assert(f.p.ledger.knows_mmapped);
	forged_expect_block(&f, used, 0x50);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

/* The tunable hugetlb. */
START_TEST(heaps_lie_closer_together)
{
	struct forged f;
	raddr first, second;

	forged_init(&f, 43);
	forged_top(&f);
	forged_arena(&f, 0);
	first = forged_used(&f, 0x30);
	forged_top(&f);
	forged_arena_at_8m(&f);
	second = forged_used(&f, 0x40);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 3);
	forged_expect_block(&f, first, 0x30);
	forged_expect_block(&f, second, 0x40);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

/* A core has no name for the heap, and its end may be missing. */
START_TEST(without_counters_the_top_tells_where_the_heap_is)
{
	struct forged f;
	raddr used;

	forged_init(&f, 36);
	f.p.target.mappings.v[0].path[0] = '\0';
	forged_put(&f, FORGED_SBRK_BASE, 42);
	used = forged_used(&f, 0x70);
	forged_top(&f);
	forged_walk(&f);
	expect_whole(&f, 1);
	ck_assert(!f.p.ledger.knows_mmapped);
	forged_expect_block(&f, used, 0x70);
	forged_release(&f);
}
END_TEST

START_TEST(what_is_not_in_memory_counts_nothing)
{
	struct forged f;

	forged_init(&f, 36);
	forged_used(&f, PAGE - 0x10);
	forged_used(&f, PAGE);
	forged_used(&f, PAGE);
	forged_top(&f);
	residency_release(&f.p.target.residency);
	fake_process_touch(&f.p, FORGED_HEAP, 1);
	fake_process_touch(&f.p, FORGED_HEAP + 2 * PAGE, 1);
	forged_walk(&f);
	expect_whole(&f, 1);
	/* 8 bytes before the first chunk, and two sizes.  The third one is at
	 * the end of the page that is absent; that of top is part of top. */
	ck_assert_uint_eq(fake_process_bytes(&f.p, PART_MALLOC, NULL), 24);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

START_TEST(without_glibc_there_is_nothing)
{
	struct forged f;

	forged_init_path(&f, 36, _i ? "/lib/libc.musl-x86_64.so.1" :
				      "/usr/bin/python3");
	forged_used(&f, 0x100);
	forged_top(&f);
	forged_walk(&f);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 0);
	ck_assert_uint_eq(f.p.native.regions.nr, 0);
	ck_assert_uint_eq(f.p.ledger.mallocs.nr, 0);
	forged_release(&f);
}
END_TEST

/* --- libraries that replace malloc --------------------------------------- */

static void add_library(struct forged *f, const char *path)
{
	struct module m = { .path = xstrdup(path) };

	module_vec_push(&f->p.target.modules, m);
}

START_TEST(a_library_replaces_malloc)
{
	const struct module *m;
	struct forged f;

	forged_init(&f, 36);
	forged_put(&f, FORGED_MAIN + forged_offset(&f, "system_mem"), 0);
	forged_put(&f, FORGED_MAIN + forged_offset(&f, "top"),
		   FORGED_MAIN + forged_offset(&f, "bins") - 16);
	/* What would be a chunk with a mapping of its own. */
	forged_put(&f, FORGED_PIECES + 8, 4 * PAGE | 2);
	add_library(&f, "/lib/libz.so.1");
	add_library(&f, "/usr/lib/libjemalloc.so.2");
	forged_walk(&f);
	m = malloc_replaced(&f.p.native);
	ck_assert_ptr_nonnull(m);
	ck_assert_str_eq(m->path, "/usr/lib/libjemalloc.so.2");
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 0);
	ck_assert_uint_eq(f.p.ledger.nr_damaged, 0);
	forged_release(&f);
}
END_TEST

START_TEST(a_library_beside_malloc_replaces_nothing)
{
	struct forged f;

	forged_init(&f, 36);
	forged_used(&f, 0x100);
	forged_top(&f);
	add_library(&f, "/usr/lib/libmimalloc.so.2.0");
	forged_walk(&f);
	ck_assert_ptr_null(malloc_replaced(&f.p.native));
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 1);
	forged_release(&f);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, main_arena_has_its_chunks, 0, NR_VERSIONS);
	tcase_add_loop_test(tc, other_arenas_have_theirs, 0, NR_VERSIONS);
	tcase_add_test(tc, a_heap_may_end_with_an_old_top);
	tcase_add_loop_test(tc, main_arena_goes_on_in_pieces, 0, NR_VERSIONS);
	tcase_add_loop_test(tc, a_fence_may_be_longer, 0, NR_VERSIONS);
	tcase_add_test(tc, brk_may_succeed_again);
	tcase_add_loop_test(tc, threads_caches_are_free, 0, NR_VERSIONS);
	tcase_add_test(tc, threads_caches_may_have_large_chunks);
	tcase_add_loop_test(tc, chunks_go_on_behind_memory_of_others, 0,
			    NR_VERSIONS);
	tcase_add_test(tc, memory_of_others_may_hide_all_chunks);
	tcase_add_loop_test(tc, fast_bins_are_free, 0, NR_VERSIONS - 1);
	tcase_add_test(tc, the_name_of_the_file_tells_the_version);
	tcase_add_loop_test(tc, an_unknown_version_is_proved, 0, NR_VERSIONS);
	tcase_add_loop_test(tc, malloc_has_counted, 0, NR_VERSIONS);
	tcase_add_test(tc, the_heap_begins_anywhere);
	tcase_add_test(tc, heaps_lie_closer_together);
	tcase_add_test(tc, without_counters_the_top_tells_where_the_heap_is);
	tcase_add_test(tc, what_is_not_in_memory_counts_nothing);
	tcase_add_loop_test(tc, without_glibc_there_is_nothing, 0, 2);
	tcase_add_test(tc, a_library_replaces_malloc);
	tcase_add_test(tc, a_library_beside_malloc_replaces_nothing);
}
