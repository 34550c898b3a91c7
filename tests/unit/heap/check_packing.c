/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What columns are packed to, and the names that codes make. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "heap/capture/capture-format.h"
#include "heap/naming.h"
#include "suite.h"

/* --- packing --- */

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return *state >> (*state >> 58);
}

START_TEST(what_is_packed_comes_out)
{
	static const struct {
		enum packing packing;
		unsigned int width;
	} ways[] = {
		{ PACK_NONE, 1 }, { PACK_NONE, 8 }, { PACK_VARINT, 4 },
		{ PACK_VARINT, 8 }, { PACK_ZIGZAG, 8 }, { PACK_DELTA, 8 },
		{ PACK_ADDRESS, 8 }, { PACK_ID, 4 },
	};
	uint64_t state = (uint64_t)_i, in[64], out[64];

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		CLEANUP(packed_release) struct packed p = PACKED_INIT;
		uint64_t nr = next_random(&state) % 64;

		for (size_t j = 0; j < ARRAY_SIZE(in); j++)
			in[j] = next_random(&state);
		pack_column(ways[i].packing, ways[i].width, in, nr, &p);
		ck_assert(unpack_column(ways[i].packing, ways[i].width,
					p.bytes, p.len, out, nr));
		ck_assert_mem_eq(in, out, nr * ways[i].width);
		ck_assert(!unpack_column(ways[i].packing, ways[i].width,
					 p.bytes, p.len, out, nr + 1));
		if (nr)
			ck_assert(!unpack_column(ways[i].packing,
						 ways[i].width, p.bytes,
						 p.len - 1, out, nr));
	}
}
END_TEST

START_TEST(edges_and_codes_come_out)
{
	uint64_t state = (uint64_t)_i, start[20];
	uint32_t nr[20], edges[400], codes[400], out[2][400];
	CLEANUP(packed_release) struct packed p = PACKED_INIT;
	CLEANUP(packed_release) struct packed q = PACKED_INIT;
	struct pack_edges e = { 20, start, nr, edges, codes, 0 };

	for (int o = 0; o < 20; o++) {
		start[o] = e.nr_edges;
		nr[o] = (uint32_t)next_random(&state) % 20;
		e.nr_edges += nr[o];
	}
	for (int i = 0; i < 400; i++) {
		edges[i] = (uint32_t)next_random(&state);
		codes[i] = (uint32_t)next_random(&state) ^
			   (uint32_t)(i % NR_CODE_KINDS) << EDGE_ARG_BITS;
	}
	pack_codes(&e, &p);
	pack_edges(&e, &q);
	e.codes = out[0];
	e.edges = out[1];
	ck_assert(unpack_codes(&e, p.bytes, p.len));
	ck_assert(unpack_edges(&e, q.bytes, q.len));
	ck_assert_mem_eq(codes, out[0], e.nr_edges * 4);
	ck_assert_mem_eq(edges, out[1], e.nr_edges * 4);
}
END_TEST

/* --- a large dict --- */

#define NR_KEYS 400000

static uint32_t key_codes[2 * NR_KEYS];

static bool no_text(struct heap *h, oid o, struct str *ret)
{
	(void)h;
	(void)o;
	(void)ret;
	return false;
}

static const uint32_t *codes_of_keys(struct heap *h, oid o, uint32_t nr)
{
	(void)h;
	(void)o;
	(void)nr;
	return key_codes;
}

/* Values of keys that can't be written go by their place: each is found from
 * the one before, or this would take minutes. */
START_TEST(values_of_many_objects_are_named)
{
	const struct naming n = { .text = no_text, .codes = codes_of_keys };
	struct edge_name *names = xcalloc(2 * NR_KEYS, sizeof(*names));
	struct heap h;

	heap_init(&h);
	heap_type_vec_push(&h.types, (struct heap_type){
		.name = xstrdup("dict"), .object = OID_NONE,
		.flags = TYPE_IS_DICT, .subscript = SUBSCRIPT_PLAIN });
	heap_add_object(&h, 16, 0);
	heap_add_object(&h, 32, 0);
	h.edge_nr[0] = 2 * NR_KEYS;
	for (uint32_t i = 0; i < 2 * NR_KEYS; i++) {
		oid_vec_push(&h.edges, 1);
		key_codes[i] = edge_code(i % 2 ? CODE_KEY : CODE_VALUE_NEXT,
					 0);
	}
	naming_edges(&h, &n, 0, 0, 2 * NR_KEYS, names);
	for (uint32_t i = 0; i < NR_KEYS; i++) {
		char place[40];

		snprintf(place, sizeof(place), "))[%" PRIu32 "]", i);
		ck_assert_str_eq(names[2 * i].suffix, place);
		edge_name_release(&names[2 * i]);
		edge_name_release(&names[2 * i + 1]);
	}
	/* Some from the middle. */
	naming_edges(&h, &n, 0, 2 * 1000 + 1, 2, names);
	ck_assert_str_eq(names[1].suffix, "))[1001]");
	edge_name_release(&names[0]);
	edge_name_release(&names[1]);
	free(names);
	heap_release(&h);
}
END_TEST

static const uint32_t *codes_of_heap(struct heap *h, oid o, uint32_t nr)
{
	(void)nr;
	return key_codes + h->edge_start[o];
}

/* One value at a time, and of objects whose codes begin anywhere: this would
 * take minutes if the codes before it were counted each time. */
START_TEST(single_values_are_named)
{
	const uint32_t nr_codes[] = { 700, 2 * NR_KEYS - 5000, 4300 };
	struct naming_places places = { NULL, 0 };
	const struct naming n = { .text = no_text, .codes = codes_of_heap,
				  .places = &places };
	struct heap h;

	heap_init(&h);
	heap_type_vec_push(&h.types, (struct heap_type){
		.name = xstrdup("dict"), .object = OID_NONE,
		.flags = TYPE_IS_DICT, .subscript = SUBSCRIPT_PLAIN });
	for (oid o = 0; o < ARRAY_SIZE(nr_codes); o++) {
		heap_add_object(&h, 16 + 16 * o, 0);
		h.edge_start[o] = h.edges.nr;
		h.edge_nr[o] = nr_codes[o];
		for (uint32_t i = 0; i < nr_codes[o]; i++) {
			key_codes[h.edges.nr] =
				edge_code(i % 3 ? CODE_KEY : CODE_VALUE_NEXT,
					  0);
			oid_vec_push(&h.edges, 0);
		}
	}
	for (oid o = 0; o < ARRAY_SIZE(nr_codes); o++)
		for (uint32_t i = 0; i < nr_codes[o]; i += 3) {
			struct edge_name name;
			char place[40];

			snprintf(place, sizeof(place), "))[%" PRIu32 "]",
				 i / 3);
			naming_edges(&h, &n, o, i, 1, &name);
			ck_assert_str_eq(name.suffix, place);
			edge_name_release(&name);
		}
	naming_places_release(&places);
	heap_release(&h);
}
END_TEST

const char suite_name[] = "packing";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, what_is_packed_comes_out, 0, 50);
	tcase_add_loop_test(tc, edges_and_codes_come_out, 0, 50);
	tcase_add_test(tc, values_of_many_objects_are_named);
	tcase_add_test(tc, single_values_are_named);
}
