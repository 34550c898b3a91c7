/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists that are sorted where they are seen. */
#include <stdlib.h>

#include "graph.h"
#include "suite.h"
#include "tui/browse/order.h"

const char suite_name[] = "order";

static int by_oid(const void *context, oid a, oid b)
{
	const uint32_t *key = context;

	return key[a] < key[b] ? -1 : key[a] > key[b];
}

START_TEST(lazy_order)
{
	enum { NR = 20000 };
	uint32_t *key = xcalloc(NR, sizeof(*key));
	struct oid_vec objects = VEC_INIT;
	struct order_list l;
	uint64_t state = 5;

	for (oid o = 0; o < NR; o++) {
		key[o] = o;
		oid_vec_push(&objects, o);
	}
	for (uint32_t i = NR; i > 1; i--) {
		uint32_t j = graph_rand(&state, i), k = key[i - 1];

		key[i - 1] = key[j];
		key[j] = k;
	}
	order_list_init(&l, &objects, by_oid, key);
	ck_assert_uint_eq(key[order_list_at(&l, NR - 1)], NR - 1);
	ck_assert_uint_eq(key[order_list_at(&l, 0)], 0);
	for (int i = 0; i < 1000; i++) {
		uint32_t at = graph_rand(&state, NR);

		ck_assert_uint_eq(key[order_list_at(&l, at)], at);
	}
	for (uint32_t i = 0; i < NR; i++)
		ck_assert_uint_eq(key[order_list_at(&l, i)], i);
	order_list_release(&l);
	free(key);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, lazy_order);
}
