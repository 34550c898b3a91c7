/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/stacks.h: stacks of threads, with struct pthreads as glibc has them.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fake-process.h"
#include "native/mappings.h"
#include "native/stacks.h"
#include "suite.h"

#define PAGE MEMORY_PAGE
#define LIB UINT64_C(0x7f0000000000)
#define AREA UINT64_C(0x7f1000000000)

/* Where glibc 2.36 has them in struct pthread. */
#define LIST 0x2c0
#define STACKBLOCK 0x698
/* Of struct pthread, from the end of its stack. */
#define FROM_END 0x940

#define STACK_PAGES 8

const char suite_name[] = "stacks";

/* The struct pthread at the end of the stack at `stack`. */
static raddr pthread_at(raddr stack)
{
	return stack + STACK_PAGES * PAGE - FROM_END;
}

static raddr put_pthread(struct fake_process *p, raddr stack)
{
	raddr pthread = pthread_at(stack);

	fake_process_put(p, pthread, pthread);
	fake_process_put(p, pthread + 16, pthread);
	fake_process_put(p, pthread + STACKBLOCK, stack);
	fake_process_put(p, pthread + STACKBLOCK + 8, STACK_PAGES * PAGE);
	return pthread;
}

/* Link the list nodes into a ring, with the head first. */
static void put_ring(struct fake_process *p, const raddr *nodes, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		fake_process_put(p, nodes[i], nodes[(i + 1) % nr]);
		fake_process_put(p, nodes[(i + 1) % nr] + 8, nodes[i]);
	}
}

/* ld.so, and an anonymous mapping of three stacks that touch, as since glibc
 * 2.42, and of one stack more of something else. */
static void map_stacks(struct fake_process *p)
{
	fake_process_init(p);
	fake_process_map(p, LIB, 2, "r-xp", "/lib64/ld-linux-x86-64.so.2");
	fake_process_map(p, LIB + 2 * PAGE, 2, "rw-p",
			 "/lib64/ld-linux-x86-64.so.2");
	fake_process_map(p, AREA, 4 * STACK_PAGES, "rw-p", "");
	fake_process_touch(p, AREA, 4 * STACK_PAGES);
}

static raddr stack(size_t i)
{
	return AREA + i * STACK_PAGES * PAGE;
}

static void claim(struct fake_process *p)
{
	fake_process_ready(p);
	mappings_claim(&p->native);
	stacks_claim(&p->native);
}

static void expect_region(const struct fake_process *p, size_t i,
			  enum region_kind kind)
{
	const struct region *r = native_region(&p->native, stack(i));

	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->start, stack(i));
	ck_assert_uint_eq(r->end, stack(i + 1));
	ck_assert_int_eq(r->kind, kind);
}

START_TEST(stacks_that_touch_are_told_apart)
{
	struct fake_process p;

	map_stacks(&p);
	fake_process_thread(&p, put_pthread(&p, stack(0)), stack(0) + PAGE);
	fake_process_thread(&p, put_pthread(&p, stack(2)), stack(2) + PAGE);
	fake_process_thread(&p, put_pthread(&p, stack(3)), stack(3) + PAGE);
	claim(&p);
	expect_region(&p, 0, REGION_STACK);
	expect_region(&p, 2, REGION_STACK);
	expect_region(&p, 3, REGION_STACK);
	ck_assert_ptr_null(native_region(&p.native, stack(1)));
	mappings_account(&p.native);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_STACKS, NULL),
			  3 * STACK_PAGES * PAGE);
	fake_process_release(&p);
}
END_TEST

START_TEST(stacks_of_ended_threads_are_in_a_list)
{
	raddr head = LIB + 2 * PAGE + 0x128;
	struct fake_process p;

	map_stacks(&p);
	fake_process_thread(&p, put_pthread(&p, stack(0)), stack(0) + PAGE);
	put_pthread(&p, stack(1));
	put_pthread(&p, stack(2));
	put_ring(&p, (raddr[]){ head, pthread_at(stack(1)) + LIST,
				pthread_at(stack(2)) + LIST }, 3);
	/* That of the threads that run is beside it. */
	put_ring(&p, (raddr[]){ head + 16, pthread_at(stack(0)) + LIST }, 2);
	claim(&p);
	expect_region(&p, 0, REGION_STACK);
	expect_region(&p, 1, REGION_CACHED_STACK);
	expect_region(&p, 2, REGION_CACHED_STACK);
	ck_assert_ptr_null(native_region(&p.native, stack(3)));
	mappings_account(&p.native);
	ck_assert_uint_eq(fake_process_bytes(&p, PART_CACHED_STACKS, NULL),
			  2 * STACK_PAGES * PAGE);
	fake_process_release(&p);
}
END_TEST

/* What no struct pthread of glibc says. */
static const struct lie {
	uint64_t offset, word;	/* in struct pthread */
} lies[] = {
	{ 0, 8 },				/* no pointer to itself */
	{ 16, 0 },
	{ STACKBLOCK, AREA + 8 },		/* no page */
	{ STACKBLOCK, AREA + STACK_PAGES * PAGE }, /* behind it */
	{ STACKBLOCK + 8, 0 },
	{ STACKBLOCK + 8, UINT64_MAX - 4095 },
	{ STACKBLOCK + 8, 3 * STACK_PAGES * PAGE }, /* not at its end */
};

START_TEST(a_struct_that_lies_has_no_stack)
{
	struct fake_process p;
	raddr pthread;

	map_stacks(&p);
	pthread = put_pthread(&p, stack(0));
	fake_process_thread(&p, pthread, 0);
	fake_process_put(&p, pthread + lies[_i].offset, lies[_i].word);
	claim(&p);
	ck_assert_ptr_null(native_region(&p.native, stack(0)));
	fake_process_release(&p);
}
END_TEST

START_TEST(lists_that_contradict_themselves_end)
{
	raddr head = LIB + 2 * PAGE + 0x128;
	raddr a = pthread_at(stack(1)) + LIST, b = pthread_at(stack(2)) + LIST;
	struct fake_process p;

	map_stacks(&p);
	put_pthread(&p, stack(1));
	put_pthread(&p, stack(2));
	/* head -> a -> b -> b. */
	put_ring(&p, (raddr[]){ head, a, b }, 3);
	fake_process_put(&p, b, b);
	fake_process_put(&p, b + 8, b);
	/* And a list whose node is nowhere. */
	fake_process_put(&p, head + 16, UINT64_MAX - 7);
	claim(&p);
	expect_region(&p, 1, REGION_CACHED_STACK);
	ck_assert_ptr_null(native_region(&p.native, stack(2)));
	fake_process_release(&p);
}
END_TEST

START_TEST(a_stack_pointer_claims_what_is_free_around_it)
{
	struct fake_process p;

	map_stacks(&p);
	fake_process_map(&p, AREA + 0x100000, 4, "rw-p", "[stack]");
	fake_process_thread(&p, 0, AREA + 0x102000);
	fake_process_thread(&p, 0, stack(1) + 8);
	/* In no mapping, in a file, at the end of all. */
	fake_process_thread(&p, 0, 0x1000);
	fake_process_thread(&p, 0, LIB + 8);
	fake_process_thread(&p, 0, UINT64_MAX);
	claim(&p);
	ck_assert(native_claim(&p.native, stack(2), stack(3), REGION_MALLOC,
			       0));
	ck_assert(native_claim(&p.native, stack(0), stack(0) + PAGE,
			       REGION_PYMALLOC, 0));
	/* The memory of an allocator stays its own. */
	fake_process_thread(&p, 0, stack(2) + PAGE);
	stacks_claim_rest(&p.native);
	ck_assert_uint_eq(native_region(&p.native, stack(1))->start,
			  stack(0) + PAGE);
	ck_assert_uint_eq(native_region(&p.native, stack(1))->end, stack(2));
	ck_assert_int_eq(native_region(&p.native, stack(2))->kind,
			 REGION_MALLOC);
	ck_assert_ptr_null(native_region(&p.native, stack(3)));
	ck_assert_uint_eq(native_region(&p.native, AREA + 0x100000)->end,
			  AREA + 0x104000);
	fake_process_release(&p);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, stacks_that_touch_are_told_apart);
	tcase_add_test(tc, stacks_of_ended_threads_are_in_a_list);
	tcase_add_loop_test(tc, a_struct_that_lies_has_no_stack, 0,
			    ARRAY_SIZE(lies));
	tcase_add_test(tc, lists_that_contradict_themselves_end);
	tcase_add_test(tc, a_stack_pointer_claims_what_is_free_around_it);
}
