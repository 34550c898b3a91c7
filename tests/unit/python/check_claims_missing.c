/* SPDX-License-Identifier: GPL-2.0-or-later */
/* References that are counted and that nobody has. */
#include "graph.h"
#include "heap/known.h"
#include "python/claims/claims-missing.h"
#include "suite.h"

const char suite_name[] = "claims-missing";

static struct heap h;

static uint32_t missing(struct claims_missing *m, const char *name)
{
	oid o = graph_oid(&h, name);
	uint32_t nr = claims_missing_of(m, o);

	ck_assert_int_eq(claims_missing_any(m, o), nr != 0);
	return nr;
}

static struct claims_missing count(void)
{
	CLEANUP(freep) uint32_t *known = heap_known(&h);
	struct claims_missing ret = { .nr = NULL };

	claims_missing_count(&ret, &h, known);
	return ret;
}

START_TEST(what_the_heap_has_is_not_missing)
{
	CLEANUP(claims_missing_release) struct claims_missing m = { NULL };

	graph_build(&h, "a->b a->b c->b a->c b->a");
	h.refcount[graph_oid(&h, "a")] = 1;
	h.refcount[graph_oid(&h, "b")] = 5;
	h.refcount[graph_oid(&h, "c")] = 0;
	m = count();
	ck_assert_uint_eq(missing(&m, "a"), 0);
	ck_assert_uint_eq(missing(&m, "b"), 2);
	ck_assert_uint_eq(missing(&m, "c"), 0);
	heap_release(&h);
}
END_TEST

START_TEST(roots_and_borrowed_references)
{
	CLEANUP(claims_missing_release) struct claims_missing m = { NULL };
	oid a, b;

	graph_build(&h, "a->b a->b a->b");
	a = graph_oid(&h, "a");
	b = graph_oid(&h, "b");
	h.refcount[a] = h.refcount[b] = 4;
	/* a counts one root, b two of the three edges. */
	heap_root_vec_push(&h.roots, (struct heap_root){ .object = a,
							 .counted = true });
	heap_root_vec_push(&h.roots, (struct heap_root){ .object = a });
	h.flags[a] |= OBJECT_BORROWS;
	heap_borrowed_vec_push(&h.borrowed, (struct heap_borrowed){ a, 1, 1 });
	m = count();
	ck_assert_uint_eq(missing(&m, "a"), 3);
	ck_assert_uint_eq(missing(&m, "b"), 2);
	claims_missing_release(&m);
	h.flags[b] |= OBJECT_DEFERRED;
	m = count();
	ck_assert_uint_eq(missing(&m, "b"), 1);
	heap_release(&h);
}
END_TEST

/* A byte does not hold them. */
START_TEST(many_are_exact)
{
	static const uint32_t counts[] = { 254, 255, 256, 257, 512, 70000,
					   REFCOUNT_FROZEN - 1,
					   REFCOUNT_FROZEN };
	CLEANUP(claims_missing_release) struct claims_missing m = { NULL };

	heap_init(&h);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		oid o = heap_add_object(&h, 16 * i + 16, 0);

		h.refcount[o] = counts[i];
	}
	m = count();
	for (oid o = 0; o + 1 < ARRAY_SIZE(counts); o++)
		ck_assert_uint_eq(claims_missing_of(&m, o), counts[o]);
	/* Immortal: nobody counts. */
	ck_assert_uint_eq(claims_missing_of(&m, ARRAY_SIZE(counts) - 1), 0);
	heap_release(&h);
}
END_TEST

START_TEST(not_counted)
{
	struct claims_missing m = { .nr = NULL };

	ck_assert(!claims_missing_any(&m, 3));
	ck_assert_uint_eq(claims_missing_of(&m, 3), 0);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, what_the_heap_has_is_not_missing);
	tcase_add_test(tc, roots_and_borrowed_references);
	tcase_add_test(tc, many_are_exact);
	tcase_add_test(tc, not_counted);
}
