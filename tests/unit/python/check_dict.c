/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dicts of fake CPythons: what is in them, in what order, and how large they
 * are; and those that can't be.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fake-values.h"
#include "python/objects/size.h"
#include "python/state/words.h"
#include "python/values/dict.h"
#include "suite.h"

static struct fake f;

/* a: 1, b: deleted, c: 3 */
static raddr pairs[6];

static void begin(int row)
{
	fake_init(&f, fake_rows[row]);
	pairs[0] = fake_str(&f, "a");
	pairs[1] = fake_int(&f, 1);
	pairs[2] = fake_str(&f, "b");
	pairs[3] = 0;
	pairs[4] = fake_str(&f, "c");
	pairs[5] = fake_int(&f, 3);
}

/* The entries that `it` gives from now on are those of `expected`. */
static void check_entries(struct dict_iter *it, size_t nr,
			  const raddr *expected)
{
	raddr key = 0, value = 0;

	for (size_t i = 0; i < nr; i++) {
		ck_assert(dict_iter_next(it, &key, &value));
		ck_assert_uint_eq(key, expected[2 * i]);
		ck_assert_uint_eq(value, expected[2 * i + 1]);
	}
	ck_assert(!dict_iter_next(it, &key, &value));
	ck_assert(!dict_iter_next(it, &key, &value));
}

static void check_keys(struct dict_iter *it, size_t nr, const raddr *expected)
{
	raddr key = 0;

	for (size_t i = 0; i < nr; i++) {
		ck_assert(dict_iter_next_key(it, &key));
		ck_assert_uint_eq(key, expected[i]);
	}
	ck_assert(!dict_iter_next_key(it, &key));
}

static void check_combined(bool general)
{
	const raddr there[] = { pairs[0], pairs[1], pairs[4], pairs[5] };
	const raddr keys[] = { pairs[0], pairs[2], pairs[4] };
	raddr dict = fake_dict(&f, 3, pairs, general);
	struct dict_iter it;

	fake_ready(&f);
	ck_assert(dict_iter_init(&f.py, dict, &it));
	ck_assert_int_eq(it.general, general);
	ck_assert(!it.values && !it.embedded);
	ck_assert_uint_eq(it.dict, dict);
	check_entries(&it, 2, there);
	ck_assert(dict_iter_init(&f.py, dict, &it));
	check_keys(&it, 3, keys);
	ck_assert(dict_iter_init_keys(&f.py, it.keys, &it));
	check_keys(&it, 3, keys);
	ck_assert_int_eq(dict_length(&f.py, dict), 2);
}

START_TEST(entries_with_keys_of_any_type)
{
	begin(_i);
	check_combined(true);
	fake_release(&f);
}
END_TEST

START_TEST(entries_with_str_keys)
{
	begin(_i);
	check_combined(false);
	fake_release(&f);
}
END_TEST

START_TEST(values_of_a_split_table)
{
	raddr values[3], keys, dict, there[4];
	struct dict_iter it;

	begin(_i);
	values[0] = fake_int(&f, 10);
	values[1] = 0;
	values[2] = fake_int(&f, 30);
	keys = fake_dict_keys(&f, 3, pairs, false);
	dict = fake_split_dict(&f, keys, 3, values);
	there[0] = pairs[0];
	there[1] = values[0];
	there[2] = pairs[4];
	there[3] = values[2];
	fake_ready(&f);
	ck_assert(dict_iter_init(&f.py, dict, &it));
	check_entries(&it, 2, there);
	ck_assert_int_eq(dict_length(&f.py, dict), 2);
	ck_assert_uint_eq(dict_get(&f.py, dict, "a"), values[0]);
	ck_assert_uint_eq(dict_get(&f.py, dict, "b"), 0);
	fake_release(&f);
}
END_TEST

/* The table has got more keys since the instance got its values. */
START_TEST(values_of_an_instance)
{
	raddr values[2], keys, array, there[2];
	struct dict_iter it;

	begin(_i);
	values[0] = fake_int(&f, 10);
	values[1] = 0;
	array = fake_block(&f, 16);
	fake_put_bytes(&f, array, values, 16);
	keys = fake_dict_keys(&f, 3, pairs, false);
	there[0] = pairs[0];
	there[1] = values[0];
	fake_ready(&f);
	ck_assert(dict_iter_init_split(&f.py, keys, array, 2, &it));
	check_entries(&it, 1, there);
	ck_assert(dict_iter_init_split(&f.py, keys, array, 1, &it));
	check_entries(&it, 1, there);
	/* There are three keys, but not three values. */
	ck_assert(!dict_iter_init_split(&f.py, keys, array, 99, &it));
	ck_assert(!dict_iter_init_split(&f.py, keys, 0x1000, 2, &it));
	ck_assert(!dict_iter_init_split(&f.py, 0, array, 2, &it));
	ck_assert(!dict_iter_init_split(&f.py, 0x1000, array, 2, &it));
	fake_release(&f);
}
END_TEST

/* 3.13 and later say how many values there are, and whose they are. */
START_TEST(values_have_a_capacity)
{
	const struct layout *l = &f.py.layout;
	raddr values[3], dict, there[2];
	struct dict_iter it;

	begin(_i);
	if (l->values_capacity == LAYOUT_NONE) {
		fake_ready(&f);
		fake_release(&f);
		return;
	}
	values[0] = values[1] = values[2] = fake_int(&f, 10);
	dict = fake_split_dict(&f, fake_dict_keys(&f, 3, pairs, false), 3,
			       values);
	there[0] = pairs[0];
	there[1] = values[0];
	fake_put8(&f, fake_word(&f, dict, l->dict_values), l->values_capacity,
		  1);
	fake_put8(&f, fake_word(&f, dict, l->dict_values), l->values_embedded,
		  1);
	fake_ready(&f);
	ck_assert(dict_iter_init(&f.py, dict, &it));
	ck_assert(it.embedded);
	check_entries(&it, 1, there);
	fake_release(&f);
}
END_TEST

START_TEST(values_are_found_by_their_name)
{
	raddr dict;

	begin(_i);
	dict = fake_dict(&f, 3, pairs, false);
	fake_ready(&f);
	ck_assert_uint_eq(dict_get(&f.py, dict, "a"), pairs[1]);
	ck_assert_uint_eq(dict_get(&f.py, dict, "c"), pairs[5]);
	ck_assert_uint_eq(dict_get(&f.py, dict, "b"), 0);
	ck_assert_uint_eq(dict_get(&f.py, dict, "aa"), 0);
	ck_assert_uint_eq(dict_get(&f.py, 0, "a"), 0);
	ck_assert_uint_eq(dict_get(&f.py, 0x1000, "a"), 0);
	fake_release(&f);
}
END_TEST

/* --- what can't be --- */

static raddr dict_with(uint32_t offset, uint64_t value)
{
	raddr dict = fake_dict(&f, 3, pairs, true);

	fake_put_if(&f, fake_word(&f, dict, f.py.layout.dict_keys), offset,
		    value);
	return dict;
}

static bool is_refused(raddr dict)
{
	struct dict_iter it;

	return !dict_iter_init(&f.py, dict, &it);
}

START_TEST(impossible_tables_are_refused)
{
	const struct layout *l = &f.py.layout;
	raddr many, far, away, wide = 0, half = 0;

	begin(_i);
	/* So many that they take 8 bytes modulo 2^64; more than there are. */
	many = dict_with(l->keys_nentries, UINT64_MAX / 24 + 1);
	far = dict_with(l->keys_nentries, 100000);
	away = fake_dict(&f, 3, pairs, true);
	fake_put(&f, away, l->dict_keys, 0x1000);
	if (f.py.minor < 11) {
		wide = dict_with(l->keys_size, UINT64_C(1) << 62);
		half = dict_with(l->keys_size, 100000);
	} else {
		wide = fake_dict(&f, 3, pairs, true);
		fake_put8(&f, fake_word(&f, wide, l->dict_keys),
			  l->keys_log2_index_bytes, 255);
		half = fake_dict(&f, 3, pairs, true);
		fake_put8(&f, fake_word(&f, half, l->dict_keys),
			  l->keys_log2_index_bytes, 40);
	}
	fake_ready(&f);
	ck_assert(is_refused(many));
	ck_assert(is_refused(far));
	ck_assert(is_refused(away));
	ck_assert(is_refused(wide));
	ck_assert(is_refused(half));
	ck_assert(is_refused(0));
	ck_assert(is_refused(0x1000));
	fake_release(&f);
}
END_TEST

static bool is_pair(raddr key, raddr value)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i += 2)
		if (pairs[i] == key && pairs[i + 1] == value)
			return true;
	return false;
}

/* Each word of it in turn is not there: what is found is right. */
START_TEST(missing_memory_makes_no_entries)
{
	raddr dicts[3], values[3];

	begin(_i);
	values[0] = pairs[1];
	values[1] = 0;
	values[2] = pairs[5];
	dicts[0] = fake_dict(&f, 3, pairs, true);
	dicts[1] = fake_dict(&f, 3, pairs, false);
	dicts[2] = fake_split_dict(&f, fake_dict_keys(&f, 3, pairs, false), 3,
				   values);
	fake_ready(&f);
	for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word); word++) {
		for (size_t i = 0; i < ARRAY_SIZE(dicts); i++) {
			struct dict_iter it;
			raddr key, value;

			if (!dict_iter_init(&f.py, dicts[i], &it))
				continue;
			while (dict_iter_next(&it, &key, &value))
				ck_assert(is_pair(key, value));
			value = dict_get(&f.py, dicts[i], "c");
			ck_assert(!value || value == pairs[5]);
		}
		fake_map_again(&f);
	}
	fake_release(&f);
}
END_TEST

/* --- sizes --- */

static uint64_t size(raddr obj)
{
	return size_of(&f.py, fake_pytype(&f, obj), obj);
}

/* A PyGC_Head, which free-threaded builds don't have. */
static uint64_t head(void)
{
	return f.py.free_threaded ? 0 : 16;
}

/* Eight indices of a byte, room for five entries. */
START_TEST(sizes_of_dicts)
{
	const struct layout *l = &f.py.layout;
	raddr general, names, keys, split, values[3] = { 0 };
	uint64_t entry;

	begin(_i);
	general = fake_dict(&f, 3, pairs, true);
	names = fake_dict(&f, 3, pairs, false);
	keys = fake_dict_keys(&f, 3, pairs, false);
	/* Shared: its size is that of nobody's dict. */
	fake_put(&f, keys, l->keys_refcount, 2);
	split = fake_split_dict(&f, keys, 3, values);
	fake_ready(&f);
	entry = f.py.minor >= 11 ? 16 : 24;
	ck_assert_uint_eq(size(general), head() + 48 + l->keys_indices + 8 +
			  5 * 24);
	ck_assert_uint_eq(size(names), head() + 48 + l->keys_indices + 8 +
			  5 * entry);
	/* 3.11 and later: a value for each key that can be added, too. */
	ck_assert_uint_eq(size(split), head() + 48 +
			  (f.py.minor >= 11 ? 8 : 5) * 8);
	fake_release(&f);
}
END_TEST

START_TEST(sizes_of_plain_objects)
{
	const struct layout *l = &f.py.layout;
	raddr zero, one, str, wide, loose, bytes, tuple, list, item;

	begin(_i);
	zero = fake_int(&f, 0);
	one = fake_int(&f, 1);
	str = fake_str(&f, "hello");
	wide = fake_wide_str(&f, 2, (const uint16_t[]){ 0x20ac }, 1);
	loose = fake_loose_str(&f, "hello");
	bytes = fake_bytes(&f, "abc", 3);
	item = one;
	tuple = fake_tuple(&f, 1, &item);
	list = fake_list(&f, 1, &item);
	fake_ready(&f);
	/* Since 3.11 the one digit of 0 is counted. */
	ck_assert_uint_eq(size(zero),
			  l->long_digit + (f.py.minor >= 11 ? 4 : 0));
	ck_assert_uint_eq(size(one), l->long_digit + 4);
	ck_assert_uint_eq(size(str), l->ascii_size + 6);
	ck_assert_uint_eq(size(wide), l->compact_size + 4);
	ck_assert_uint_eq(size(loose), l->str_size + 6);
	ck_assert_uint_eq(size(bytes), 33 + 3);
	ck_assert_uint_eq(size(tuple), head() + 24 + 8);
	ck_assert_uint_eq(size(list), head() + 40 + 8);
	ck_assert_uint_eq(size(fake_none(&f)), 16);
	fake_release(&f);
}
END_TEST

/* A managed dict is in front of the object. */
START_TEST(sizes_of_instances)
{
	raddr plain, slots, managed;

	begin(_i);
	plain = fake_type(&f, &(struct fake_type){
		.name = "app.Plain", .flags = TPFLAG_HEAPTYPE,
		.basicsize = 24 });
	slots = fake_type(&f, &(struct fake_type){
		.name = "app.Slots", .basicsize = 32, .itemsize = 0,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC });
	managed = fake_type(&f, &(struct fake_type){
		.name = "app.Managed", .basicsize = 16,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC |
			 TPFLAG_MANAGED_DICT });
	plain = fake_object(&f, plain, 24);
	slots = fake_object(&f, slots, 32);
	managed = fake_object(&f, managed, 16);
	fake_ready(&f);
	ck_assert_uint_eq(size(plain), 24);
	ck_assert_uint_eq(size(slots), head() + 32);
	ck_assert_uint_eq(size(managed), head() + 16 +
			  (f.py.minor >= 11 ? 16 : 0));
	fake_release(&f);
}
END_TEST

/* A layout may be the target's word: no member is read behind its struct. */
START_TEST(words_of_a_struct_end_with_it)
{
	raddr dict, keys;
	struct words w;

	begin(_i);
	dict = fake_dict(&f, 3, pairs, false);
	fake_ready(&f);
	keys = word_at(&f.py, dict, f.py.layout.dict_keys);
	w = words_at(&f.py, dict, f.py.layout.dict_keys + 8);
	ck_assert_uint_ne(w.len, 0);
	ck_assert_uint_eq(words_get(w, f.py.layout.dict_keys), keys);
	ck_assert_uint_eq(words_get(w, f.py.layout.dict_keys + 1), 0);
	ck_assert_uint_eq(words_get(w, LAYOUT_NONE), 0);
	ck_assert_uint_eq(words_byte(w, f.py.layout.dict_keys),
			  keys & 0xff);
	ck_assert_uint_eq(words_byte(w, w.len), 0);
	ck_assert_uint_eq(words_byte(w, LAYOUT_NONE), 0);
	w = words_at(&f.py, 0, 8);
	ck_assert_uint_eq(w.len, 0);
	ck_assert_uint_eq(words_get(w, 0), 0);
	ck_assert_uint_eq(words_byte(w, 0), 0);
	fake_release(&f);
}
END_TEST

const char suite_name[] = "dict";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		entries_with_keys_of_any_type, entries_with_str_keys,
		values_of_a_split_table, values_of_an_instance,
		values_have_a_capacity, values_are_found_by_their_name,
		impossible_tables_are_refused,
		missing_memory_makes_no_entries, sizes_of_dicts,
		sizes_of_plain_objects, sizes_of_instances,
		words_of_a_struct_end_with_it,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
