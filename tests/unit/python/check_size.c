/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys.getsizeof() of objects that have more than their struct: what __sizeof__
 * of their type adds up, in fake CPythons.  check_dict.c has dicts and plain
 * objects.  And heap.facts, which come from the same types.
 */
#include <check.h>
#include <stdlib.h>

#include "fake-values.h"
#include "python/objects/facts.h"
#include "python/objects/size.h"
#include "suite.h"

static struct fake f;

struct sized {
	raddr obj;
	uint64_t size;
};
VEC_DEFINE(sized_vec, struct sized);
static struct sized_vec all;

static void expect(raddr obj, uint64_t size)
{
	sized_vec_push(&all, (struct sized){ obj, size });
}

/* The sizes; then no word of the objects may be needed for it to end. */
static void check_all(void)
{
	fake_ready(&f);
	for (size_t i = 0; i < all.nr; i++)
		ck_assert_uint_eq(size_of(&f.py, fake_pytype(&f, all.v[i].obj),
					  all.v[i].obj), all.v[i].size);
	for (size_t i = 0; i < all.nr; i++) {
		const struct pytype *t = fake_pytype(&f, all.v[i].obj);

		for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word);
		     word++) {
			size_of(&f.py, t, all.v[i].obj);
			fake_map_again(&f);
		}
	}
	sized_vec_release(&all);
	fake_release(&f);
}

#define SIZE 512		/* of the struct of each type here */

/* An instance of a static type with that tp_name. */
static raddr instance(const char *name)
{
	raddr type = fake_type(&f, &(struct fake_type){ .name = name,
							.basicsize = SIZE });

	return fake_object(&f, type, SIZE);
}

static uint64_t head(void)
{
	return f.py.free_threaded ? 0 : 16;
}

/* --- builtin types --- */

START_TEST(sizes_of_sets_and_deques)
{
	const struct layout *l = &f.py.layout;
	raddr small, large, deque;

	fake_init(&f, fake_rows[_i]);
	small = fake_object(&f, f.py.known.set, 256);
	fake_put(&f, small, l->set_table, small + l->set_smalltable);
	fake_put(&f, small, l->set_mask, 7);
	expect(small, head() + 200);
	large = fake_object(&f, f.py.known.frozenset, 256);
	fake_put(&f, large, l->set_table, 0x2000);
	fake_put(&f, large, l->set_mask, 31);
	expect(large, head() + 200 + 32 * 16);
	/* 70 items from number 30 of a block of 64 on. */
	deque = instance("collections.deque");
	fake_put(&f, deque, l->var_size, 70);
	fake_put(&f, deque, l->deque_leftindex, 30);
	expect(deque, SIZE + 2 * 528);
	check_all();
}
END_TEST

START_TEST(sizes_of_ordered_dicts)
{
	const struct layout *l = &f.py.layout;
	raddr type, obj, keys, pairs[2];

	fake_init(&f, fake_rows[_i]);
	type = fake_type(&f, &(struct fake_type){
		.name = "collections.OrderedDict", .base = f.py.known.dict,
		.flags = TPFLAG_DICT_SUBCLASS, .basicsize = SIZE });
	obj = fake_object(&f, type, SIZE);
	pairs[0] = fake_str(&f, "key");
	pairs[1] = fake_int(&f, 1);
	keys = fake_dict_keys(&f, 1, pairs, true);
	fake_put(&f, obj, l->dict_keys, keys);
	fake_put(&f, obj, l->dict_used, 1);
	fake_put(&f, obj, l->odict_fast_nodes_size, 8);
	/* 8 pointers, and a node of 32 bytes for the one entry. */
	expect(obj, SIZE + l->keys_indices + 8 + 5 * 24 + 8 * 8 + 32);
	check_all();
}
END_TEST

START_TEST(sizes_of_bytearrays)
{
	const struct layout *l = &f.py.layout;
	raddr obj, empty;

	fake_init(&f, fake_rows[_i]);
	obj = instance("bytearray");
	fake_put_if(&f, obj, l->bytearray_alloc, 11);
	/* 3.15: in a bytes object. */
	expect(obj, SIZE + 11 + (l->bytearray_object != LAYOUT_NONE ?
				 l->bytes_value + 1 : 0));
	empty = instance("bytearray");
	expect(empty, SIZE);
	check_all();
}
END_TEST

START_TEST(sizes_of_classes)
{
	const struct layout *l = &f.py.layout;
	uint64_t asked;
	raddr class, keys, pairs[2];

	fake_init(&f, fake_rows[_i]);
	/* 3.11 and 3.12 add a PyGC_Head to static classes, too. */
	asked = f.py.minor == 11 || f.py.minor == 12 ? 16 : 0;
	expect(f.py.known.list, l->type_size + asked);
	pairs[0] = fake_str(&f, "key");
	pairs[1] = 0;
	keys = fake_dict_keys(&f, 1, pairs, false);
	class = fake_type(&f, &(struct fake_type){
		.name = "app.Class", .flags = TPFLAG_HEAPTYPE,
		.cached_keys = keys });
	expect(class, head() + l->heaptype_size + l->keys_indices + 8 +
	       5 * (f.py.minor >= 11 ? 16 : 24));
	class = fake_type(&f, &(struct fake_type){
		.name = "app.Other", .flags = TPFLAG_HEAPTYPE });
	expect(class, head() + l->heaptype_size);
	check_all();
}
END_TEST

static const struct fake_names names = {
	.locals = { "a", "b" }, .cells = { "c" }, .frees = { "d", "e" },
};

/* Five variables and a stack of four words. */
START_TEST(sizes_of_frames_and_generators)
{
	const struct layout *l = &f.py.layout;
	uint64_t iframe_size;
	raddr code, frame, generator;

	fake_init(&f, fake_rows[_i]);
	code = fake_code_of(&f, &names, 1, NULL, 0);
	generator = fake_object(&f, f.py.known.generator, SIZE);
	if (f.py.minor < 11) {
		fake_put32(&f, code, l->code_nlocals, 2);
		frame = fake_frame(&f, code, 5, 5, (raddr[5]){ 0 }, 0);
		expect(frame, head() + l->frame_size - 8 + 9 * 8);
		expect(generator, head() + 112);
	} else {
		frame = fake_object(&f, f.py.known.frame, SIZE);
		fake_put(&f, frame, l->frame_frame,
			 fake_frame(&f, code, 5, 5, (raddr[5]){ 0 }, 0));
		iframe_size = l->iframe_localsplus + 9 * 8;
		expect(frame, head() + l->frame_data + iframe_size);
		fake_put(&f, generator + l->gen_iframe, l->iframe_code, code);
		expect(generator, head() + l->gen_iframe + iframe_size);
	}
	check_all();
}
END_TEST

START_TEST(sizes_of_code)
{
	const struct layout *l = &f.py.layout;
	raddr plain, more, extra;

	fake_init(&f, fake_rows[_i]);
	plain = fake_code_of(&f, &names, 1, NULL, 0);
	expect(plain, 200);
	more = fake_code_of(&f, &names, 1, NULL, 0);
	extra = fake_block(&f, 64);
	fake_put(&f, extra, 0, 3);
	fake_put(&f, more, l->code_extra, extra);
	expect(more, 200 + 8 + 3 * 8);
	if (l->code_cell2arg != LAYOUT_NONE) {
		more = fake_code_of(&f, &names, 1, NULL, 0);
		fake_put(&f, more, l->code_cell2arg, 0x2000);
		expect(more, 200 + 8);
	}
	check_all();
}
END_TEST

/* --- the library --- */

START_TEST(sizes_of_arrays_and_buffers)
{
	const struct layout *l = &f.py.layout;
	raddr obj, descr, buffer;

	fake_init(&f, fake_rows[_i]);
	obj = instance("array.array");
	descr = fake_block(&f, 64);
	fake_put32(&f, descr, l->arraydescr_itemsize, 4);
	fake_put(&f, obj, l->array_descr, descr);
	fake_put(&f, obj, l->array_allocated, 10);
	expect(obj, SIZE + 40);
	obj = instance("_io.BufferedReader");
	fake_put(&f, obj, l->buffered_buffer_size, 8192);
	expect(obj, SIZE);
	obj = instance("_io.BufferedWriter");
	fake_put(&f, obj, l->buffered_buffer, 0x2000);
	fake_put(&f, obj, l->buffered_buffer_size, 8192);
	expect(obj, SIZE + 8192);
	obj = instance("_io.BytesIO");
	fake_put(&f, obj, l->bytesio_buf, fake_bytes(&f, "hello", 5));
	expect(obj, SIZE + l->bytes_value + 1 + 5);
	/* Somebody else has it, too. */
	obj = instance("_io.BytesIO");
	buffer = fake_bytes(&f, "hello", 5);
	fake_refcount(&f, buffer, 2);
	fake_put(&f, obj, l->bytesio_buf, buffer);
	expect(obj, SIZE);
	check_all();
}
END_TEST

START_TEST(sizes_of_iterators)
{
	const struct layout *l = &f.py.layout;
	raddr obj, three;

	fake_init(&f, fake_rows[_i]);
	three = fake_tuple(&f, 3, (raddr[3]){ 0 });
	obj = instance("itertools.product");
	fake_put(&f, obj, l->product_pools, three);
	expect(obj, SIZE + 3 * 8);
	obj = instance("itertools.combinations");
	fake_put(&f, obj, l->combinations_r, 4);
	expect(obj, SIZE + 4 * 8);
	obj = instance("itertools.combinations_with_replacement");
	fake_put(&f, obj, l->cwr_r, 5);
	expect(obj, SIZE + 5 * 8);
	obj = instance("itertools.permutations");
	fake_put(&f, obj, l->permutations_pool, three);
	fake_put(&f, obj, l->permutations_r, 2);
	expect(obj, SIZE + 3 * 8 + 2 * 8);
	check_all();
}
END_TEST

/* Two codes, and the last one. */
START_TEST(sizes_of_structs)
{
	const struct layout *l = &f.py.layout;
	raddr obj, codes;

	fake_init(&f, fake_rows[_i]);
	obj = instance("_struct.Struct");
	codes = fake_block(&f, 3 * l->formatcode_size);
	fake_put(&f, codes, l->formatcode_fmtdef, 0x2000);
	fake_put(&f, codes + l->formatcode_size, l->formatcode_fmtdef, 0x2000);
	fake_put(&f, obj, l->struct_codes, codes);
	expect(obj, SIZE + 3 * l->formatcode_size);
	obj = instance("_struct.Struct");
	expect(obj, SIZE);
	check_all();
}
END_TEST

START_TEST(sizes_of_decimals_and_elements)
{
	const struct layout *l = &f.py.layout;
	raddr obj, extra;

	fake_init(&f, fake_rows[_i]);
	obj = instance("decimal.Decimal");
	fake_put(&f, obj, l->decimal_alloc, 4);
	expect(obj, SIZE + 4 * 8);
	obj = instance("decimal.Decimal");
	fake_put8(&f, obj, l->decimal_flags, 64);
	fake_put(&f, obj, l->decimal_alloc, 4);
	expect(obj, SIZE);
	obj = instance("xml.etree.ElementTree.Element");
	expect(obj, SIZE);
	/* Four children have room in it, more lie elsewhere. */
	obj = instance("xml.etree.ElementTree.Element");
	extra = fake_block(&f, l->elementextra_size);
	fake_put(&f, obj, l->element_extra, extra);
	fake_put(&f, extra, l->elementextra_allocated, 4);
	fake_put(&f, extra, l->elementextra_children,
		 extra + l->elementextra_inline);
	expect(obj, SIZE + l->elementextra_size);
	obj = instance("xml.etree.ElementTree.Element");
	extra = fake_block(&f, l->elementextra_size);
	fake_put(&f, obj, l->element_extra, extra);
	fake_put(&f, extra, l->elementextra_allocated, 9);
	fake_put(&f, extra, l->elementextra_children, 0x2000);
	expect(obj, SIZE + l->elementextra_size + 9 * 8);
	check_all();
}
END_TEST

/* The struct's members are those of the layout if it has the class's size. */
static raddr instance_of_size(const char *name, uint32_t size)
{
	raddr type = fake_type(&f, &(struct fake_type){ .name = name,
							.basicsize = size });

	return fake_object(&f, type, size);
}

START_TEST(sizes_of_picklers)
{
	const struct layout *l = &f.py.layout;
	raddr obj, memo;

	fake_init(&f, fake_rows[_i]);
	obj = instance_of_size("_pickle.Pickler", l->pickler_size);
	memo = fake_block(&f, l->memotable_size);
	fake_put(&f, memo, l->memotable_allocated, 8);
	fake_put(&f, obj, l->pickler_memo, memo);
	fake_put(&f, obj, l->pickler_output, fake_bytes(&f, "abc", 3));
	expect(obj, l->pickler_size + l->memotable_size +
	       8 * l->memoentry_size + l->bytes_value + 1 + 3);
	obj = instance_of_size("_pickle.Unpickler", l->unpickler_size);
	fake_put(&f, obj, l->unpickler_memo, 0x2000);
	fake_put(&f, obj, l->unpickler_memo_size, 32);
	fake_put(&f, obj, l->unpickler_marks, 0x2000);
	fake_put(&f, obj, l->unpickler_marks_size, 20);
	fake_put(&f, obj, l->unpickler_encoding, fake_c_string(&f, "ASCII"));
	expect(obj, l->unpickler_size + 32 * 8 + 20 * 8 + 6);
	check_all();
}
END_TEST

/* The tree of the module parser, which went with 3.10: two children, for which
 * four are allocated, one of them with a string. */
START_TEST(sizes_of_syntax_trees)
{
	const struct layout *l = &f.py.layout;
	raddr obj, node, children;

	fake_init(&f, fake_rows[_i]);
	if (l->node_size != LAYOUT_NONE) {
		obj = instance("parser.st");
		node = fake_block(&f, l->node_size);
		children = fake_block(&f, 2 * l->node_size);
		fake_put(&f, obj, l->parser_node, node);
		fake_put(&f, node, l->node_children, children);
		fake_put32(&f, node, l->node_nr_children, 2);
		fake_put(&f, children, l->node_str, fake_c_string(&f, "ab"));
		expect(obj, SIZE + 5 * l->node_size + 3);
	}
	check_all();
}
END_TEST

/* --- facts --- */

/* A class of the given base whose dict has __sizeof__ or not, and an instance
 * of it. */
static raddr instance_with(bool own, raddr base, raddr middle)
{
	const struct layout *l = &f.py.layout;
	raddr type = fake_type(&f, &(struct fake_type){
		.name = "app.Sized", .base = middle ? middle : base,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC });
	raddr mro[] = { type, middle ? middle : base, base,
			f.py.known.object };

	if (own)
		fake_put(&f, type, l->type_dict,
			 fake_namespace(&f, "__sizeof__", fake_none(&f),
					NULL));
	fake_put(&f, type, l->type_mro, fake_tuple(&f, 4, mro));
	return fake_object(&f, type, 256);
}

static bool is_known(raddr obj)
{
	return size_is_known(&f.py, fake_pytype(&f, obj));
}

START_TEST(sizes_that_are_not_known)
{
	const struct layout *l;
	raddr plain, own, inherits, of_object, array, numpy;

	fake_init(&f, fake_rows[_i]);
	l = &f.py.layout;
	/* As in CPython: object, dict and numpy.ndarray have one. */
	fake_put(&f, f.py.known.object, l->type_dict,
		 fake_namespace(&f, "__sizeof__", fake_none(&f), NULL));
	fake_put(&f, f.py.known.dict, l->type_dict,
		 fake_namespace(&f, "__sizeof__", fake_none(&f), NULL));
	array = fake_type(&f, &(struct fake_type){ .name = "numpy.ndarray",
						   .basicsize = SIZE });
	fake_put(&f, array, l->type_dict,
		 fake_namespace(&f, "__sizeof__", fake_none(&f), NULL));
	plain = instance_with(false, f.py.known.dict, 0);
	own = instance_with(true, f.py.known.dict, 0);
	inherits = instance_with(false, f.py.known.dict,
				 fake_word(&f, own, l->object_type));
	of_object = instance_with(true, f.py.known.object, 0);
	numpy = instance_with(false, array, 0);
	fake_ready(&f);
	f.py.lookups = 1 << 20;
	ck_assert(is_known(plain));
	ck_assert(!is_known(own));
	ck_assert(!is_known(of_object));
	ck_assert(is_known(numpy));
	ck_assert(!is_known(inherits));
	fake_release(&f);
}
END_TEST

START_TEST(sizes_of_numpy)
{
	raddr array, view, scalar, record, descr, shape;
	uint64_t at;

	fake_init(&f, fake_rows[_i]);
	at = f.py.layout.object_size;
	descr = instance("numpy.dtype");
	fake_put32(&f, descr + at, 16, 24);
	fake_put(&f, descr + at, 32, fake_none(&f));
	shape = fake_block(&f, 32);
	fake_put(&f, shape, 0, 3);
	fake_put(&f, shape, 8, 5);
	array = instance("numpy.ndarray");
	view = instance("numpy.ndarray");
	for (int i = 0; i < 2; i++) {
		raddr fields = (i ? view : array) + at;

		fake_put32(&f, fields, 8, 2);
		fake_put(&f, fields, 16, shape);
		fake_put(&f, fields, 40, descr);
		fake_put32(&f, fields, 48, i ? 0 : 4);
	}
	expect(array, SIZE + 32 + 3 * 5 * 24);
	expect(view, SIZE + 32);
	scalar = instance("numpy.complex128");
	expect(scalar, SIZE + 16);
	record = instance("numpy.void");
	fake_put(&f, record + at, 16, descr);
	expect(record, SIZE + 24);
	check_all();
}
END_TEST

static oid add_object(raddr obj)
{
	const struct pytype *t = fake_pytype(&f, obj);

	return heap_add_object(&f.heap, obj,
			       (uint32_t)(t - f.py.types.v));
}

START_TEST(facts_of_bounded_containers)
{
	const struct layout *l = &f.py.layout;
	raddr deque, cache, other, pairs[2];
	const struct heap_fact *fact;
	oid o;

	fake_init(&f, fake_rows[_i]);
	f.py.known.deque_traverse = fake_function(&f);
	deque = fake_type(&f, &(struct fake_type){
		.name = "collections.deque", .flags = TPFLAG_HAVE_GC,
		.basicsize = SIZE, .traverse = f.py.known.deque_traverse });
	deque = fake_object(&f, deque, SIZE);
	fake_put(&f, deque, l->var_size, 7);
	fake_put(&f, deque, l->deque_maxlen, 10);
	cache = instance("functools._lru_cache_wrapper");
	pairs[0] = pairs[1] = fake_int(&f, 1);
	fake_put(&f, cache, l->lru_cache_maxsize, (uint64_t)-1);
	fake_put(&f, cache, l->lru_cache_hits, 5);
	fake_put(&f, cache, l->lru_cache_misses, 6);
	fake_put(&f, cache, l->lru_cache_cache, fake_dict(&f, 1, pairs, true));
	other = fake_list(&f, 0, NULL);
	fake_ready(&f);
	add_object(other);
	o = add_object(deque);
	add_object(cache);
	facts_load(&f.py);
	ck_assert_uint_eq(f.heap.facts.nr, 2);
	fact = heap_fact_of(&f.heap, o);
	ck_assert_ptr_nonnull(fact);
	ck_assert_int_eq(fact->kind, FACT_DEQUE);
	ck_assert_int_eq(fact->bound, 10);
	ck_assert_int_eq(fact->length, 7);
	fact = heap_fact_of(&f.heap, o + 1);
	ck_assert_ptr_nonnull(fact);
	ck_assert_int_eq(fact->kind, FACT_LRU_CACHE);
	ck_assert_int_eq(fact->bound, -1);
	ck_assert_int_eq(fact->length, 1);
	ck_assert_uint_eq(fact->hits, 5);
	ck_assert_uint_eq(fact->misses, 6);
	fake_release(&f);
}
END_TEST

const char suite_name[] = "size";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		sizes_of_sets_and_deques, sizes_of_ordered_dicts,
		sizes_of_bytearrays, sizes_of_classes,
		sizes_of_frames_and_generators, sizes_of_code,
		sizes_of_arrays_and_buffers, sizes_of_iterators,
		sizes_of_structs, sizes_of_decimals_and_elements,
		sizes_of_picklers, sizes_of_syntax_trees,
		sizes_that_are_not_known, sizes_of_numpy,
		facts_of_bounded_containers,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
