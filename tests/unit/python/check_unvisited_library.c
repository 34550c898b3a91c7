/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * References of the library's and numpy's objects that no tp_traverse visits,
 * in fake CPythons of every version.
 */
#include <check.h>

#include "fake-values.h"
#include "python/layout/fields.h"
#include "python/refs/unvisited.h"
#include "suite.h"

#define MAX_EXPECTED 8
#define SIZE 512		/* of the struct of each type here */

static struct fake f;
static struct {
	raddr to;
	enum ref_field field;
} expected[MAX_EXPECTED];
static unsigned int nr_expected;

static raddr instance_of(const char *name, uint64_t size, raddr traverse)
{
	raddr type = fake_type(&f, &(struct fake_type){
		.name = name, .basicsize = size, .traverse = traverse });

	return fake_object(&f, type, size);
}

static raddr instance(const char *name)
{
	return instance_of(name, SIZE, 0);
}

/* An object that is expected to be the next reference. */
static raddr held(enum ref_field field)
{
	raddr obj = fake_str(&f, "held");

	ck_assert_uint_lt(nr_expected, MAX_EXPECTED);
	expected[nr_expected].to = obj;
	expected[nr_expected++].field = field;
	return obj;
}

static void add(raddr obj, struct refs *refs)
{
	refs_begin(&f.py);
	unvisited_add(&f.py, fake_pytype(&f, obj), obj, refs);
}

/* The references of `obj` are those that held() made, and nothing else. */
static void check_held(raddr obj)
{
	struct refs refs = { .named = true };

	add(obj, &refs);
	ck_assert_uint_eq(refs.to.nr, nr_expected);
	ck_assert_uint_eq(refs.unvisited, nr_expected);
	for (unsigned int i = 0; i < nr_expected; i++) {
		ck_assert_uint_eq(refs.to.v[i], expected[i].to);
		ck_assert_int_eq(refs.names.v[i].kind, REF_FIELD);
		ck_assert_uint_eq(refs.names.v[i].arg, expected[i].field);
	}
	nr_expected = 0;
	refs_release(&refs);
}

START_TEST(what_a_stringio_has_written)
{
	const struct layout *l;
	raddr obj, writer;

	fake_init(&f, fake_rows[_i]);
	l = &f.py.layout;
	obj = instance("_io.StringIO");
	if (l->stringio_accu_small != LAYOUT_NONE) {
		fake_put(&f, obj, l->stringio_accu_small, held(FIELD_BUFFER));
		fake_put(&f, obj, l->stringio_accu_large, held(FIELD_BUFFER));
	} else if (l->stringio_writer_buffer != LAYOUT_NONE) {
		fake_put(&f, obj, l->stringio_writer_buffer,
			 held(FIELD_BUFFER));
	} else {
		writer = fake_block(&f, 64);
		fake_put(&f, obj, l->stringio_writer, writer);
		fake_put(&f, writer, 0, held(FIELD_BUFFER));
	}
	fake_ready(&f);
	check_held(obj);
	fake_release(&f);
}
END_TEST

/* Entries 1 and 3 of 4 are used. */
static raddr make_memo(uint32_t size)
{
	raddr table = fake_block(&f, 4 * (uint64_t)size);

	fake_put(&f, table, size, held(FIELD_MEMO));
	fake_put(&f, table, 3 * size, held(FIELD_MEMO));
	return table;
}

START_TEST(memos)
{
	const struct layout *l;
	raddr pickler, unpickler, memo, pickled;
	struct refs refs = { 0 };

	fake_init(&f, fake_rows[_i]);
	l = &f.py.layout;
	pickler = instance_of("_pickle.Pickler", l->pickler_size, 0);
	memo = fake_block(&f, l->memotable_size);
	fake_put(&f, pickler, l->pickler_memo, memo);
	fake_put(&f, memo, l->memotable_allocated, 4);
	fake_put(&f, memo, l->memotable_table, make_memo(l->memoentry_size));
	unpickler = instance_of("_pickle.Unpickler", l->unpickler_size, 0);
	fake_ready(&f);
	pickled = expected[0].to;
	check_held(pickler);
	/* A tp_traverse that visits them. */
	raddr_vec_push(&refs.to, pickled);
	add(pickler, &refs);
	ck_assert_uint_eq(refs.to.nr, 1);
	ck_assert_uint_eq(refs.unvisited, 0);
	check_held(unpickler);
	fake_release(&f);

	fake_init(&f, fake_rows[_i]);
	unpickler = instance_of("_pickle.Unpickler", l->unpickler_size, 0);
	fake_put(&f, unpickler, l->unpickler_memo, make_memo(8));
	fake_put(&f, unpickler, l->unpickler_memo_size, 4);
	fake_ready(&f);
	check_held(unpickler);
	/* There is not as much memory. */
	f.py.most_claims = 3;
	add(unpickler, &refs);
	ck_assert_uint_eq(refs.to.nr, 1);
	refs_release(&refs);
	fake_release(&f);
}
END_TEST

START_TEST(items_of_a_stack)
{
	struct refs refs = { .named = true };
	raddr obj, items, item;
	const struct layout *l;

	fake_init(&f, fake_rows[_i]);
	l = &f.py.layout;
	obj = instance("_pickle.Pdata");
	item = fake_str(&f, "item");
	items = fake_block(&f, 32);
	fake_put(&f, items, 8, item);
	fake_put(&f, obj, l->pdata_data, items);
	fake_put(&f, obj, l->var_size, 3);
	fake_ready(&f);
	add(obj, &refs);
	ck_assert_uint_eq(refs.to.nr, 1);
	ck_assert_uint_eq(refs.to.v[0], item);
	ck_assert_int_eq(refs.names.v[0].kind, REF_INDEX);
	ck_assert_uint_eq(refs.names.v[0].arg, 1);
	refs_release(&refs);
	fake_release(&f);
}
END_TEST

/* From 3.10 on they have a tp_traverse. */
START_TEST(regular_expressions)
{
	raddr pattern, match, none;

	fake_init(&f, fake_rows[_i]);
	none = f.py.known.none;
	pattern = instance("re.Pattern");
	match = instance("re.Match");
	if (f.py.minor < 10) {
		fake_put(&f, pattern, 32, held(FIELD_GROUPINDEX));
		fake_put(&f, pattern, 40, held(FIELD_INDEXGROUP));
		fake_put(&f, pattern, 48, held(FIELD_PATTERN));
	} else {
		fake_put(&f, pattern, 48, none);
		fake_put(&f, match, 40, none);
	}
	fake_ready(&f);
	check_held(pattern);
	check_held(match);
	fake_release(&f);
}
END_TEST

START_TEST(time_zones)
{
	raddr date, time, zone, naive;
	const struct layout *l;

	fake_init(&f, fake_rows[_i]);
	l = &f.py.layout;
	date = instance("datetime.datetime");
	fake_put8(&f, date, l->datetime_hastzinfo, 1);
	fake_put(&f, date, l->datetime_tzinfo, held(FIELD_TZINFO));
	time = instance("datetime.time");
	fake_put8(&f, time, l->datetime_hastzinfo, 1);
	fake_put(&f, time, l->time_tzinfo, expected[0].to);
	/* The memory behind is another block's. */
	naive = instance("datetime.datetime");
	fake_put(&f, naive, l->datetime_tzinfo, date);
	zone = instance("datetime.timezone");
	fake_put(&f, zone, l->timezone_offset, date);
	fake_put(&f, zone, l->timezone_name, time);
	fake_ready(&f);
	check_held(date);
	nr_expected = 1;
	check_held(time);
	check_held(naive);
	expected[0].to = date;
	expected[0].field = FIELD_UTCOFFSET;
	expected[1].to = time;
	expected[1].field = FIELD_TZNAME;
	nr_expected = 2;
	check_held(zone);
	fake_release(&f);
}
END_TEST

START_TEST(scalars)
{
	uint64_t head;
	raddr obj;

	fake_init(&f, fake_rows[_i]);
	head = f.py.layout.object_size;
	obj = instance("numpy.void");
	fake_put(&f, obj + head, 16, held(FIELD_ARRAY_DTYPE));
	fake_put(&f, obj + head, 32, held(FIELD_ARRAY_BASE));
	fake_ready(&f);
	check_held(obj);
	fake_release(&f);
}
END_TEST

static void check_dtype(bool is_2)
{
	uint64_t head;
	raddr obj, subarray;

	fake_init(&f, fake_rows[0]);
	head = f.py.layout.object_size;
	/* A class of its own that numpy makes of numpy.dtype. */
	obj = fake_object(&f, fake_type(&f, &(struct fake_type){
		.name = "numpy.dtype[uint8]", .basicsize = head + 104,
		.base = fake_type(&f, &(struct fake_type){
			.name = "numpy.dtype", .basicsize = head + 72 }) }),
		head + 104);
	subarray = fake_block(&f, 16);
	fake_put(&f, obj + head, 0, held(FIELD_DTYPE_TYPE));
	if (is_2) {
		fake_put(&f, obj + head, 32, 8);
		fake_put(&f, obj + head, 40, held(FIELD_METADATA));
	}
	fake_put(&f, obj + head, is_2 ? 72 : 24, subarray);
	fake_put(&f, subarray, 0, held(FIELD_DTYPE_BASE));
	fake_put(&f, subarray, 8, held(FIELD_SHAPE));
	fake_put(&f, obj + head, is_2 ? 80 : 32, held(FIELD_DTYPE_FIELDS));
	fake_put(&f, obj + head, is_2 ? 88 : 40, held(FIELD_DTYPE_NAMES));
	if (!is_2)
		fake_put(&f, obj + head, 56, held(FIELD_METADATA));
	fake_ready(&f);
	check_held(obj);
	fake_release(&f);
}

START_TEST(dtypes)
{
	check_dtype(false);
	check_dtype(true);
}
END_TEST

/* 3.13.0: the instance visits its values, and not the dict that has them. */
START_TEST(dicts_of_instances)
{
	struct refs refs = { .named = true };
	raddr obj, dict, pointer;

	fake_init(&f, fake_rows[_i]);
	if (f.py.minor != 13) {
		fake_release(&f);
		return;
	}
	obj = fake_object(&f, fake_type(&f, &(struct fake_type){
		.name = "app.User", .basicsize = 16,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC |
			 TPFLAG_MANAGED_DICT | TPFLAG_INLINE_VALUES }), 64);
	dict = fake_dict(&f, 0, NULL, false);
	pointer = obj - (f.py.free_threaded ? 8 : 24);
	fake_put(&f, pointer, 0, dict);
	fake_put8(&f, obj + 16, f.py.layout.values_valid, 1);
	fake_ready(&f);
	add(obj, &refs);
	ck_assert_uint_eq(refs.to.nr, 0);
	f.py.embedded_by_object = true;
	add(obj, &refs);
	ck_assert_uint_eq(refs.to.nr, 1);
	ck_assert_uint_eq(refs.to.v[0], dict);
	ck_assert_int_eq(refs.names.v[0].kind, REF_DICT);
	refs_release(&refs);
	fake_release(&f);
}
END_TEST

const char suite_name[] = "unvisited_library";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, what_a_stringio_has_written, 0, fake_nr_rows);
	tcase_add_loop_test(tc, memos, 0, fake_nr_rows);
	tcase_add_loop_test(tc, items_of_a_stack, 0, fake_nr_rows);
	tcase_add_loop_test(tc, regular_expressions, 0, fake_nr_rows);
	tcase_add_loop_test(tc, time_zones, 0, fake_nr_rows);
	tcase_add_loop_test(tc, scalars, 0, fake_nr_rows);
	tcase_add_test(tc, dtypes);
	tcase_add_loop_test(tc, dicts_of_instances, 0, fake_nr_rows);
}
