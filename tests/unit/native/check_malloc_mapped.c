/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/malloc.h: chunks with mappings of their own, and all blocks of
 * a process that uses malloc.
 */
#include <check.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "forged-malloc.h"
#include "native/malloc/malloc.h"
#include "suite.h"

#define PAGE MEMORY_PAGE
#define MAPPED 2

const char suite_name[] = "malloc-mapped";

/* A chunk whose mapping begins at `start`; memalign() moved it by `skipped`. */
static void put_mapped(struct forged *f, raddr start, uint64_t skipped,
		       uint64_t size)
{
	uint64_t less = f->minor >= 43 ? 16 : 0;

	forged_put(f, start + 8, (size - less) | MAPPED);
	if (!skipped)
		return;
	forged_put(f, start + skipped, skipped);
	forged_put(f, start + skipped + 8, (size - skipped - less) | MAPPED);
}

static void expect_mapped(struct forged *f, raddr start, uint64_t skipped,
			  uint64_t size)
{
	uint32_t i = blocks_find(&f->p.native.blocks, start + skipped + 16);
	struct block b;

	ck_assert_uint_ne(i, BLOCK_NONE);
	b = blocks_get(&f->p.native.blocks, i);
	ck_assert_uint_eq(b.start, start + skipped + 16);
	ck_assert_uint_eq(b.start + b.size,
			  start + size - (f->minor >= 43 ? 8 : 0));
	ck_assert_uint_eq(b.allocator, ALLOCATOR_MMAP);
	ck_assert_int_eq(native_region(&f->p.native, start)->kind,
			 REGION_MMAPPED);
}

static void begin(struct forged *f, unsigned int minor)
{
	forged_init(f, minor);
	forged_used(f, 0x40);
	forged_top(f);
}

START_TEST(chunks_touch_one_another)
{
	struct forged f;
	raddr at = FORGED_PIECES;

	begin(&f, _i ? 43 : 36);
	put_mapped(&f, at + PAGE, 0, 4 * PAGE);
	put_mapped(&f, at + 5 * PAGE, 0, 2 * PAGE);
	put_mapped(&f, at + 40 * PAGE, 0, 24 * PAGE);
	forged_walk(&f);
	expect_mapped(&f, at + PAGE, 0, 4 * PAGE);
	expect_mapped(&f, at + 5 * PAGE, 0, 2 * PAGE);
	expect_mapped(&f, at + 40 * PAGE, 0, 24 * PAGE);
	ck_assert_uint_eq(f.p.ledger.nr_mmapped, 3);
	ck_assert_uint_eq(f.p.ledger.mmapped, 30 * PAGE);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

/* madvise(MADV_HUGEPAGE), as numpy uses it, splits a mapping. */
START_TEST(a_chunk_lies_across_mappings)
{
	struct forged f;

	begin(&f, 36);
	put_mapped(&f, FORGED_PIECES + FORGED_SPLIT - PAGE, 0, 3 * PAGE);
	forged_walk(&f);
	expect_mapped(&f, FORGED_PIECES + FORGED_SPLIT - PAGE, 0, 3 * PAGE);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

static const uint64_t moved_by[] = {
	16, 48, 112, 4080, 2 * MEMORY_PAGE - 16, 8 * MEMORY_PAGE - 16,
};

START_TEST(chunks_are_moved_to_an_alignment)
{
	struct forged f;
	raddr start = FORGED_PIECES;

	begin(&f, 36);
	put_mapped(&f, start, moved_by[_i], 20 * PAGE);
	forged_walk(&f);
	expect_mapped(&f, start, moved_by[_i], 20 * PAGE);
	forged_expect_balance(&f, 0);
	forged_release(&f);
}
END_TEST

/* The size at the start is that from before mremap(). */
START_TEST(moved_chunks_grow)
{
	struct forged f;
	raddr start = FORGED_PIECES;

	begin(&f, _i ? 43 : 36);
	put_mapped(&f, start, 4080, 20 * PAGE);
	forged_put(&f, start + 8, (9 * PAGE - (_i ? 16 : 0)) | MAPPED);
	forged_walk(&f);
	expect_mapped(&f, start, 4080, 20 * PAGE);
	ck_assert_uint_eq(f.p.ledger.mmapped, 20 * PAGE);
	forged_release(&f);
}
END_TEST

START_TEST(what_is_no_chunk)
{
	static const uint64_t heads[] = {
		0, MAPPED, PAGE + 16 + MAPPED, 4 * PAGE, 4 * PAGE | MAPPED | 1,
		4 * PAGE | MAPPED | 4, 65 * PAGE | MAPPED,
		(UINT64_MAX & -PAGE) | MAPPED,
	};
	struct forged f;

	begin(&f, 36);
	forged_put(&f, FORGED_PIECES + 8, heads[_i]);
	/* Its first word is not 0. */
	put_mapped(&f, FORGED_PIECES + 20 * PAGE, 0, PAGE);
	forged_put(&f, FORGED_PIECES + 20 * PAGE, 1);
	forged_walk(&f);
	ck_assert_uint_eq(f.p.ledger.nr_mmapped, 0);
	ck_assert_uint_eq(f.p.native.blocks.listed.nr, 1);
	forged_release(&f);
}
END_TEST

/* pymalloc's arenas, for one: data in them may look like a chunk. */
START_TEST(what_others_have_claimed_has_no_chunks)
{
	struct forged f;

	begin(&f, 36);
	put_mapped(&f, FORGED_PIECES + 4 * PAGE, 0, 2 * PAGE);
	put_mapped(&f, FORGED_PIECES + 10 * PAGE, 0, 10 * PAGE);
	put_mapped(&f, FORGED_PIECES + 30 * PAGE, 0, 2 * PAGE);
	fake_process_ready(&f.p);
	malloc_heaps(&f.p.native);
	native_claim(&f.p.native, FORGED_PIECES, FORGED_PIECES + 8 * PAGE,
		     REGION_PYMALLOC, 0);
	native_claim(&f.p.native, FORGED_PIECES + 12 * PAGE,
		     FORGED_PIECES + 13 * PAGE, REGION_PYMALLOC, 0);
	malloc_mapped(&f.p.native);
	blocks_sort(&f.p.native.blocks);
	ck_assert_uint_eq(f.p.ledger.nr_mmapped, 1);
	expect_mapped(&f, FORGED_PIECES + 30 * PAGE, 0, 2 * PAGE);
	forged_release(&f);
}
END_TEST

/* AddressSanitizer has a malloc() of its own. */
#ifndef __SANITIZE_ADDRESS__
/* --- a process ----------------------------------------------------------- */

#define NR_BLOCKS 4000
#define NR_THREADS 3

static struct {
	void *block[NR_BLOCKS];	/* NULL: it was freed */
	size_t usable[NR_BLOCKS];
	void *freed[NR_BLOCKS];
} own[NR_THREADS];

static struct mallinfo2 own_info;
static pthread_barrier_t allocated, done;

static size_t size_of(size_t i)
{
	if (i % 500 == 499)
		return 200000 + i * 100;
	return i % 10 == 9 ? 1200 + i : 8 + i * 7 % 1024;
}

static void use_malloc(unsigned int thread)
{
	for (size_t i = 0; i < NR_BLOCKS; i++) {
		void *p = NULL;

		if (i % 100 == 0)
			ck_assert_int_eq(posix_memalign(&p, 4096,
							i * 100 + 8), 0);
		else
			p = malloc(size_of(i));
		own[thread].block[i] = p;
		own[thread].usable[i] = malloc_usable_size(p);
	}
	/* Nobody gets what is freed now. */
	pthread_barrier_wait(&allocated);
	for (size_t i = 0; i < NR_BLOCKS; i += 1 + i * 5 % 7) {
		own[thread].freed[i] = own[thread].block[i];
		own[thread].block[i] = NULL;
		free(own[thread].freed[i]);
	}
}

static void *use_in_thread(void *arg)
{
	use_malloc(*(unsigned int *)arg);
	pthread_barrier_wait(&done);
	pause();
	return NULL;
}

static void body(void)
{
	static unsigned int numbers[NR_THREADS];
	pthread_t threads[NR_THREADS];

	pthread_barrier_init(&allocated, NULL, NR_THREADS);
	pthread_barrier_init(&done, NULL, NR_THREADS + 1);
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		numbers[i] = i;
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
						use_in_thread, &numbers[i]), 0);
	}
	pthread_barrier_wait(&done);
	own_info = mallinfo2();
	child_ready();
	pause();
}

static void expect_blocks_of(struct native *n, struct memory *m,
			     unsigned int thread)
{
	for (size_t i = 0; i < NR_BLOCKS; i++) {
		uint64_t start, usable, freed;
		uint32_t block;

		ck_assert(memory_u64(m, child_address(&own[thread].block[i]),
				     &start));
		ck_assert(memory_u64(m, child_address(&own[thread].usable[i]),
				     &usable));
		ck_assert(memory_u64(m, child_address(&own[thread].freed[i]),
				     &freed));
		block = blocks_find(&n->blocks, start ? start : freed);
		if (!start) {
			ck_assert_uint_eq(block, BLOCK_NONE);
			continue;
		}
		ck_assert_uint_ne(block, BLOCK_NONE);
		ck_assert_uint_eq(blocks_get(&n->blocks, block).start, start);
		ck_assert_uint_eq(blocks_get(&n->blocks, block).size, usable);
	}
}

static void expect_info(const struct heap_memory *m,
			const struct mallinfo2 *info)
{
	struct heap_memory_malloc sum = { 0 };

	for (size_t i = 0; i < m->mallocs.nr; i++) {
		ck_assert(m->mallocs.v[i].whole);
		sum.system += m->mallocs.v[i].system;
		sum.used += m->mallocs.v[i].used + m->mallocs.v[i].overhead;
		sum.free += m->mallocs.v[i].free + m->mallocs.v[i].top;
		sum.fast += m->mallocs.v[i].fast;
	}
	ck_assert_uint_eq(m->nr_damaged, 0);
	ck_assert_uint_eq(sum.system, info->arena);
	ck_assert_uint_eq(sum.used, info->uordblks);
	ck_assert_uint_eq(sum.free, info->fordblks);
	ck_assert_uint_eq(sum.fast, info->fsmblks);
	ck_assert_uint_eq(m->nr_mmapped, info->hblks);
	ck_assert(m->knows_mmapped);
	ck_assert_uint_eq(m->own_nr_mmapped, info->hblks);
	ck_assert_uint_eq(m->own_mmapped, info->hblkhd);
}

START_TEST(a_process_has_its_blocks)
{
	pid_t pid = child_start(body);
	struct target *t = child_open(pid);
	struct heap_memory ledger = { 0 };
	struct native n;
	struct mallinfo2 info;

	child_snapshot(t, NULL);
	native_init(&n, t, &ledger);
	malloc_heaps(&n);
	malloc_mapped(&n);
	ck_assert_uint_eq(blocks_sort(&n.blocks), 0);
	error_free(memory_read(&t->memory, child_address(&own_info), &info,
			       sizeof(info)));
	expect_info(&ledger, &info);
	for (unsigned int i = 0; i < NR_THREADS; i++)
		expect_blocks_of(&n, &t->memory, i);
	native_release(&n);
	heap_memory_release(&ledger);
	target_close(t);
	child_finish(pid);
}
END_TEST
#endif

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, chunks_touch_one_another, 0, 2);
	tcase_add_test(tc, a_chunk_lies_across_mappings);
	tcase_add_loop_test(tc, chunks_are_moved_to_an_alignment, 0,
			    (int)ARRAY_SIZE(moved_by));
	tcase_add_loop_test(tc, moved_chunks_grow, 0, 2);
	tcase_add_loop_test(tc, what_is_no_chunk, 0, 8);
	tcase_add_test(tc, what_others_have_claimed_has_no_chunks);
#ifndef __SANITIZE_ADDRESS__
	tcase_add_test(tc, a_process_has_its_blocks);
#endif
}
