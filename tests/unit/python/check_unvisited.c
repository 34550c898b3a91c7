/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * References that no tp_traverse visits, over forged objects of every version.
 */
#include <check.h>
#include <stdlib.h>

#include "fake-python.h"
#include "fake-values.h"
#include "python/layout/fields.h"
#include "python/refs/unvisited.h"
#include "suite.h"

static void add(struct fake *f, raddr obj, struct refs *ret)
{
	refs_clear(ret);
	refs_begin(&f->py);
	unvisited_add(&f->py, fake_pytype(f, obj), obj, ret);
	ck_assert_uint_eq(ret->unvisited, ret->to.nr);
	ck_assert_uint_eq(ret->names.nr, ret->to.nr);
}

static void start(struct fake *f)
{
	fake_ready(f);
	unvisited_init(&f->py);
}

static void finish(struct fake *f, struct refs *refs)
{
	refs_release(refs);
	unvisited_release(&f->py);
	fake_release(f);
}

static void check_ref(const struct refs *r, size_t i, raddr to,
		      enum ref_kind kind, uint64_t arg)
{
	ck_assert_uint_lt(i, r->to.nr);
	ck_assert_uint_eq(r->to.v[i], to);
	ck_assert_int_eq(r->names.v[i].kind, kind);
	ck_assert_uint_eq(r->names.v[i].arg, arg);
}

START_TEST(str_keys_are_the_dicts)
{
	struct refs refs = { .named = true };
	raddr a, b, of_str, general, none;
	struct fake f;

	fake_init(&f, fake_rows[_i]);
	a = fake_str(&f, "a");
	b = fake_str(&f, "b");
	none = f.py.known.none;
	of_str = fake_dict(&f, 2, (raddr[]){ a, none, b, none }, false);
	general = fake_dict(&f, 2, (raddr[]){ a, none, b, none }, true);
	start(&f);
	add(&f, of_str, &refs);
	ck_assert_uint_eq(refs.to.nr, 2);
	check_ref(&refs, 0, a, REF_KEY, 0);
	check_ref(&refs, 1, b, REF_KEY, 0);
	ck_assert_uint_eq(refs.borrowed.nr, 0);
	/* Its tp_traverse visits them. */
	add(&f, general, &refs);
	ck_assert_uint_eq(refs.to.nr, 0);
	/* The interpreter's dict of interned strings owns nothing. */
	raddr_vec_push(&f.py.interned, of_str);
	add(&f, of_str, &refs);
	ck_assert_uint_eq(refs.to.nr, 0);
	raddr_vec_release(&f.py.interned);
	finish(&f, &refs);
}
END_TEST

START_TEST(shared_keys_are_the_class_s)
{
	struct refs refs = { .named = true };
	raddr a, b, keys, dict, class, obj, none;
	struct fake f;
	size_t nr;

	fake_init(&f, fake_rows[_i]);
	none = f.py.known.none;
	a = fake_str(&f, "a");
	b = fake_str(&f, "b");
	keys = fake_dict_keys(&f, 2, (raddr[]){ a, 0, b, 0 }, false);
	dict = fake_split_dict(&f, keys, 1, &none);
	class = fake_type(&f, &(struct fake_type){
		.name = "app.User", .cached_keys = keys,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC });
	obj = fake_object(&f, class, 64);
	fake_ready(&f);
	fake_pytype(&f, obj);
	unvisited_init(&f.py);
	add(&f, dict, &refs);
	ck_assert_uint_eq(refs.to.nr, 0);
	add(&f, class, &refs);
	nr = refs.to.nr;
	ck_assert_uint_ge(nr, 2);
	check_ref(&refs, nr - 2, a, REF_FIELD, FIELD_INSTANCE_NAME);
	check_ref(&refs, nr - 1, b, REF_FIELD, FIELD_INSTANCE_NAME);
	ck_assert_uint_eq(refs.borrowed.nr, 0);
	finish(&f, &refs);
}
END_TEST

/* The class has given the table up: it counts each key once. */
START_TEST(one_dict_owns_shared_keys_that_no_class_has)
{
	struct refs refs = { .named = true };
	raddr a, b, keys, first, second, none;
	struct fake f;

	fake_init(&f, fake_rows[_i]);
	none = f.py.known.none;
	a = fake_str(&f, "a");
	b = fake_str(&f, "b");
	keys = fake_dict_keys(&f, 2, (raddr[]){ a, 0, b, 0 }, false);
	first = fake_split_dict(&f, keys, 1, &none);
	second = fake_split_dict(&f, keys, 1, &none);
	start(&f);
	for (int i = 0; i < 2; i++) {
		add(&f, first, &refs);
		ck_assert_uint_eq(refs.to.nr, 2);
		ck_assert_uint_eq(refs.borrowed.nr, 0);
		add(&f, second, &refs);
		ck_assert_uint_eq(refs.to.nr, 2);
		check_ref(&refs, 1, b, REF_KEY, 0);
		ck_assert_uint_eq(refs.borrowed.nr, 2);
	}
	finish(&f, &refs);
}
END_TEST

START_TEST(classes_have_names)
{
	struct refs refs = { .named = true };
	const struct layout *l;
	raddr class, slots;
	struct fake f;

	fake_init(&f, fake_rows[_i]);
	l = &f.py.layout;
	class = fake_type(&f, &(struct fake_type){
		.name = "app.User",
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC });
	slots = fake_tuple(&f, 0, NULL);
	fake_put(&f, class, l->heaptype_name, fake_str(&f, "User"));
	fake_put(&f, class, l->heaptype_slots, slots);
	start(&f);
	add(&f, class, &refs);
	ck_assert_uint_eq(refs.to.nr, 3);
	ck_assert_int_eq(refs.names.v[0].arg, FIELD_NAME);
	ck_assert_int_eq(refs.names.v[1].arg, FIELD_QUALNAME);
	check_ref(&refs, 2, slots, REF_FIELD, FIELD_HT_SLOTS);
	/* A static class has none. */
	add(&f, f.py.known.list, &refs);
	ck_assert_uint_eq(refs.to.nr, 0);
	finish(&f, &refs);
}
END_TEST

START_TEST(others_have_names)
{
	struct refs refs = { .named = true };
	const struct layout *l;
	raddr module, descr, coroutine, name, origin;
	struct fake f;

	fake_init(&f, fake_rows[_i]);
	l = &f.py.layout;
	name = fake_str(&f, "f");
	origin = fake_tuple(&f, 0, NULL);
	module = fake_module(&f, "app", fake_namespace(&f, NULL));
	descr = fake_object(&f, fake_type(&f, &(struct fake_type){
		.name = "method_descriptor", .flags = TPFLAG_HAVE_GC,
		.traverse = f.py.known.descr_traverse }), 64);
	fake_put(&f, descr, l->descr_name, name);
	fake_put(&f, descr, l->descr_name + 8, origin);
	coroutine = fake_object(&f, f.py.known.coroutine, 200);
	fake_put(&f, coroutine, l->gen_origin, origin);
	start(&f);
	add(&f, module, &refs);
	ck_assert_uint_eq(refs.to.nr, 1);
	ck_assert_int_eq(refs.names.v[0].arg, FIELD_MODULE_NAME);
	add(&f, descr, &refs);
	ck_assert_uint_eq(refs.to.nr, 2);
	check_ref(&refs, 0, name, REF_FIELD, FIELD_NAME);
	check_ref(&refs, 1, origin, REF_FIELD, FIELD_QUALNAME);
	add(&f, coroutine, &refs);
	ck_assert_uint_eq(refs.to.nr, 1);
	check_ref(&refs, 0, origin, REF_FIELD, FIELD_CR_ORIGIN);
	add(&f, origin, &refs);
	ck_assert_uint_eq(refs.to.nr, 0);
	finish(&f, &refs);
}
END_TEST

/* An array of objects of numpy 1: 2 rows and 3 columns, or `nr` items. */
static raddr make_array(struct fake *f, raddr base, raddr data, uint32_t nd,
			uint64_t nr)
{
	const uint64_t shapes[2][4] = { { nr, 8 }, { 2, 3, 8, 16 } };
	uint64_t head = f->py.layout.object_size;
	raddr array = fake_object(f, fake_type(f, &(struct fake_type){
		.name = "numpy.ndarray" }), 128);
	raddr descr = fake_object(f, fake_type(f, &(struct fake_type){
		.name = "numpy.dtype[object_]" }), 128);
	raddr shape = fake_block(f, 32);

	for (uint32_t i = 0; i < 2 * nd; i++)
		fake_put(f, shape, i * 8, shapes[nd - 1][i]);
	fake_put8(f, descr + head, 8, 'O');
	fake_put32(f, descr + head, 16, 8);
	fake_put(f, array + head, 0, data);
	fake_put32(f, array + head, 8, nd);
	fake_put(f, array + head, 16, shape);
	fake_put(f, array + head, 32, base);
	fake_put(f, array + head, 40, descr);
	fake_put32(f, array + head, 48, base ? 0 : 4);
	return array;
}

/* An item that nobody has set is NULL. */
START_TEST(arrays_have_items)
{
	struct refs refs = { .named = true };
	raddr data, array, view, matrix, items[6];
	struct fake f;

	fake_init(&f, fake_rows[_i]);
	data = fake_block(&f, 48);
	for (uint32_t i = 0; i < 6; i++) {
		items[i] = fake_str(&f, "item");
		fake_put(&f, data, i * 8, i == 2 ? 0 : items[i]);
	}
	array = make_array(&f, 0, data, 1, 4);
	view = make_array(&f, array, data, 1, 4);
	matrix = make_array(&f, 0, data, 2, 0);
	start(&f);
	add(&f, array, &refs);
	ck_assert_uint_eq(refs.to.nr, 4);
	ck_assert_int_eq(refs.names.v[0].arg, FIELD_ARRAY_DTYPE);
	check_ref(&refs, 1, items[0], REF_INDEX, 0);
	check_ref(&refs, 2, items[1], REF_INDEX, 1);
	check_ref(&refs, 3, items[3], REF_INDEX, 3);
	/* A view has none of the items: its base has. */
	add(&f, view, &refs);
	ck_assert_uint_eq(refs.to.nr, 2);
	check_ref(&refs, 0, array, REF_FIELD, FIELD_ARRAY_BASE);
	/* Column after column in memory. */
	add(&f, matrix, &refs);
	ck_assert_uint_eq(refs.to.nr, 6);
	check_ref(&refs, 1, items[0], REF_FLAT, 0);
	check_ref(&refs, 2, items[4], REF_FLAT, 2);
	check_ref(&refs, 3, items[1], REF_FLAT, 3);
	check_ref(&refs, 4, items[3], REF_FLAT, 4);
	check_ref(&refs, 5, items[5], REF_FLAT, 5);
	finish(&f, &refs);
}
END_TEST

/* A length that is a lie, and too many dimensions. */
START_TEST(arrays_may_lie)
{
	struct refs refs = { .named = true };
	raddr data, array, deep;
	struct fake f;

	fake_init(&f, fake_rows[_i]);
	data = fake_block(&f, 64);
	array = make_array(&f, 0, data, 1, UINT64_C(1) << 60);
	deep = make_array(&f, 0, data, 1, 4);
	fake_put32(&f, deep + f.py.layout.object_size, 8, 2000000000);
	start(&f);
	f.py.most_claims = 1000;
	add(&f, array, &refs);
	ck_assert_uint_eq(refs.to.nr, 1);
	add(&f, deep, &refs);
	ck_assert_uint_eq(refs.to.nr, 0);
	finish(&f, &refs);
}
END_TEST

/* Many dicts that share one table can't claim it again and again. */
START_TEST(a_table_is_claimed_once)
{
	struct refs refs = { .named = true };
	raddr dict, a, none;
	struct fake f;

	fake_init(&f, fake_rows[_i]);
	a = fake_str(&f, "a");
	none = f.py.known.none;
	dict = fake_dict(&f, 1, (raddr[]){ a, none }, false);
	start(&f);
	f.py.most_claims = 2;
	refs_begin(&f.py);
	for (int i = 0; i < 3; i++)
		unvisited_add(&f.py, fake_pytype(&f, dict), dict, &refs);
	ck_assert_uint_eq(refs.to.nr, 2);
	finish(&f, &refs);
}
END_TEST

const char suite_name[] = "unvisited";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, str_keys_are_the_dicts, 0, fake_nr_rows);
	tcase_add_loop_test(tc, shared_keys_are_the_class_s, 0, fake_nr_rows);
	tcase_add_loop_test(tc, one_dict_owns_shared_keys_that_no_class_has, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, classes_have_names, 0, fake_nr_rows);
	tcase_add_loop_test(tc, others_have_names, 0, fake_nr_rows);
	tcase_add_loop_test(tc, arrays_have_items, 0, fake_nr_rows);
	tcase_add_loop_test(tc, arrays_may_lie, 0, fake_nr_rows);
	tcase_add_loop_test(tc, a_table_is_claimed_once, 0, fake_nr_rows);
}
