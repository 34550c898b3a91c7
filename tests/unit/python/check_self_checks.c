/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Self-checks of the allocators, on ledgers that are right and wrong. */
#include <check.h>
#include <string.h>

#include "books.h"
#include "python/report/self-checks.h"
#include "suite.h"

static struct heap heap;

static void begin(void)
{
	heap_init(&heap);
	books_line(&heap, PART_RAW, NULL, 96 * MIB, 1);
	books_close(&heap, 100 * MIB);
	heap_memory_malloc_vec_push(&heap.memory.mallocs,
				    (struct heap_memory_malloc){
		.used = 7, .whole = true });
	heap_memory_malloc_vec_push(&heap.memory.mallocs,
				    (struct heap_memory_malloc){
		.used = 3, .whole = true });
	heap.memory.knows_mmapped = true;
	heap.memory.nr_mmapped = heap.memory.own_nr_mmapped = 5;
	/* Of 2.43, bytes drift. */
	heap.memory.mmapped = 20480;
	heap.memory.own_mmapped = 20048;
}

/* `failed`: a word of each check that fails, or NULL. */
static void expect_checks(size_t nr, const char *failed)
{
	struct python py = { .heap = &heap };
	bool found = false;

	self_checks_memory(&py);
	ck_assert_uint_eq(heap.info.checks.nr, nr);
	for (size_t i = 0; i < nr; i++) {
		const struct heap_check *c = &heap.info.checks.v[i];
		bool meant = failed && strstr(c->name, failed);

		ck_assert_msg(c->passed == !meant, "%s: %s", c->name,
			      c->detail);
		found |= meant;
	}
	ck_assert(found == (failed != NULL));
	heap_release(&heap);
}

START_TEST(right_ledgers_pass)
{
	begin();
	expect_checks(4, NULL);
	begin();
	heap.memory.knows_mmapped = false;
	expect_checks(3, NULL);
	begin();
	heap.memory.mallocs.nr = 0;
	expect_checks(2, NULL);
	begin();
	heap.memory.basis = MEMORY_UNKNOWN;
	expect_checks(0, NULL);
}
END_TEST

START_TEST(wrong_ledgers_fail)
{
	begin();
	heap.memory.mallocs.v[1].whole = false;
	expect_checks(4, "walked to their ends");
	begin();
	heap.memory.own_nr_mmapped = 6;
	expect_checks(4, "own mappings");
	begin();
	heap.memory.nr_damaged = 1;
	expect_checks(4, "what allocators say");
	begin();
	heap.memory.unexplained = 6 * (int64_t)MIB;
	expect_checks(4, "is explained");
	begin();
	heap.memory.unexplained = -6 * (int64_t)MIB;
	expect_checks(4, "is explained");
}
END_TEST

const char suite_name[] = "self_checks";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, right_ledgers_pass);
	tcase_add_test(tc, wrong_ledgers_fail);
}
