/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collector's lists, over forged ones of every version with a GIL: what is
 * in them is loaded, and damaged lists end and are told.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fake-interpreter.h"
#include "fake-python.h"
#include "python/locate/gc.h"
#include "python/types/object-map.h"
#include "suite.h"

#define PER_GENERATION 3

struct scene {
	struct fake f;
	struct fake_interpreter in;
	raddr objects[3][PER_GENERATION];
};

static bool has_gil(int row)
{
	const char *name = fake_rows[row];

	return name[strlen(name) - 1] != 't';
}

static void build(struct scene *s, int row)
{
	*s = (struct scene){ 0 };
	fake_init(&s->f, fake_rows[row]);
	fake_interpreter(&s->f, 0, NULL, &s->in);
	for (unsigned int g = 0; g < 3; g++)
		for (unsigned int i = 0; i < PER_GENERATION; i++) {
			raddr list = fake_list(&s->f, 0, NULL);

			s->objects[g][i] = list;
			fake_track(&s->f, &s->in, g, list);
		}
}

static struct error *load(struct scene *s)
{
	fake_ready(&s->f);
	return gc_load(&s->f.py);
}

/* How many of the planted objects of a generation were loaded as such. */
static unsigned int nr_loaded(struct scene *s, unsigned int g)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < PER_GENERATION; i++) {
		oid o = object_map_find(&s->f.py, s->objects[g][i]);

		nr += o != OID_NONE && s->f.heap.generation[o] == g;
	}
	return nr;
}

START_TEST(objects_have_the_generation_of_their_list)
{
	struct error *err;
	struct scene s;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	/* _PyGCHead_FINALIZED, bit 0 of _gc_prev */
	fake_put(&s.f, s.objects[1][0] - 16, 8,
		 fake_word(&s.f, s.objects[1][0] - 16, 8) | 1);
	err = load(&s);
	ck_assert_ptr_null(err);
	for (unsigned int g = 0; g < 3; g++)
		ck_assert_uint_eq(nr_loaded(&s, g), PER_GENERATION);
	ck_assert_uint_eq(s.f.heap.nr_objects, 3 * PER_GENERATION);
	for (oid o = 0; o < s.f.heap.nr_objects; o++)
		ck_assert_int_eq(s.f.heap.flags[o] & OBJECT_FINALIZED,
				 s.f.heap.address[o] == s.objects[1][0]
					 ? OBJECT_FINALIZED : 0);
	ck_assert_uint_eq(s.f.py.torn, 0);
	ck_assert(!heap_is_partial(&s.f.heap));
	fake_release(&s.f);
}
END_TEST

START_TEST(the_state_of_the_collector_is_told)
{
	const struct heap_interpreter *hi;
	const struct layout *l;
	struct error *err;
	struct scene s;
	raddr garbage;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	l = &s.f.py.layout;
	garbage = fake_list(&s.f, 1, &s.f.py.known.none);
	fake_put(&s.f, s.in.gc, l->gc_garbage, garbage);
	fake_put32(&s.f, s.in.gc, l->gc_enabled, 1);
	err = load(&s);
	ck_assert_ptr_null(err);
	ck_assert_uint_eq(s.f.heap.interpreters.nr, 1);
	hi = &s.f.heap.interpreters.v[0];
	ck_assert(hi->gc_enabled);
	ck_assert(!hi->gc_collecting);
	ck_assert_int_eq(hi->garbage, 1);
	ck_assert_uint_eq(s.f.heap.address[hi->garbage_list], garbage);
	for (unsigned int g = 0; g < 3; g++) {
		ck_assert_int_eq(hi->generations[g].threshold, 700 + (int)g);
		ck_assert_int_eq(hi->generations[g].count, (int)g);
		ck_assert_uint_eq(hi->generations[g].objects, PER_GENERATION);
	}
	fake_release(&s.f);
}
END_TEST

/* What a generation did: one of struct gc_generation_stats. */
static void put_stats(struct scene *s, raddr at, uint64_t nr)
{
	const struct layout *l = &s->f.py.layout;
	const double duration = 0.5;
	uint64_t bits;

	fake_put(&s->f, at, l->stats_collections, nr);
	fake_put(&s->f, at, l->stats_collected, nr * 10);
	fake_put(&s->f, at, l->stats_uncollectable, nr * 100);
	if (l->stats_duration == LAYOUT_NONE)
		return;
	memcpy(&bits, &duration, sizeof(bits));
	fake_put(&s->f, at, l->stats_candidates, nr * 1000);
	fake_put(&s->f, at, l->stats_duration, bits);
}

/* Until 3.14 an array in the state, then rings, each with a byte for which is
 * the newest: returns where that of generation 0 is, or 0. */
static raddr put_all_stats(struct scene *s)
{
	const struct layout *l = &s->f.py.layout;
	raddr rings, ring;

	if (s->f.py.minor < 15) {
		for (unsigned int g = 0; g < 3; g++)
			put_stats(s, s->in.gc + l->gc_stats +
				  (raddr)g * l->stats_size, g + 1);
		return 0;
	}
	rings = fake_block(&s->f, l->stats_old + 2 * l->stats_old_size);
	fake_put(&s->f, s->in.gc, l->gc_stats, rings);
	for (unsigned int g = 0; g < 3; g++) {
		ring = g ? rings + l->stats_old +
			   (raddr)(g - 1) * l->stats_old_size :
			   rings + l->stats_young;
		fake_put8(&s->f, ring, g ? l->stats_old_index :
					   l->stats_young_index, 1);
		put_stats(s, ring, 77);
		put_stats(s, ring + l->stats_size, g + 1);
	}
	return rings + l->stats_young + l->stats_young_index;
}

START_TEST(what_the_collector_did_is_told)
{
	const struct heap_interpreter *hi;
	bool has_duration;
	struct error *err;
	struct scene s;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	put_all_stats(&s);
	err = load(&s);
	ck_assert_ptr_null(err);
	hi = &s.f.heap.interpreters.v[0];
	has_duration = s.f.py.layout.stats_duration != LAYOUT_NONE;
	ck_assert(hi->collections_known);
	ck_assert_int_eq(hi->durations_known, has_duration);
	for (int g = 0; g < 3; g++) {
		const struct heap_collections *c = &hi->generations[g].done;

		ck_assert_int_eq(c->nr, g + 1);
		ck_assert_int_eq(c->collected, 10 * (g + 1));
		ck_assert_int_eq(c->uncollectable, 100 * (g + 1));
		ck_assert_int_eq(c->candidates,
				 has_duration ? 1000 * (g + 1) : 0);
		ck_assert_int_eq(c->nanoseconds, has_duration ? 500000000 : 0);
	}
	fake_release(&s.f);
}
END_TEST

/* A count below 0, and an index that is none of the ring. */
START_TEST(statistics_that_cannot_be_are_unknown)
{
	struct error *err;
	struct scene s;
	raddr index;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	index = put_all_stats(&s);
	if (index)
		fake_put8(&s.f, index, 0, 0x7f);
	else
		fake_put(&s.f, s.in.gc, s.f.py.layout.gc_stats, UINT64_MAX);
	err = load(&s);
	ck_assert_ptr_null(err);
	ck_assert(!s.f.heap.interpreters.v[0].collections_known);
	ck_assert(!s.f.heap.interpreters.v[0].durations_known);
	/* A capture of them would be taken for damaged. */
	for (int g = 0; g < 3; g++)
		ck_assert_mem_eq(
			&s.f.heap.interpreters.v[0].generations[g].done,
			&(struct heap_collections){ 0 },
			sizeof(struct heap_collections));
	fake_release(&s.f);
}
END_TEST

/* A link leads to nowhere: the rest is found from the list's end. */
START_TEST(a_broken_list_is_walked_from_both_ends)
{
	struct error *err;
	struct scene s;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	fake_put(&s.f, s.objects[0][0] - 16, 0, 0x4444440);
	err = load(&s);
	ck_assert_ptr_null(err);
	ck_assert_uint_eq(nr_loaded(&s, 0), PER_GENERATION);
	ck_assert_uint_ne(s.f.py.torn, 0);
	ck_assert(heap_is_partial(&s.f.heap));
	ck_assert_uint_eq(s.f.heap.info.warnings.nr, 1);
	fake_release(&s.f);
}
END_TEST

START_TEST(a_list_that_runs_in_a_circle_ends)
{
	struct error *err;
	struct scene s;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	fake_put(&s.f, s.objects[2][2] - 16, 0, s.objects[2][1] - 16);
	err = load(&s);
	ck_assert_ptr_null(err);
	ck_assert_uint_eq(nr_loaded(&s, 2), PER_GENERATION);
	ck_assert(heap_is_partial(&s.f.heap));
	fake_release(&s.f);
}
END_TEST

START_TEST(a_node_that_is_no_object_is_passed_over)
{
	struct error *err;
	struct scene s;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	fake_put(&s.f, s.objects[1][1], s.f.py.layout.object_type,
		 s.objects[1][0]);
	err = load(&s);
	ck_assert_ptr_null(err);
	ck_assert_uint_eq(nr_loaded(&s, 1), PER_GENERATION - 1);
	ck_assert(heap_is_partial(&s.f.heap));
	fake_release(&s.f);
}
END_TEST

START_TEST(links_that_do_not_agree_are_an_error)
{
	struct error *err;
	struct scene s;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	for (unsigned int g = 0; g < 3; g++) {
		fake_put(&s.f, s.in.heads[g], 0, s.f.py.known.none);
		fake_put(&s.f, s.in.heads[g], 8, s.f.py.known.none);
	}
	err = load(&s);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_CORRUPT);
	error_free(err);
	fake_release(&s.f);
}
END_TEST

/* Debian's 3.13 has the generations 4 bytes before all others. */
START_TEST(shifted_generations_are_found)
{
	struct error *err;
	struct scene s;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	if (s.f.py.layout.gc_generations == LAYOUT_NONE) {
		fake_release(&s.f);
		return;
	}
	s.f.py.layout.gc_generations += 4;
	err = load(&s);
	ck_assert_ptr_null(err);
	for (unsigned int g = 0; g < 3; g++)
		ck_assert_uint_eq(nr_loaded(&s, g), PER_GENERATION);
	fake_release(&s.f);
}
END_TEST

START_TEST(a_collection_that_runs_is_told)
{
	struct error *err;
	struct scene s;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	fake_put32(&s.f, s.in.gc, s.f.py.layout.gc_collecting, 1);
	err = load(&s);
	ck_assert_ptr_null(err);
	ck_assert(s.f.heap.interpreters.v[0].gc_collecting);
	ck_assert_uint_eq(s.f.heap.info.warnings.nr, 1);
	fake_release(&s.f);
}
END_TEST

static bool is_planted(const struct scene *s, raddr addr)
{
	for (unsigned int g = 0; g < 3; g++)
		for (unsigned int i = 0; i < PER_GENERATION; i++)
			if (s->objects[g][i] == addr)
				return true;
	return false;
}

/* What is loaded then was planted; an error says that lists are damaged. */
static void check_without(struct scene *s)
{
	struct error *err = gc_load(&s->f.py);
	unsigned int nr_wrong = 0;

	if (err)
		ck_assert_int_eq(err->code, ERR_CORRUPT);
	error_free(err);
	for (oid o = 0; o < s->f.heap.nr_objects; o++)
		nr_wrong += !is_planted(s, s->f.heap.address[o]);
	ck_assert_uint_eq(nr_wrong, 0);
}

/* The memory behind each word of the planted objects is not there. */
START_TEST(missing_memory_harms_nobody)
{
	struct scene s;
	size_t first;

	if (!has_gil(_i))
		return;
	build(&s, _i);
	first = s.f.blocks.nr - 2 * 3 * PER_GENERATION;
	fake_ready(&s.f);
	for (uint64_t word = 0; fake_unmap(&s.f, first, word); word++) {
		check_without(&s);
		fake_restart(&s.f);
		fake_map_again(&s.f);
	}
	check_without(&s);
	ck_assert_uint_eq(s.f.heap.nr_objects, 3 * PER_GENERATION);
	fake_release(&s.f);
}
END_TEST

const char suite_name[] = "gc";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, objects_have_the_generation_of_their_list, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, the_state_of_the_collector_is_told, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, what_the_collector_did_is_told, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, statistics_that_cannot_be_are_unknown, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, a_broken_list_is_walked_from_both_ends, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, a_list_that_runs_in_a_circle_ends, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, a_node_that_is_no_object_is_passed_over, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, links_that_do_not_agree_are_an_error, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, shifted_generations_are_found, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, a_collection_that_runs_is_told, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, missing_memory_harms_nobody, 0, fake_nr_rows);
}
