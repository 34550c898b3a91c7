/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dicts of interned strings, and the strings themselves, in fake CPythons
 * of every version.
 */
#include <check.h>
#include <stdio.h>

#include "fake-values.h"
#include "base/alloc.h"
#include "python/objects/interned.h"
#include "python/objects/interned-strs.h"
#include "python/types/object-map.h"
#include "suite.h"

#define NR 8			/* strings; fewer are no proof */
#define STATE_OF_INTERNED 1

static struct fake f;

/* A dict that maps strings to themselves, in a table with room for 128. */
static raddr make_dict(unsigned int nr, bool interned, raddr odd_value)
{
	raddr pairs[2 * NR];
	char text[16];

	for (unsigned int i = 0; i < nr; i++) {
		raddr s;

		snprintf(text, sizeof(text), "text %u", i);
		s = fake_str(&f, text);
		if (interned)
			fake_put32(&f, s, f.py.layout.str_state,
				   (uint32_t)fake_word(&f, s,
					f.py.layout.str_state) |
				   STATE_OF_INTERNED);
		pairs[2 * i] = s;
		pairs[2 * i + 1] = i == nr - 1 && odd_value ? odd_value : s;
	}
	return fake_dict(&f, nr, pairs, false);
}

/* A file's data with these words; the type of types is in that file. */
static void check_search(const raddr *words, unsigned int nr, raddr expected)
{
	raddr data = fake_block(&f, 8 * (uint64_t)nr);
	struct module file = { .start = f.py.known.type, .end = data };

	for (unsigned int i = 0; i < nr; i++)
		fake_put(&f, data, 8 * i, words[i]);
	fake_ready(&f);
	if (file.end < file.start)
		file.end = file.start + 1;
	module_vec_push(&f.target.modules, file);
	interned_find(&f.py);
	ck_assert_uint_eq(f.py.interned.nr, expected != 0);
	if (expected)
		ck_assert_uint_eq(f.py.interned.v[0], expected);
	module_vec_release(&f.target.modules);
	fake_release(&f);
}

START_TEST(dicts_of_interned_strings)
{
	raddr good, odd, plain, few, state;

	fake_init(&f, fake_rows[_i]);
	if (f.py.minor >= 12) {
		state = fake_block(&f, f.py.layout
				   .interp_cached_interned_strings + 8);
		good = fake_dict(&f, 0, NULL, false);
		fake_put(&f, state, f.py.layout.interp_cached_interned_strings,
			 good);
		fake_ready(&f);
		interpreter_vec_push(&f.py.interpreters,
				     (struct interpreter){ .address = state });
		interned_find(&f.py);
		ck_assert_uint_eq(f.py.interned.nr, 1);
		ck_assert_uint_eq(f.py.interned.v[0], good);
		interpreter_vec_release(&f.py.interpreters);
		fake_release(&f);
		return;
	}
	good = make_dict(NR, true, 0);
	odd = make_dict(NR, true, f.py.known.none);
	plain = make_dict(NR, false, 0);
	few = make_dict(NR - 1, true, 0);
	check_search((raddr[]){ 0, 7, f.py.known.none, odd, plain, few, good },
		     7, good);
}
END_TEST

START_TEST(no_such_dict)
{
	raddr odd, plain;

	fake_init(&f, fake_rows[_i]);
	if (f.py.minor >= 12) {
		fake_release(&f);
		return;
	}
	odd = make_dict(NR, true, f.py.known.none);
	plain = make_dict(NR, false, 0);
	check_search((raddr[]){ 1, odd, plain }, 3, 0);
}
END_TEST

static raddr make_str(unsigned int state)
{
	raddr s = fake_str(&f, "text");
	uint32_t at = f.py.layout.str_state;

	fake_put8(&f, s, at, (uint8_t)(fake_word(&f, s, at) | state));
	return s;
}

static oid note(struct interned_strs *found, raddr str, uint64_t size)
{
	oid o = object_map_add(&f.py, str);

	f.heap.size[o] = size;
	interned_strs_note(&f.py, o, found);
	return o;
}

static void expect_interned(enum heap_interning which, uint64_t nr,
			    uint64_t size, uint64_t bytes)
{
	const struct heap_interned *of = &f.heap.info.interned[which];

	ck_assert(f.heap.info.interned_known);
	ck_assert_uint_eq(of->nr, nr);
	ck_assert_uint_eq(of->size, size);
	ck_assert_uint_eq(of->bytes, bytes);
}

static void check_states(void)
{
	CLEANUP(interned_strs_release) struct interned_strs found = { 0 };
	raddr strs[4];

	for (unsigned int state = 0; state < 4; state++)
		strs[state] = make_str(state);
	fake_ready(&f);
	for (unsigned int state = 0; state < 4; state++)
		note(&found, strs[state], 10u << state);
	interned_strs_sum(&found, &f.heap);
	expect_interned(INTERNED_MORTAL, 1, 20, 20);
	expect_interned(INTERNED_IMMORTAL, 2, 40 + 80, 40 + 80);
	fake_release(&f);
}

START_TEST(strings_are_counted_by_what_they_say)
{
	fake_init(&f, fake_rows[_i]);
	check_states();
}
END_TEST

/* Without a GIL, 3.14 and later have the state in a byte of its own. */
START_TEST(the_state_may_have_a_byte_of_its_own)
{
	fake_init(&f, "3.13.5t");
	f.py.minor = 14;
	check_states();
}
END_TEST

START_TEST(bytes_are_those_of_the_allocator)
{
	CLEANUP(interned_strs_release) struct interned_strs found = { 0 };
	raddr mortal, immortal;

	fake_init(&f, fake_rows[_i]);
	mortal = make_str(1);
	immortal = make_str(2);
	fake_ready(&f);
	note(&found, mortal, 50);
	note(&found, immortal, 60);
	f.heap.bytes = xcalloc(f.heap.nr_objects, sizeof(*f.heap.bytes));
	f.heap.bytes[object_map_find(&f.py, mortal)] = 64;
	interned_strs_sum(&found, &f.heap);
	expect_interned(INTERNED_MORTAL, 1, 50, 64);
	/* A static one is in no block. */
	expect_interned(INTERNED_IMMORTAL, 1, 60, 0);
	fake_release(&f);
}
END_TEST

/* Its head is not all in memory. */
START_TEST(a_string_that_is_not_there_is_none)
{
	CLEANUP(interned_strs_release) struct interned_strs found = { 0 };
	raddr str;
	oid o;

	fake_init(&f, fake_rows[_i]);
	str = make_str(1);
	fake_ready(&f);
	o = object_map_add(&f.py, str);
	f.heap.address[o] = 8;
	interned_strs_note(&f.py, o, &found);
	f.heap.address[o] = UINT64_MAX - 8;
	interned_strs_note(&f.py, o, &found);
	interned_strs_sum(&found, &f.heap);
	expect_interned(INTERNED_MORTAL, 0, 0, 0);
	expect_interned(INTERNED_IMMORTAL, 0, 0, 0);
	f.heap.address[o] = str;
	fake_release(&f);
}
END_TEST

const char suite_name[] = "interned";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, dicts_of_interned_strings, 0, fake_nr_rows);
	tcase_add_loop_test(tc, no_such_dict, 0, fake_nr_rows);
	tcase_add_loop_test(tc, strings_are_counted_by_what_they_say, 0,
			    fake_nr_rows);
	tcase_add_test(tc, the_state_may_have_a_byte_of_its_own);
	tcase_add_loop_test(tc, bytes_are_those_of_the_allocator, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, a_string_that_is_not_there_is_none, 0,
			    fake_nr_rows);
}
