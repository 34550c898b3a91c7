/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Classes and the object map, over forged ones of every version.
 */
#include <check.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "fake-python.h"
#include "python/state/object-head.h"
#include "python/types/object-map.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "suite.h"

static void init(struct fake *f, int row)
{
	fake_init(f, fake_rows[row]);
}

static raddr add_class(struct fake *f, const char *name, raddr base)
{
	struct fake_type t = {
		.name = name, .base = base,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC,
	};

	return fake_type(f, &t);
}

/* --- loading classes ---------------------------------------------------- */

START_TEST(a_class_is_loaded_once_after_its_bases)
{
	struct fake f;
	raddr base, class;
	uint32_t index;

	init(&f, _i);
	base = add_class(&f, "app.Base", 0);
	class = add_class(&f, "app.User", base);
	fake_ready(&f);
	ck_assert_uint_eq(types_load(&f.py, class), 2);
	ck_assert_uint_eq(f.py.types.v[0].address, f.py.known.object);
	ck_assert_uint_eq(f.py.types.v[1].address, base);
	index = types_load(&f.py, class);
	ck_assert_uint_eq(index, 2);
	ck_assert_uint_eq(f.py.types.nr, 3);
	ck_assert_uint_eq(types_load_known(&f.py, base), 1);
	ck_assert_uint_eq(types_load_known(&f.py, f.py.known.list),
			  UINT32_MAX);
	ck_assert(f.py.types.v[index].is_subtype);
	ck_assert_uint_eq(f.py.types.v[index].base, base);
	fake_release(&f);
}
END_TEST

/* Bases that go round, and a class that is its own base. */
START_TEST(bases_that_go_round_end)
{
	struct fake f;
	raddr a, b;

	init(&f, _i);
	a = add_class(&f, "app.A", 0);
	b = add_class(&f, "app.B", a);
	fake_put(&f, a, f.py.layout.type_base, b);
	fake_ready(&f);
	ck_assert_uint_ne(types_load(&f.py, b), UINT32_MAX);
	ck_assert_uint_eq(f.py.types.nr, 2);
	ck_assert(types_is_subclass(&f.py, b, a));
	ck_assert(!types_is_subclass(&f.py, b, f.py.known.list));
	fake_release(&f);
}
END_TEST

static bool is_rejected(int row, uint32_t (*offset)(const struct layout *),
			uint64_t value)
{
	struct fake f;
	raddr class;
	bool rejected;

	init(&f, row);
	class = add_class(&f, "app.User", 0);
	fake_put(&f, class, offset(&f.py.layout), value);
	fake_ready(&f);
	rejected = types_load(&f.py, class) == UINT32_MAX;
	/* The second time it is known. */
	ck_assert(rejected == (types_load(&f.py, class) == UINT32_MAX));
	fake_release(&f);
	return rejected;
}

static uint32_t basicsize(const struct layout *l)
{
	return l->type_basicsize;
}

static uint32_t dealloc(const struct layout *l)
{
	return l->type_dealloc;
}

static uint32_t name(const struct layout *l)
{
	return l->type_name;
}

static uint32_t metatype(const struct layout *l)
{
	return l->object_type;
}

START_TEST(what_can_be_no_class_is_none)
{
	struct fake f;

	ck_assert(is_rejected(_i, basicsize, 0));
	ck_assert(is_rejected(_i, basicsize, UINT64_MAX));
	ck_assert(!is_rejected(_i, basicsize, 4096));
	ck_assert(is_rejected(_i, dealloc, 0));
	ck_assert(is_rejected(_i, name, 0));
	ck_assert(is_rejected(_i, metatype, 0));
	init(&f, _i);
	fake_ready(&f);
	ck_assert_uint_eq(types_load(&f.py, 0), UINT32_MAX);
	ck_assert_uint_eq(types_load(&f.py, f.py.known.list + 1), UINT32_MAX);
	ck_assert_uint_eq(types_load(&f.py, f.py.known.none), UINT32_MAX);
	fake_release(&f);
}
END_TEST

START_TEST(static_classes_are_not_for_the_collector)
{
	const struct pytype *type;
	struct fake f;
	raddr class, list;

	init(&f, _i);
	class = add_class(&f, "app.User", 0);
	list = fake_list(&f, 0, NULL);
	fake_ready(&f);
	type = fake_pytype(&f, class);
	ck_assert(types_is_gc(&f.py, type, class));
	ck_assert(!types_is_gc(&f.py, type, f.py.known.list));
	ck_assert(types_is_gc(&f.py, fake_pytype(&f, list), list));
	ck_assert(!types_is_gc(&f.py, fake_pytype(&f, f.py.known.none),
			       f.py.known.none));
	fake_release(&f);
}
END_TEST

/* --- names -------------------------------------------------------------- */

static void check_full_name(struct fake *f, raddr type, const char *expected)
{
	CLEANUP(freep) char *full = NULL;
	uint32_t index = types_load(&f->py, type);

	full = type_names_full(&f->py, &f->py.types.v[index]);
	ck_assert_str_eq(full, expected);
}

START_TEST(classes_have_the_names_that_python_shows)
{
	struct fake f;
	raddr user, inner, plain;

	init(&f, _i);
	user = add_class(&f, "app.User", 0);
	inner = add_class(&f, "app.models.Row", 0);
	plain = add_class(&f, "Plain", 0);
	fake_ready(&f);
	check_full_name(&f, user, "app.User");
	check_full_name(&f, inner, "app.models.Row");
	/* Those of builtins go without their module. */
	check_full_name(&f, plain, "Plain");
	check_full_name(&f, f.py.known.dict, "dict");
	ck_assert_str_eq(type_names_of(&f.py, f.py.known.dict), "dict");
	ck_assert(type_names_is(&f.py, f.py.known.dict, "dict"));
	ck_assert(!type_names_is(&f.py, f.py.known.dict, "dic"));
	ck_assert(!type_names_is(&f.py, f.py.known.dict, "dicts"));
	fake_release(&f);
}
END_TEST

/* The classes of the MRO are asked in order. */
START_TEST(attributes_are_found_along_the_mro)
{
	const struct layout *l;
	struct fake f;
	raddr base, class, mro[2], value, found, owner, other;

	init(&f, _i);
	l = &f.py.layout;
	base = add_class(&f, "app.Base", 0);
	class = add_class(&f, "app.User", base);
	value = fake_int(&f, 1);
	other = fake_int(&f, 2);
	fake_put(&f, class, l->type_dict,
		 fake_namespace(&f, "a", other, NULL));
	fake_put(&f, base, l->type_dict,
		 fake_namespace(&f, "a", value, "b", value, NULL));
	mro[0] = class;
	mro[1] = base;
	fake_put(&f, class, l->type_mro, fake_tuple(&f, 2, mro));
	fake_ready(&f);
	ck_assert(types_lookup(&f.py, class, "a", &found, &owner));
	ck_assert_uint_eq(found, other);
	ck_assert_uint_eq(owner, class);
	ck_assert(types_lookup(&f.py, class, "b", &found, &owner));
	ck_assert_uint_eq(found, value);
	ck_assert_uint_eq(owner, base);
	ck_assert(!types_lookup(&f.py, class, "c", &found, &owner));
	/* No more may be looked at. */
	f.py.lookups = 0;
	ck_assert(!types_lookup(&f.py, class, "b", &found, &owner));
	fake_release(&f);
}
END_TEST

/* --- the object map ----------------------------------------------------- */

START_TEST(an_object_is_added_once)
{
	struct fake f;
	raddr list;
	oid o;

	init(&f, _i);
	list = fake_list(&f, 0, NULL);
	fake_refcount(&f, list, 7);
	fake_ready(&f);
	ck_assert_uint_eq(object_map_find(&f.py, list), OID_NONE);
	o = object_map_add(&f.py, list);
	ck_assert_uint_eq(o, 0);
	ck_assert_uint_eq(object_map_add(&f.py, list), o);
	ck_assert_uint_eq(object_map_find(&f.py, list), o);
	ck_assert_uint_eq(f.heap.nr_objects, 1);
	ck_assert_uint_eq(f.heap.refcount[o], 7);
	ck_assert_uint_eq(types_of(&f.py, o)->address, f.py.known.list);
	fake_release(&f);
}
END_TEST

START_TEST(what_can_be_no_object_is_none)
{
	struct fake f;
	raddr list, dead, untyped;

	init(&f, _i);
	list = fake_list(&f, 0, NULL);
	dead = fake_list(&f, 0, NULL);
	untyped = fake_list(&f, 0, NULL);
	fake_refcount(&f, dead, 0);
	fake_put(&f, untyped, f.py.layout.object_type, list);
	fake_ready(&f);
	ck_assert_uint_ne(object_map_add(&f.py, list), OID_NONE);
	ck_assert_uint_eq(object_map_add(&f.py, 0), OID_NONE);
	ck_assert_uint_eq(object_map_add(&f.py, list + 1), OID_NONE);
	/* No two objects begin within the same 16 bytes. */
	ck_assert_uint_eq(object_map_add(&f.py, list + 8), OID_NONE);
	ck_assert_uint_eq(object_map_add(&f.py, dead), OID_NONE);
	ck_assert_uint_eq(object_map_add(&f.py, untyped), OID_NONE);
	ck_assert_uint_eq(object_map_add(&f.py, UINT64_MAX - 7), OID_NONE);
	ck_assert_uint_eq(f.heap.nr_objects, 1);
	fake_release(&f);
}
END_TEST

static uint32_t refcount_of(struct fake *f, raddr obj)
{
	return object_head_refcount(&f->py,
				    memory_at(f->py.memory, obj,
					      f->py.layout.object_size));
}

/* Bit 31 marks immortal objects from 3.12 on; without a GIL it is the owner's
 * count of 2^32 - 1. */
START_TEST(immortal_objects_are_told)
{
	struct fake f;
	raddr mortal, immortal;

	init(&f, _i);
	mortal = fake_list(&f, 0, NULL);
	immortal = fake_list(&f, 0, NULL);
	fake_refcount(&f, mortal, 3);
	fake_refcount(&f, immortal, UINT32_MAX);
	fake_ready(&f);
	ck_assert_uint_eq(refcount_of(&f, mortal), 3);
	ck_assert_uint_eq(refcount_of(&f, immortal), REFCOUNT_IMMORTAL);
	fake_release(&f);
}
END_TEST

/* The owning thread's count and the others', which is shifted by two bits. */
START_TEST(split_counts_are_added)
{
	const struct layout *l;
	struct fake f;
	raddr obj, owed;

	init(&f, fake_nr_rows - 1);
	l = &f.py.layout;
	ck_assert(f.py.free_threaded);
	obj = fake_list(&f, 0, NULL);
	owed = fake_list(&f, 0, NULL);
	fake_refcount(&f, obj, 3);
	fake_put(&f, obj, l->object_ref_shared, 4 << 2 | 1);
	fake_refcount(&f, owed, 3);
	fake_put(&f, owed, l->object_ref_shared, (uint64_t)-(5 << 2));
	fake_ready(&f);
	ck_assert_uint_eq(refcount_of(&f, obj), 7);
	ck_assert_uint_eq(refcount_of(&f, owed), 0);
	fake_release(&f);
}
END_TEST

/* --- memory that is not there ------------------------------------------- */

START_TEST(missing_memory_makes_no_class)
{
	struct fake f;
	raddr class, obj;

	init(&f, _i);
	class = add_class(&f, "app.User", f.py.known.list);
	obj = fake_object(&f, class, 40);
	fake_ready(&f);
	for (uint64_t word = 0; fake_unmap(&f, 1, word); word++) {
		oid o = object_map_add(&f.py, obj);

		if (o != OID_NONE &&
		    f.py.types.v[f.heap.type[o]].address != class)
			ck_abort_msg("another class, without word %" PRIu64,
				     word);
		fake_restart(&f);
		fake_map_again(&f);
	}
	ck_assert_uint_eq(object_map_add(&f.py, obj), 0);
	fake_release(&f);
}
END_TEST

const char suite_name[] = "types";

void suite_add_tests(TCase *tc)
{
	const int nr = fake_nr_rows;

	tcase_add_loop_test(tc, a_class_is_loaded_once_after_its_bases, 0, nr);
	tcase_add_loop_test(tc, bases_that_go_round_end, 0, nr);
	tcase_add_loop_test(tc, what_can_be_no_class_is_none, 0, nr);
	tcase_add_loop_test(tc, static_classes_are_not_for_the_collector, 0,
			    nr);
	tcase_add_loop_test(tc, classes_have_the_names_that_python_shows, 0,
			    nr);
	tcase_add_loop_test(tc, attributes_are_found_along_the_mro, 0, nr);
	tcase_add_loop_test(tc, an_object_is_added_once, 0, nr);
	tcase_add_loop_test(tc, what_can_be_no_object_is_none, 0, nr);
	tcase_add_loop_test(tc, immortal_objects_are_told, 0, nr);
	tcase_add_test(tc, split_counts_are_added);
	tcase_add_loop_test(tc, missing_memory_makes_no_class, 0, nr);
}
