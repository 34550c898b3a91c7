/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dicts of interned strings, in fake CPythons of every version.
 */
#include <check.h>
#include <stdio.h>

#include "fake-values.h"
#include "python/locate/interned.h"
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

const char suite_name[] = "interned";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, dicts_of_interned_strings, 0, fake_nr_rows);
	tcase_add_loop_test(tc, no_such_dict, 0, fake_nr_rows);
}
