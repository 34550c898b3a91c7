/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings and constants of a fake CPython, of each kind of version; and of one
 * that contradicts itself or whose memory is missing.
 */
#include <check.h>
#include <math.h>
#include <xxhash.h>

#include "python/values/text.h"
#include "suite.h"
#include "texts.h"

/* --- str --- */

static raddr latin(void)
{
	return fake_wide_str(&f, 1, (const uint8_t[]){ 'c', 'a', 'f', 0xe9 },
			     4);
}

static raddr euro(void)
{
	return fake_wide_str(&f, 2, (const uint16_t[]){ 0x20ac, '5' }, 2);
}

static raddr astral(void)
{
	return fake_wide_str(&f, 4, (const uint32_t[]){ 0x1f600, 'x' }, 2);
}

START_TEST(str_of_each_kind)
{
	fake_init(&f, fake_rows[_i]);
	expect_str(fake_str(&f, "hello"), 100, "hello", false);
	expect_str(fake_str(&f, ""), 100, "", false);
	expect_str(fake_loose_str(&f, "loose"), 100, "loose", false);
	expect_str(latin(), 100, "caf\xc3\xa9", false);
	expect_str(euro(), 100, "\xe2\x82\xac" "5", false);
	expect_str(astral(), 100, "\xf0\x9f\x98\x80x",
		  false);
	check_all();
}
END_TEST

START_TEST(str_is_cut_and_escaped)
{
	fake_init(&f, fake_rows[_i]);
	expect_str(fake_str(&f, "hello"), 5, "hello", false);
	expect_str(fake_str(&f, "hello"), 4, "hell", true);
	expect_str(astral(), 1, "\xf0\x9f\x98\x80", true);
	expect_str(fake_str(&f, "a\033[1mb\n"), 100, "a\\x1b[1mb\\n", false);
	/* A lone surrogate is no UTF-8. */
	expect_str(fake_wide_str(&f, 2, (const uint16_t[]){ 0xd800 }, 1), 100,
		  "\\ud800", false);
	check_all();
}
END_TEST

START_TEST(str_of_a_subclass)
{
	raddr type, obj;

	fake_init(&f, fake_rows[_i]);
	type = fake_type(&f, &(struct fake_type){
		.name = "app.Name", .base = f.py.known.str,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_UNICODE_SUBCLASS });
	obj = fake_loose_str(&f, "sub");
	fake_put(&f, obj, f.py.layout.object_type, type);
	expect_str(obj, 100, "sub", false);
	/* It is no literal: str() of it is not what it is. */
	expect_literal(obj, "-");
	check_all();
}
END_TEST

START_TEST(what_is_no_str)
{
	const struct layout *l = &f.py.layout;
	raddr obj;

	fake_init(&f, fake_rows[_i]);
	expect_no_str(0);
	expect_no_str(0x1000);
	expect_no_str(fake_int(&f, 1));
	/* 3 bytes a code point. */
	obj = fake_str(&f, "hello");
	fake_put32(&f, obj, l->str_state, UINT32_MAX);
	expect_no_str(obj);
	/* More than there is, and so much that the product overflows. */
	obj = fake_str(&f, "hello");
	fake_put(&f, obj, l->str_length, 1 << 20);
	expect_no_str(obj);
	obj = astral();
	fake_put(&f, obj, l->str_length, UINT64_C(1) << 62);
	expect_no_str(obj);
	obj = fake_loose_str(&f, "loose");
	fake_put(&f, obj, l->str_data, 0x1000);
	expect_no_str(obj);
	check_all();
}
END_TEST

START_TEST(str_equals_without_a_copy)
{
	raddr name, loose, empty, wide;

	fake_init(&f, fake_rows[_i]);
	name = fake_str(&f, "name");
	loose = fake_loose_str(&f, "name");
	empty = fake_str(&f, "");
	wide = euro();
	fake_ready(&f);
	ck_assert(text_equals(&f.py, name, "name"));
	ck_assert(text_equals(&f.py, loose, "name"));
	ck_assert(text_equals(&f.py, empty, ""));
	ck_assert(!text_equals(&f.py, name, "nam"));
	ck_assert(!text_equals(&f.py, name, "names"));
	ck_assert(!text_equals(&f.py, name, "game"));
	ck_assert(!text_equals(&f.py, wide, "\xac" "5"));
	ck_assert(!text_equals(&f.py, 0, ""));
	ck_assert(!text_equals(&f.py, 0x1000, ""));
	for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word); word++) {
		ck_assert(!text_equals(&f.py, name, "game"));
		fake_map_again(&f);
	}
	fake_release(&f);
}
END_TEST

/* Lengths that the target claims are not believed. */
static raddr with_length(raddr obj, uint32_t offset, uint64_t length)
{
	fake_put(&f, obj, offset, length);
	return obj;
}

static bool hashes(raddr obj, uint64_t room, uint64_t *ret)
{
	uint64_t left = room;
	bool known = text_hash(&f.py, obj, &left, ret);

	ck_assert(known ? left < room : left == room);
	return known;
}

/* Each byte counts, and so does the kind of text. */
START_TEST(texts_are_hashed_whole)
{
	raddr text, equal, loose, other, bytes, wide, none;
	uint64_t a, b;

	fake_init(&f, fake_rows[_i]);
	text = fake_str(&f, "begin and end");
	equal = fake_str(&f, "begin and end");
	loose = fake_loose_str(&f, "begin and end");
	other = fake_str(&f, "begin and enD");
	bytes = fake_bytes(&f, "begin and end", 13);
	wide = euro();
	none = fake_none(&f);
	fake_ready(&f);
	ck_assert(hashes(text, 13, &a));
	ck_assert_uint_eq(a, XXH3_64bits_withSeed("begin and end", 13, 1));
	ck_assert(hashes(equal, 100, &b));
	ck_assert_uint_eq(a, b);
	ck_assert(hashes(loose, 100, &b));
	ck_assert_uint_eq(a, b);
	ck_assert(hashes(other, 100, &b));
	ck_assert_uint_ne(a, b);
	ck_assert(hashes(bytes, 13, &b));
	ck_assert_uint_eq(b, XXH3_64bits("begin and end", 13));
	/* Two bytes a code point. */
	ck_assert(!hashes(wide, 3, &b));
	ck_assert(hashes(wide, 4, &b));
	ck_assert(!hashes(text, 12, &b));
	ck_assert(!hashes(bytes, 12, &b));
	ck_assert(!hashes(none, 100, &b));
	ck_assert(!hashes(0x1000, 100, &b));
	fake_release(&f);
}
END_TEST

START_TEST(texts_of_impossible_lengths_have_no_hash)
{
	const struct layout *l = &f.py.layout;
	raddr text, bytes;
	uint64_t hash;

	fake_init(&f, fake_rows[_i]);
	text = with_length(fake_str(&f, "text"), l->str_length, 1 << 20);
	bytes = with_length(fake_bytes(&f, "abc", 3), l->var_size,
			    UINT64_MAX);
	fake_ready(&f);
	ck_assert(!hashes(text, UINT64_MAX, &hash));
	ck_assert(!hashes(bytes, UINT64_MAX, &hash));
	fake_release(&f);
}
END_TEST

/* --- literals --- */

START_TEST(literals_of_strings)
{
	raddr long_str;

	fake_init(&f, fake_rows[_i]);
	expect_literal(fake_str(&f, "hello"), "'hello'");
	expect_literal(fake_str(&f, "it's a \\"), "'it\\'s a \\\\'");
	expect_literal(fake_str(&f, "tab\t"), "'tab\\t'");
	expect_literal(latin(), "'caf\xc3\xa9'");
	long_str = fake_str(&f, "0123456789012345678901234567890123456789"
			    "012345678901234567890123456789");
	expect_literal(long_str, "'0123456789012345678901234567890123456789"
		      "012345678901234567890123456789'");
	expect_scalar(long_str, 3, "'012'...");
	expect_literal(fake_bytes(&f, "a'\\\0\xff", 5), "b'a\\'\\\\\\x00\\xff'");
	expect_scalar(fake_bytes(&f, "abc", 3), 3, "b'abc'");
	expect_scalar(fake_bytes(&f, "abc", 3), 2, "b'ab'...");
	expect_literal(fake_bytes(&f, NULL, 0), "b''");
	check_all();
}
END_TEST

START_TEST(literals_of_ints)
{
	static const uint32_t three[] = { 0x3fffffff, 0, 5 };
	static const uint32_t many[65] = { [64] = 1 };

	fake_init(&f, fake_rows[_i]);
	expect_literal(fake_int(&f, 0), "0");
	expect_literal(fake_int(&f, 7), "7");
	expect_literal(fake_int(&f, -7), "-7");
	expect_literal(fake_int(&f, 1 << 30), "1073741824");
	expect_literal(fake_int(&f, -(INT64_C(1) << 59)),
		      "-576460752303423488");
	/* From three digits on in hexadecimal. */
	expect_literal(fake_big_int(&f, false, 3, three),
		      "0x500000003fffffff");
	expect_literal(fake_big_int(&f, true, 3, three),
		      "-0x500000003fffffff");
	expect_literal(fake_big_int(&f, false, 65, many), "-");
	expect_literal(fake_bool(&f, true), "True");
	expect_literal(fake_bool(&f, false), "False");
	expect_literal(fake_none(&f), "None");
	check_all();
}
END_TEST

START_TEST(literals_of_floats)
{
	fake_init(&f, fake_rows[_i]);
	expect_literal(fake_float(&f, 1.5), "1.5");
	expect_literal(fake_float(&f, -2), "-2.0");
	expect_literal(fake_float(&f, 1e300), "1e+300");
	expect_literal(fake_float(&f, 0.1), "0.1");
	expect_literal(fake_float(&f, INFINITY), "float('inf')");
	expect_literal(fake_float(&f, -INFINITY), "float('-inf')");
	expect_literal(fake_float(&f, NAN), "-");
	check_all();
}
END_TEST

START_TEST(literals_of_tuples)
{
	raddr one, two, items[65];

	fake_init(&f, fake_rows[_i]);
	one = fake_int(&f, 1);
	two = fake_str(&f, "two");
	expect_literal(fake_tuple(&f, 0, NULL), "()");
	expect_literal(fake_tuple(&f, 1, &one), "(1,)");
	expect_literal(fake_tuple(&f, 2, (const raddr[]){ one, two }),
		      "(1, 'two')");
	/* Not within one another, nor with what is no constant. */
	two = fake_tuple(&f, 1, &one);
	expect_literal(fake_tuple(&f, 1, &two), "-");
	two = fake_list(&f, 0, NULL);
	expect_literal(fake_tuple(&f, 1, &two), "-");
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		items[i] = one;
	expect_literal(fake_tuple(&f, 65, items), "-");
	expect_literal(fake_list(&f, 0, NULL), "-");
	expect_literal(0, "-");
	expect_literal(0x1000, "-");
	check_all();
}
END_TEST

/* Lengths that the target claims are not believed. */
START_TEST(constants_of_impossible_lengths)
{
	const struct layout *l = &f.py.layout;

	fake_init(&f, fake_rows[_i]);
	expect_literal(with_length(fake_bytes(&f, "abc", 3), l->var_size,
				   UINT64_MAX), "-");
	expect_literal(with_length(fake_bytes(&f, "abc", 3), l->var_size,
				   1 << 20), "-");
	expect_literal(with_length(fake_int(&f, 7), f.py.minor >= 12 ?
				   l->long_value : l->var_size, INT64_MAX),
		       "-");
	expect_literal(with_length(fake_tuple(&f, 0, NULL), l->var_size,
				   UINT64_MAX), "-");
	check_all();
}
END_TEST

/* --- texts of heap/naming.h --- */

START_TEST(constants_as_captures_keep_them)
{
	fake_init(&f, fake_rows[_i]);
	expect_constant(fake_str(&f, "abc"), "'abc'");
	expect_constant(fake_str(&f, "abcd"), "'abc'...");
	expect_constant(fake_int(&f, -12), "-12");
	expect_constant(fake_bytes(&f, "abcd", 4), "b'abc'...");
	expect_constant(fake_bool(&f, true), "True");
	expect_constant(fake_none(&f), "None");
	expect_constant(fake_float(&f, NAN), "-");
	expect_constant(fake_tuple(&f, 0, NULL), "-");
	/* The bits of the double, lowest byte first. */
	expect_constant(fake_float(&f, 0x1.2040608101215p+1),
			"~\x15\x12\x10\x08\x06\x04\x02\x40");
	check_all();
}
END_TEST

START_TEST(identifiers)
{
	ck_assert(text_is_identifier("name"));
	ck_assert(text_is_identifier("_Name9"));
	ck_assert(!text_is_identifier(""));
	ck_assert(!text_is_identifier("9name"));
	ck_assert(!text_is_identifier("a b"));
	ck_assert(!text_is_identifier("class"));
	ck_assert(!text_is_identifier("\xc3\xa9"));
	ck_assert(text_is_identifier("classes"));
}
END_TEST

const char suite_name[] = "text";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		str_of_each_kind, str_is_cut_and_escaped, str_of_a_subclass,
		what_is_no_str, str_equals_without_a_copy,
		texts_are_hashed_whole,
		texts_of_impossible_lengths_have_no_hash, literals_of_strings,
		literals_of_ints, literals_of_floats, literals_of_tuples,
		constants_of_impossible_lengths,
		constants_as_captures_keep_them,
	};

	tcase_add_test(tc, identifiers);
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
