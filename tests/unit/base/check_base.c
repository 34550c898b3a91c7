/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory, strings, errors, vectors and amounts. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/quantity.h"
#include "base/queue.h"
#include "base/search.h"
#include "base/str.h"
#include "base/vec.h"
#include "suite.h"

/* --- memory --- */

START_TEST(alloc_gives_memory_of_that_size)
{
	uint8_t *zeros = xcalloc(3, 5), *none = xcalloc(0, 8);
	uint32_t *array = xreallocarray(NULL, 2, sizeof(*array));
	CLEANUP(freep) char *text = xasprintf("%d %s", 7, "x");
	CLEANUP(freep) char *copy = xstrdup("copy");
	CLEANUP(freep) char *part = xstrndup("copy", 2);

	for (size_t i = 0; i < 15; i++)
		ck_assert_uint_eq(zeros[i], 0);
	array[1] = 9;
	array = xreallocarray(array, 1000, sizeof(*array));
	ck_assert_uint_eq(array[1], 9);
	ck_assert_str_eq(text, "7 x");
	ck_assert_str_eq(copy, "copy");
	ck_assert_str_eq(part, "co");
	free(array);
	free(none);
	free(zeros);
}
END_TEST

/* Each of these exits with status 3. */
START_TEST(alloc_ends_the_program)
{
	size_t huge = PTRDIFF_MAX;

	switch (_i) {
	case 0:
		free(xmalloc(huge));
		break;
	case 1:
		free(xcalloc(huge, 4));
		break;
	case 2:
		free(xreallocarray(NULL, SIZE_MAX / 4, 8));
		break;
	case 3: {
		struct u64_vec v = VEC_INIT;

		u64_vec_reserve(&v, SIZE_MAX / 2);
		break;
	}
	case 4:
		out_of_memory();
	}
}
END_TEST

START_TEST(closep_closes_once)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), none = -1;
	int number = fd;

	ck_assert_int_ge(fd, 0);
	closep(&none);
	closep(&fd);
	ck_assert_int_eq(fcntl(number, F_GETFD), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

/* --- vectors --- */

START_TEST(vec_grows_and_is_handed_over)
{
	struct u32_vec v = VEC_INIT, taken;

	for (uint32_t i = 0; i < 1000; i++)
		u32_vec_push(&v, i);
	ck_assert_uint_eq(v.nr, 1000);
	ck_assert_uint_eq(v.v[999], 999);
	u32_vec_resize(&v, 10);
	ck_assert_uint_eq(v.nr, 10);
	u32_vec_resize(&v, 2000);
	ck_assert_uint_ge(v.room, 2000);
	ck_assert_uint_eq(v.v[9], 9);
	taken = u32_vec_take(&v);
	ck_assert_ptr_null(v.v);
	ck_assert_uint_eq(v.nr, 0);
	ck_assert_uint_eq(taken.nr, 2000);
	u32_vec_release(&taken);
	ck_assert_ptr_null(taken.v);
}
END_TEST

/* All arrays of up to 8 numbers that ascend, some of them equal: the first that
 * is not below each of the numbers. */
START_TEST(search_finds_the_first)
{
	for (unsigned int steps = 0; steps < 256; steps++) {
		for (size_t nr = 0; nr <= 8; nr++) {
			unsigned int v[8], last = 1;

			for (size_t i = 0; i < nr; i++)
				v[i] = last += steps >> i & 1;
			for (unsigned int key = 0; key < 12; key++) {
				size_t first = SEARCH_FIRST(nr, i, v[i] >= key);
				size_t expected = 0;

				while (expected < nr && v[expected] < key)
					expected++;
				ck_assert_uint_eq(first, expected);
			}
		}
	}
}
END_TEST

static int compare_keys(const void *keys, uint32_t a, uint32_t b)
{
	const uint32_t *key = keys;

	return (key[a] > key[b]) - (key[a] < key[b]);
}

START_TEST(queue_gives_what_comes_first)
{
	uint32_t keys[997], last = 0, nr = 0;
	struct queue q = { VEC_INIT, compare_keys, keys };

	for (uint32_t i = 0; i < ARRAY_SIZE(keys); i++) {
		keys[i] = i * 7919 % 500;
		queue_push(&q, i);
		/* Now and then one is taken, which is the first so far. */
		if (i % 10 == 9)
			for (uint32_t j = 0, at = queue_pop(&q); j < q.v.nr;
			     j++)
				ck_assert_uint_le(keys[at], keys[q.v.v[j]]);
	}
	for (; q.v.nr; nr++) {
		uint32_t key = keys[queue_pop(&q)];

		ck_assert_uint_le(last, key);
		last = key;
	}
	ck_assert_uint_eq(nr, 997 - 99);
	queue_release(&q);
}
END_TEST

/* --- strings --- */

START_TEST(str_grows_and_is_cut)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	CLEANUP(freep) char *taken = NULL;

	ck_assert_str_eq(s.s, "");
	str_cut(&s, 0);
	str_reserve(&s, 10);
	ck_assert_str_eq(s.s, "");
	str_add(&s, "ab");
	str_add_char(&s, 'c');
	str_add_bytes(&s, "d\0e", 3);
	ck_assert_uint_eq(s.len, 6);
	ck_assert_mem_eq(s.s, "abcd\0e", 7);
	str_cut(&s, 4);
	str_addf(&s, "%s-%d", "x", 5);
	ck_assert_str_eq(s.s, "abcdx-5");
	/* Longer than it is. */
	str_cut(&s, 100);
	ck_assert_uint_eq(s.len, 7);
	for (int i = 0; i < 1000; i++)
		str_addf(&s, "%04d", i);
	ck_assert_uint_eq(s.len, 4007);
	ck_assert_str_eq(s.s + 4003, "0999");
	/* What is reserved is no part of it yet. */
	memset(str_reserve(&s, 1000), 'x', 1000);
	str_grow(&s, 2);
	ck_assert_str_eq(s.s + 4005, "99xx");
	str_cut(&s, 4007);
	taken = str_take(&s);
	ck_assert_uint_eq(strlen(taken), 4007);
	ck_assert_str_eq(s.s, "");
	ck_assert_uint_eq(s.len, 0);
	/* The caller gets memory to free even of an empty one. */
	free(str_take(&s));
}
END_TEST

static const struct {
	uint32_t code;
	const char *text;
} codepoints[] = {
	{ 'a', "a" }, { ' ', " " }, { '~', "~" },
	{ 0, "\\x00" }, { '\n', "\\n" }, { 0x1b, "\\x1b" }, { 0x7f, "\\x7f" },
	{ 0x80, "\\x80" }, { 0x9f, "\\x9f" },
	{ 0xe9, "\u00e9" }, { 0x7ff, "\u07ff" }, { 0x20ac, "\u20ac" },
	{ 0x1f40d, "\U0001f40d" }, { 0x10fffd, NULL },
	{ 0xd800, "\\ud800" }, { 0xdfff, "\\udfff" },
	{ 0x200b, "\\u200b" }, { 0x202e, "\\u202e" }, { 0x2066, "\\u2066" },
	{ 0x110000, NULL },
};

START_TEST(str_escapes_codepoints)
{
	for (size_t i = 0; i < ARRAY_SIZE(codepoints); i++) {
		CLEANUP(str_release) struct str s = STR_INIT;

		str_add_codepoint(&s, codepoints[i].code);
		ck_assert_uint_gt(s.len, 0);
		for (size_t j = 0; j < s.len; j++)
			ck_assert_uint_ge((uint8_t)s.s[j], ' ');
		if (codepoints[i].text)
			ck_assert_str_eq(s.s, codepoints[i].text);
	}
}
END_TEST

START_TEST(str_makes_bytes_safe)
{
	static const struct {
		const char *bytes, *text;
	} cases[] = {
		{ "plain", "plain" },
		{ "\u00e9\u20ac\U0001f40d", "\u00e9\u20ac\U0001f40d" },
		{ "a\x1b[2Jb", "a\\x1b[2Jb" },
		/* Cut short, not begun, too long, a surrogate, beyond. */
		{ "\xc3", "\\xc3" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xbf", "\\xbf" },
		{ "\xc0\xaf", "\\xc0\\xaf" },
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xff", "\\xff" },
		{ "\xc3(", "\\xc3(" },
		/* A right-to-left override. */
		{ "\xe2\x80\xae", "\\u202e" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(str_release) struct str s = STR_INIT;

		str_add_safe(&s, cases[i].bytes, strlen(cases[i].bytes));
		ck_assert_str_eq(s.s, cases[i].text);
	}
}
END_TEST

START_TEST(str_adds_doubles_that_read_back)
{
	static const double values[] = {
		0, 1, -1.5, 0.1, 1.0 / 3, 1e300, 5e-324, 123456789.123,
		0.30000000000000004, INFINITY, -INFINITY,
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		CLEANUP(str_release) struct str s = STR_INIT;

		str_add_double(&s, values[i]);
		ck_assert_msg(strtod(s.s, NULL) == values[i], "%s", s.s);
	}
}
END_TEST

/* --- errors --- */

START_TEST(error_has_a_line_and_a_code)
{
	struct error *err = error_new(ERR_CORRUPT, "%s is %d", "x", 7);

	ck_assert_int_eq(err->code, ERR_CORRUPT);
	ck_assert_str_eq(err->message, "x is 7");
	err = error_wrap(err, "in %s", "y");
	ck_assert_int_eq(err->code, ERR_CORRUPT);
	ck_assert_str_eq(err->message, "in y: x is 7");
	error_free(err);
	err = error_errno(ERR_SYSTEM, ENOENT, "can't open %s", "z");
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	ck_assert_str_eq(err->message, "can't open z: No such file or "
			 "directory");
	error_free(err);
	error_free(NULL);
}
END_TEST

START_TEST(error_keeps_the_static_ones)
{
	struct error *err = error_wrap(&error_fault, "context");

	ck_assert_ptr_ne(err, &error_fault);
	ck_assert_int_eq(err->code, ERR_FAULT);
	ck_assert(!strncmp(err->message, "context: ", 9));
	ck_assert_str_eq(err->message + 9, error_fault.message);
	error_free(err);
	error_free(&error_fault);
	error_free(&error_gone);
	ck_assert_int_eq(error_gone.code, ERR_GONE);
	ck_assert_uint_gt(strlen(error_gone.message), 0);
}
END_TEST

/* --- amounts --- */

START_TEST(quantity_reads_amounts)
{
	static const struct {
		const char *text;
		double value;
		const char *end;
	} cases[] = {
		{ "7", 7, "" }, { "1.5G", 1.5 * 1024 * 1024 * 1024, "" },
		{ "2k", 2048, "" }, { "2K", 2048, "" }, { "3M/h", 3 << 20,
		"/h" }, { "10%", 10, "%" },
	};
	const char *end;
	double value;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert(quantity_parse(cases[i].text, &value, &end));
		ck_assert_double_eq(value, cases[i].value);
		ck_assert_str_eq(end, cases[i].end);
	}
	ck_assert(!quantity_parse("", &value, &end));
	ck_assert(!quantity_parse("k", &value, &end));
	ck_assert(!quantity_parse("-1", &value, &end));
	ck_assert_double_eq(quantity_factor('x'), 0);
}
END_TEST

START_TEST(quantity_reads_durations)
{
	uint64_t ms;

	ck_assert(quantity_parse_duration("500ms", &ms));
	ck_assert_uint_eq(ms, 500);
	ck_assert(quantity_parse_duration("10", &ms));
	ck_assert_uint_eq(ms, 10000);
	ck_assert(quantity_parse_duration("2h", &ms));
	ck_assert_uint_eq(ms, 7200000);
	ck_assert(quantity_parse_duration("1d", &ms));
	ck_assert_uint_eq(ms, 86400000);
	ck_assert(!quantity_parse_duration("", &ms));
	ck_assert(!quantity_parse_duration("1w", &ms));
	ck_assert(!quantity_parse_duration("1s ", &ms));
}
END_TEST

/* AddressSanitizer's allocator ends the program before ours is told. */
#ifdef __SANITIZE_ADDRESS__
#define FIRST_END 3
#else
#define FIRST_END 0
#endif

START_TEST(texts_are_sorted_and_found)
{
	CLEANUP(str_vec_release) struct str_vec v = VEC_INIT;
	static const char *const texts[] = { "b", "", "ab", "a", "b\377", "B" };
	static const char *const sorted[] = { "", "B", "a", "ab", "b",
					      "b\377" };

	str_vec_sort(&v);
	ck_assert(!str_vec_has(&v, ""));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		str_vec_push(&v, unconst(texts[i]));
	str_vec_sort(&v);
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++) {
		ck_assert_str_eq(v.v[i], sorted[i]);
		ck_assert(str_vec_has(&v, sorted[i]));
	}
	ck_assert(!str_vec_has(&v, "abc"));
	ck_assert(!str_vec_has(&v, "c"));
}
END_TEST

const char suite_name[] = "base";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, alloc_gives_memory_of_that_size);
	tcase_add_loop_exit_test(tc, alloc_ends_the_program, 3, FIRST_END, 5);
	tcase_add_test(tc, closep_closes_once);
	tcase_add_test(tc, vec_grows_and_is_handed_over);
	tcase_add_test(tc, search_finds_the_first);
	tcase_add_test(tc, queue_gives_what_comes_first);
	tcase_add_test(tc, str_grows_and_is_cut);
	tcase_add_test(tc, str_escapes_codepoints);
	tcase_add_test(tc, str_makes_bytes_safe);
	tcase_add_test(tc, str_adds_doubles_that_read_back);
	tcase_add_test(tc, error_has_a_line_and_a_code);
	tcase_add_test(tc, error_keeps_the_static_ones);
	tcase_add_test(tc, quantity_reads_amounts);
	tcase_add_test(tc, quantity_reads_durations);
	tcase_add_test(tc, texts_are_sorted_and_found);
}
