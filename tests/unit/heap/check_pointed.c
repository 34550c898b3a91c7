/* SPDX-License-Identifier: GPL-2.0-or-later */
/* References that are known by pointers in raw blocks. */
#include <string.h>

#include "graph.h"
#include "heap/heap.h"
#include "heap/naming.h"
#include "heap/pointed.h"
#include "suite.h"

const char suite_name[] = "pointed";

static struct heap h;

static void add(size_t nr, const struct heap_pointer *v, struct u32_vec *codes)
{
	CLEANUP(heap_pointer_vec_release) struct heap_pointer_vec all =
		VEC_INIT;

	for (size_t i = 0; i < nr; i++)
		heap_pointer_vec_push(&all, v[i]);
	heap_pointed_add(&h, &all, codes);
}

static void expect_edges(const char *from, const char *to)
{
	oid o = graph_oid(&h, from);
	struct heap_edges e = heap_edges(&h, o);

	ck_assert_uint_eq(e.nr, strlen(to));
	for (uint32_t i = 0; i < e.nr; i++)
		ck_assert_uint_eq(e.to[i],
				  graph_oid(&h, (char[]){ to[i], 0 }));
}

START_TEST(pointers_are_the_last_edges)
{
	oid a, b, c;

	graph_build(&h, "a->b a->c b->c c->a");
	a = graph_oid(&h, "a");
	b = graph_oid(&h, "b");
	c = graph_oid(&h, "c");
	h.unvisited[a] = 1;
	add(3, (struct heap_pointer[]){ { a, a, 8, 64 }, { a, b, 16, 64 },
					{ c, b, 0, 32 } }, NULL);
	expect_edges("a", "bcab");
	expect_edges("b", "c");
	expect_edges("c", "ab");
	ck_assert_uint_eq(h.edges.nr, 7);
	ck_assert_uint_eq(heap_nr_visited(&h, a), 1);
	ck_assert_uint_eq(heap_nr_visited(&h, c), 1);
	ck_assert_uint_eq(heap_pointed_nr(&h, a), 2);
	ck_assert_uint_eq(heap_pointed_nr(&h, b), 0);
	ck_assert_uint_eq(heap_pointed_nr(&h, c), 1);
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_int_eq(heap_is_pointed(&h, a, i), i >= 2);
	ck_assert(heap_pointed_fit(&h));
	heap_release(&h);
}
END_TEST

/* Codes of edges stay with their edges. */
START_TEST(codes_move_along)
{
	CLEANUP(u32_vec_release) struct u32_vec codes = VEC_INIT;
	oid a, b;

	graph_build(&h, "a->b b->a");
	a = graph_oid(&h, "a");
	b = graph_oid(&h, "b");
	u32_vec_push(&codes, 7);
	u32_vec_push(&codes, 9);
	add(1, &(struct heap_pointer){ a, b, 8, 64 }, &codes);
	ck_assert_uint_eq(codes.nr, 3);
	ck_assert_uint_eq(codes.v[h.edge_start[a]], 7);
	ck_assert_uint_eq(codes.v[h.edge_start[a] + 1], 0);
	ck_assert_uint_eq(codes.v[h.edge_start[b]], 9);
	heap_release(&h);
}
END_TEST

/* Edges lie in the order in which they were read, and an object without edges
 * begins where another one does, or nowhere. */
START_TEST(edges_in_any_order)
{
	static const uint64_t starts[] = { 3, 3, 0, 1, 1, 0 };
	static const uint32_t nrs[] = { 1, 0, 1, 2, 0, 0 };
	static const oid before[] = { 5, 4, 3, 2 };
	CLEANUP(u32_vec_release) struct u32_vec codes = VEC_INIT;

	heap_init(&h);
	for (uint64_t o = 0; o < ARRAY_SIZE(starts); o++)
		heap_add_object(&h, 16 * o + 16, 0);
	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		oid_vec_push(&h.edges, before[i]);
		u32_vec_push(&codes, 10 + before[i]);
	}
	memcpy(h.edge_start, starts, sizeof(starts));
	memcpy(h.edge_nr, nrs, sizeof(nrs));
	add(6, (struct heap_pointer[]){ { 0, 1, 8, 0 }, { 1, 0, 8, 0 },
					{ 1, 2, 24, 0 }, { 2, 2, 8, 0 },
					{ 4, 3, 8, 0 }, { 5, 5, 8, 0 } },
	    &codes);
	ck_assert_uint_eq(h.edges.nr, 10);
	ck_assert_uint_eq(codes.nr, 10);
	for (oid o = 0; o < h.nr_objects; o++) {
		static const char *const want[] = { "21", "02", "52",
						    "43", "3", "5" };
		struct heap_edges e = heap_edges(&h, o);

		ck_assert_uint_eq(e.nr, strlen(want[o]));
		ck_assert_uint_eq(h.unvisited[o], e.nr - nrs[o]);
		for (uint32_t i = 0; i < e.nr; i++) {
			uint32_t code = codes.v[h.edge_start[o] + i];

			ck_assert_uint_eq(e.to[i],
					  (uint32_t)(want[o][i] - '0'));
			ck_assert_uint_eq(code, i < nrs[o] ? 10 + e.to[i] : 0);
		}
	}
	ck_assert(heap_pointed_fit(&h));
	heap_release(&h);
}
END_TEST

/* Many pointers at equal distances take one range. */
START_TEST(ranges_have_their_places)
{
	struct heap_pointer v[12];
	const struct heap_pointed *p;
	oid a, b;

	graph_build(&h, "a->b");
	a = graph_oid(&h, "a");
	b = graph_oid(&h, "b");
	for (uint32_t i = 0; i < 12; i++)
		v[i] = (struct heap_pointer){ a, b, 16 + i * 24, 400 };
	v[11] = (struct heap_pointer){ a, b, 0, 48 };
	add(12, v, NULL);
	ck_assert_uint_eq(h.pointed.nr, 2);
	p = heap_pointed_find(&h, a, 1 + 10);
	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(p->first, 1);
	ck_assert_uint_eq(p->at + 10 * p->step, 16 + 10 * 24);
	ck_assert_uint_eq(p->size, 400);
	p = heap_pointed_find(&h, a, 12);
	ck_assert_uint_eq(p->size, 48);
	ck_assert_ptr_null(heap_pointed_find(&h, a, 0));
	ck_assert_ptr_null(heap_pointed_find(&h, a, 13));
	ck_assert_ptr_null(heap_pointed_find(&h, b, 0));
	heap_release(&h);
}
END_TEST

static const uint32_t *no_codes(struct heap *heap, oid o, uint32_t nr)
{
	static const uint32_t codes[8];

	(void)heap;
	(void)o;
	ck_assert_uint_le(nr, 8);
	return codes;
}

START_TEST(names_say_where_the_pointer_is)
{
	const struct naming naming = { .codes = no_codes };
	struct edge_name names[3];
	oid a, b;

	graph_build(&h, "a->b");
	a = graph_oid(&h, "a");
	b = graph_oid(&h, "b");
	add(2, (struct heap_pointer[]){ { a, b, 24, 64 }, { a, b, 40, 64 } },
	    NULL);
	naming_edges(&h, &naming, a, 0, 3, names);
	ck_assert_int_eq(names[0].kind, EDGE_UNKNOWN);
	ck_assert_int_eq(names[1].kind, EDGE_POINTED);
	ck_assert_str_eq(names[1].name, "at +0x18 of a block of 64 bytes");
	ck_assert_str_eq(names[2].name, "at +0x28 of a block of 64 bytes");
	ck_assert_uint_eq(names[2].number, 40);
	ck_assert_ptr_null(names[2].suffix);
	for (int i = 0; i < 3; i++)
		edge_name_release(&names[i]);
	heap_release(&h);
}
END_TEST

/* A file may say anything. */
START_TEST(ranges_that_do_not_fit)
{
	const struct heap_pointed wrong[][2] = {
		{ { .object = 2, .first = 1, .nr = 1 } },
		{ { .object = 0, .first = 0, .nr = 1 } },
		{ { .object = 0, .first = 2, .nr = 2 } },
		{ { .object = 0, .first = 4 } },
		{ { .object = 0, .first = 1, .nr = 2 },
		  { .object = 0, .first = 2, .nr = 1 } },
		{ { .object = 1, .first = 1 }, { .object = 0, .first = 1 } },
	};

	graph_build(&h, "a->b a->b a->b b->a");
	h.unvisited[0] = 2;
	ck_assert(heap_pointed_fit(&h));
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		h.pointed.nr = 0;
		heap_pointed_vec_push(&h.pointed, wrong[i][0]);
		if (wrong[i][1].first)
			heap_pointed_vec_push(&h.pointed, wrong[i][1]);
		ck_assert(!heap_pointed_fit(&h));
	}
	heap_release(&h);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, pointers_are_the_last_edges);
	tcase_add_test(tc, codes_move_along);
	tcase_add_test(tc, edges_in_any_order);
	tcase_add_test(tc, ranges_have_their_places);
	tcase_add_test(tc, names_say_where_the_pointer_is);
	tcase_add_test(tc, ranges_that_do_not_fit);
}
