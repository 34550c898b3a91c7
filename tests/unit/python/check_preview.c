/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short reprs and lengths of objects of a fake CPython, of each kind of
 * version, and where memory is missing.
 */
#include <check.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "suite.h"
#include "texts.h"

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

const char suite_name[] = "preview";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		previews_of_numbers_and_ranges, previews_of_dates,
		previews_of_what_has_a_name, previews_of_methods,
		previews_of_context_variables, lengths,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
