/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings, constants and short reprs of a fake CPython, of each kind of
 * version; and of one that contradicts itself or whose memory is missing.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fake-values.h"
#include "python/objects/preview.h"
#include "python/refs/refs.h"
#include "python/types/types.h"
#include "python/values/text.h"
#include "suite.h"

/* --- what is expected --------------------------------------------------- */

enum what { STR, LITERAL, SCALAR, CONSTANT, PREVIEW, LENGTH };

/* One object, and the text that one of the functions makes of it. */
struct expected {
	enum what what;
	raddr obj;
	size_t max;
	bool cut;		/* STR: was it cut? */
	int64_t length;		/* LENGTH */
	char *text;		/* "-": it is refused */
};
VEC_DEFINE(expected_vec, struct expected);

static struct fake f;
static struct expected_vec all;

static void expect(enum what what, raddr obj, size_t max, bool cut,
		   const char *text)
{
	expected_vec_push(&all, (struct expected){ what, obj, max, cut, 0,
						   xstrdup(text) });
}

static void expect_str(raddr obj, size_t max, const char *text, bool cut)
{
	expect(STR, obj, max, cut, text);
}

static void expect_no_str(raddr obj)
{
	expect(STR, obj, 100, false, "-");
}

static void expect_literal(raddr obj, const char *text)
{
	expect(LITERAL, obj, 0, false, text);
}

static void expect_scalar(raddr obj, size_t max, const char *text)
{
	expect(SCALAR, obj, max, false, text);
}

static void expect_constant(raddr obj, const char *text)
{
	expect(CONSTANT, obj, 3, false, text);
}

static void expect_preview(raddr obj, const char *text)
{
	expect(PREVIEW, obj, 0, false, text);
}

static void expect_length(raddr obj, int64_t length)
{
	expected_vec_push(&all, (struct expected){ LENGTH, obj, 0, false,
						   length, NULL });
}

static bool make(const struct expected *e, const struct pytype *t,
		 struct str *s, bool *cut)
{
	switch (e->what) {
	case STR:
		return text_str(&f.py, e->obj, e->max, s, cut);
	case LITERAL:
		return text_literal(&f.py, e->obj, s);
	case SCALAR:
		return text_scalar(&f.py, e->obj, e->max, s);
	case CONSTANT:
		return text_constant(&f.py, t->address, e->obj, e->max, s);
	default:
		return preview_text(&f.py, t, e->obj, s);
	}
}

static const struct pytype *type_of(const struct expected *e)
{
	return e->what >= CONSTANT ? fake_pytype(&f, e->obj) : NULL;
}

static void check_one(const struct expected *e)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	const struct pytype *t = type_of(e);
	bool cut = !e->cut, found;

	if (e->what == LENGTH) {
		ck_assert_int_eq(preview_length(&f.py, t, e->obj), e->length);
		return;
	}
	found = make(e, t, &s, &cut);
	ck_assert_str_eq(found ? s.s : "-", e->text);
	if (e->what == STR && found)
		ck_assert_int_eq(cut, e->cut);
}

/*
 * Some of the memory is not there: the text is refused, or it is the same.  Of
 * a preview only the names may differ.
 */
static void check_without(const struct expected *e, const struct pytype *t)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	bool cut;

	if (e->what == LENGTH) {
		preview_length(&f.py, t, e->obj);
		return;
	}
	if (!make(e, t, &s, &cut))
		return;
	if (e->what == PREVIEW)
		ck_assert_msg(!strncmp(s.s, e->text, 3), "%s, not %s", s.s,
			      e->text);
	else
		ck_assert_str_eq(s.s, e->text);
}

/* All that is expected; then without each word of the test's own blocks. */
static void check_all(void)
{
	const struct pytype **types;

	fake_ready(&f);
	for (size_t i = 0; i < all.nr; i++)
		check_one(&all.v[i]);
	types = xcalloc(all.nr, sizeof(*types));
	for (size_t i = 0; i < all.nr; i++)
		types[i] = type_of(&all.v[i]);
	for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word); word++) {
		for (size_t i = 0; i < all.nr; i++)
			check_without(&all.v[i], types[i]);
		fake_map_again(&f);
	}
	free(types);
	for (size_t i = 0; i < all.nr; i++)
		free(all.v[i].text);
	expected_vec_release(&all);
	fake_release(&f);
}

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
static raddr with_length(raddr obj, uint32_t offset, uint64_t length)
{
	fake_put(&f, obj, offset, length);
	return obj;
}

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

/* --- reprs --- */

/* An instance of a static type with that tp_name. */
static raddr instance(const char *name, uint64_t size)
{
	raddr type = fake_type(&f, &(struct fake_type){ .name = name,
							.basicsize = size });

	return fake_object(&f, type, size);
}

static void set_double(raddr obj, uint32_t offset, double x)
{
	uint64_t bits;

	memcpy(&bits, &x, 8);
	fake_put(&f, obj, offset, bits);
}

static raddr complex_of(double real, double imaginary)
{
	const struct layout *l = &f.py.layout;
	raddr obj = instance("complex", l->complex_value + 16);

	set_double(obj, l->complex_value, real);
	set_double(obj, l->complex_value + 8, imaginary);
	return obj;
}

static raddr range_of(raddr start, raddr stop, raddr step)
{
	const struct layout *l = &f.py.layout;
	raddr obj = fake_object(&f, f.py.known.range, l->range_step + 8);

	fake_put(&f, obj, l->range_start, start);
	fake_put(&f, obj, l->range_stop, stop);
	fake_put(&f, obj, l->range_step, step);
	return obj;
}

static raddr bytearray_of(raddr start, uint64_t len)
{
	const struct layout *l = &f.py.layout;
	raddr obj = instance("bytearray", l->bytearray_start + 16);

	fake_put(&f, obj, l->var_size, len);
	fake_put(&f, obj, l->bytearray_start, start);
	return obj;
}

START_TEST(previews_of_numbers_and_ranges)
{
	raddr one, abc;

	fake_init(&f, fake_rows[_i]);
	one = fake_int(&f, 1);
	abc = fake_c_string(&f, "abc");
	expect_preview(complex_of(1.5, -2), "=(1.5-2j)");
	expect_preview(complex_of(0, 2), "=(0+2j)");
	expect_preview(fake_float(&f, NAN), "=nan");
	expect_preview(range_of(one, fake_int(&f, 10), fake_int(&f, -2)),
		       "=range(1, 10, -2)");
	/* What was begun is taken back. */
	expect_preview(range_of(one, one, 0x1000), "-");
	expect_preview(bytearray_of(abc, 3), "=bytearray(b'abc')");
	expect_preview(bytearray_of(abc, 2), "=bytearray(b'ab')");
	expect_preview(bytearray_of(abc, 1 << 20), "-");
	expect_preview(bytearray_of(0x1000, 3), "-");
	expect_preview(instance("ellipsis", 16), "=Ellipsis");
	expect_preview(instance("NotImplementedType", 16), "=NotImplemented");
	check_all();
}
END_TEST

static void expect_date(const char *type, const char *bytes, size_t len,
			const char *text)
{
	raddr obj = instance(type, 64);

	fake_put_bytes(&f, obj + f.py.layout.datetime_hastzinfo, bytes, len);
	expect_preview(obj, text);
}

START_TEST(previews_of_dates)
{
	fake_init(&f, fake_rows[_i]);
	expect_date("datetime.date", "\0\x07\xea\x03\x01", 5,
		    "=datetime.date(2026, 3, 1)");
	expect_date("datetime.datetime",
		    "\0\x07\xea\x03\x01\x0c\x1e\0\0\0\0", 11,
		    "=datetime.datetime(2026, 3, 1, 12, 30)");
	expect_date("datetime.datetime",
		    "\1\x07\xea\x03\x01\x0c\x1e\x05\0\x01\x02", 11,
		    "=datetime.datetime(2026, 3, 1, 12, 30, 5, 258,"
		    " tzinfo=...)");
	expect_date("datetime.time", "\0\x17\x3b\0\0\0\x01", 7,
		    "=datetime.time(23, 59, 0, 1)");
	expect_date("datetime.time", "\1\x17\x3b\x07\0\0\0", 7,
		    "=datetime.time(23, 59, 7, tzinfo=...)");
	expect_date("datetime.timedelta", "\x03\0\0\0\0\0\0\0\0\0\0\0", 12,
		    "=datetime.timedelta(days=3)");
	expect_date("datetime.timedelta",
		    "\xff\xff\xff\xff\x05\0\0\0\x01\0\0\0", 12,
		    "=datetime.timedelta(days=-1, seconds=5, microseconds=1)");
	expect_date("datetime.timedelta", "\0\0\0\0\0\0\0\0\0\0\0\0", 12,
		    "=datetime.timedelta(0)");
	check_all();
}
END_TEST

static raddr function_named(raddr qualname)
{
	raddr obj = fake_object(&f, f.py.known.function, 256);

	fake_put(&f, obj, f.py.layout.function_qualname, qualname);
	return obj;
}

static void expect_named(raddr obj, const char *what, const char *name)
{
	CLEANUP(freep) char *text = xasprintf("<%s %s at 0x%" PRIx64 ">", what,
					      name, obj);

	expect_preview(obj, text);
}

START_TEST(previews_of_what_has_a_name)
{
	raddr class;

	fake_init(&f, fake_rows[_i]);
	expect_preview(fake_code(&f, "work", 0, NULL), "<code work (app.py:7)>");
	expect_named(function_named(fake_str(&f, "App.work")), "function",
		     "App.work");
	expect_named(function_named(0x1000), "function", "?");
	expect_preview(fake_module(&f, "app", 0), "<module app>");
	class = fake_type(&f, &(struct fake_type){
		.name = "app.Node", .flags = TPFLAG_HEAPTYPE });
	expect_preview(class, "<class 'app.Node'>");
	/* Its instances show nothing. */
	expect_preview(fake_object(&f, class, 16), "-");
	expect_preview(fake_list(&f, 0, NULL), "-");
	check_all();
}
END_TEST

static raddr method_of(raddr function, raddr self)
{
	const struct layout *l = &f.py.layout;
	raddr obj = fake_object(&f, f.py.known.method, 128);

	fake_put(&f, obj, l->method_func, function);
	fake_put(&f, obj, l->method_self, self);
	return obj;
}

/* A PyMethodDef begins with the name. */
static raddr builtin_of(raddr name, raddr self)
{
	const struct layout *l = &f.py.layout;
	raddr obj = fake_object(&f, f.py.known.builtin_function, 128);
	raddr def = fake_block(&f, 32);

	fake_put(&f, def, 0, name);
	fake_put(&f, obj, l->builtin_ml, def);
	fake_put(&f, obj, l->builtin_self, self);
	return obj;
}

START_TEST(previews_of_methods)
{
	CLEANUP(freep) char *bound = NULL, *built_in = NULL;
	raddr self, name;

	fake_init(&f, fake_rows[_i]);
	self = fake_list(&f, 0, NULL);
	name = fake_c_string(&f, "append");
	bound = xasprintf("<bound method A.work of 0x%" PRIx64 ">", self);
	built_in = xasprintf("<built-in method append of list at 0x%" PRIx64
			     ">", self);
	expect_preview(method_of(function_named(fake_str(&f, "A.work")), self),
		       bound);
	expect_preview(method_of(self, self), "-");
	expect_preview(builtin_of(name, 0), "<built-in function append>");
	/* That of a module is its module's function. */
	expect_preview(builtin_of(name, fake_module(&f, "app", 0)),
		       "<built-in function append>");
	expect_preview(builtin_of(name, self), built_in);
	expect_preview(builtin_of(0x1000, self), "-");
	check_all();
}
END_TEST

START_TEST(previews_of_context_variables)
{
	raddr obj;

	fake_init(&f, fake_rows[_i]);
	obj = instance("_contextvars.ContextVar", 64);
	fake_put(&f, obj, f.py.layout.object_size, fake_str(&f, "user"));
	expect_named(obj, "ContextVar", "name='user'");
	check_all();
}
END_TEST

START_TEST(lengths)
{
	raddr key;

	fake_init(&f, fake_rows[_i]);
	key = fake_str(&f, "key");
	expect_length(key, 3);
	expect_length(fake_bytes(&f, "ab", 2), 2);
	expect_length(fake_tuple(&f, 1, &key), 1);
	expect_length(fake_list(&f, 1, &key), 1);
	expect_length(fake_dict(&f, 1, (raddr[]){ key, key }, false), 1);
	expect_length(fake_int(&f, 5), -1);
	expect_length(fake_none(&f), -1);
	expect_length(bytearray_of(0, 9), 9);
	check_all();
}
END_TEST

const char suite_name[] = "text";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		str_of_each_kind, str_is_cut_and_escaped, str_of_a_subclass,
		what_is_no_str, str_equals_without_a_copy, literals_of_strings,
		literals_of_ints, literals_of_floats, literals_of_tuples,
		constants_of_impossible_lengths,
		constants_as_captures_keep_them,
		previews_of_numbers_and_ranges, previews_of_dates,
		previews_of_what_has_a_name, previews_of_methods,
		previews_of_context_variables, lengths,
	};

	tcase_add_test(tc, identifiers);
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
