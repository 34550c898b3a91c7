/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What objects own outside of their own blocks, in fake CPythons.
 */
#include <check.h>

#include "owners.h"
#include "python/state/object-head.h"
#include "suite.h"

/* --- builtin types --- */

START_TEST(objects_without_memory_of_their_own)
{
	raddr number, text;

	fake_init(&f, fake_rows[_i]);
	number = fake_int(&f, 7);
	expect_of(number, true);
	text = fake_str(&f, "text");
	expect_of(text, true);
	expect_of(fake_bytes(&f, "abc", 3), true);
	expect_of(fake_tuple(&f, 2, (raddr[]){ number, text }), true);
	expect_of(instance("somewhere.Unknown"), false);
	check_all();
}
END_TEST

START_TEST(strings_with_copies)
{
	const struct layout *l = &f.py.layout;
	raddr loose, wide, utf8;

	fake_init(&f, fake_rows[_i]);
	loose = fake_loose_str(&f, "text");
	expect(fake_word(&f, loose, l->str_data), 5, RAW_DATA, RAW_LEAF);
	expect_of(loose, true);
	wide = fake_wide_str(&f, 2, (uint16_t[]){ 0x444, 0x445 }, 2);
	utf8 = fake_block(&f, 5);
	fake_put(&f, wide, l->str_utf8, utf8);
	fake_put(&f, wide, l->str_utf8_length, 4);
	expect(utf8, 5, RAW_UTF8, RAW_LEAF);
	/* Until 3.11, wchar_t with a block of its own, or the very data. */
	if (has(l->str_wstr)) {
		raddr copy = fake_block(&f, 12);

		fake_put(&f, wide, l->str_wstr, copy);
		expect(copy, 0, RAW_WSTR, RAW_LEAF);
	}
	expect_of(wide, true);
	wide = fake_wide_str(&f, 4, (uint32_t[]){ 0x1f600 }, 1);
	fake_put_if(&f, wide, l->str_wstr, wide + l->compact_size);
	expect_of(wide, true);
	check_all();
}
END_TEST

START_TEST(items_of_lists)
{
	const struct layout *l = &f.py.layout;
	raddr list, empty, block;

	fake_init(&f, fake_rows[_i]);
	list = fake_object(&f, f.py.known.list, 40);
	block = fake_block(&f, 5 * 8);
	fake_put(&f, list, l->var_size, 2);
	if (f.py.free_threaded) {
		fake_put(&f, block, 0, 4);
		fake_put(&f, list, l->list_item, block + 8);
		expect(block, 40, RAW_ITEMS, RAW_REFERENCES);
	} else {
		fake_put(&f, list, l->list_item, block);
		fake_put(&f, list, l->list_allocated, 4);
		expect(block, 32, RAW_ITEMS, RAW_REFERENCES);
	}
	expect_of(list, true);
	empty = fake_object(&f, f.py.known.list, 40);
	expect_of(empty, true);
	check_all();
}
END_TEST

START_TEST(tables_of_sets)
{
	const struct layout *l = &f.py.layout;
	raddr small, large, table;

	fake_init(&f, fake_rows[_i]);
	small = fake_object(&f, f.py.known.set, 256);
	fake_put(&f, small, l->set_table, small + l->set_smalltable);
	fake_put(&f, small, l->set_mask, 7);
	expect_of(small, true);
	table = fake_block(&f, 32 * 16);
	large = fake_object(&f, f.py.known.frozenset, 256);
	fake_put(&f, large, l->set_table, table);
	fake_put(&f, large, l->set_mask, 31);
	expect(table, 32 * 16, RAW_TABLE, RAW_REFERENCES);
	expect_of(large, true);
	/* More than is mapped: the length is unknown. */
	large = fake_object(&f, f.py.known.set, 256);
	fake_put(&f, large, l->set_table, table);
	fake_put(&f, large, l->set_mask, UINT64_MAX - 1);
	expect(table, 0, RAW_TABLE, RAW_REFERENCES);
	expect_of(large, true);
	check_all();
}
END_TEST

/* The bytes of a table of 8 with room for 5 entries. */
static uint64_t keys_size(bool general)
{
	return f.py.layout.keys_indices + 8 +
	       5 * (f.py.minor >= 11 && !general ? 16 : 24);
}

START_TEST(tables_of_dicts)
{
	const struct layout *l = &f.py.layout;
	raddr dict, keys, values, pairs[2];

	fake_init(&f, fake_rows[_i]);
	pairs[0] = fake_str(&f, "key");
	pairs[1] = fake_int(&f, 1);
	dict = fake_dict(&f, 1, pairs, true);
	keys = fake_word(&f, dict, l->dict_keys);
	fake_put(&f, keys, l->keys_refcount, 1);
	expect(keys, keys_size(true), RAW_KEYS, RAW_REFERENCES);
	expect_of(dict, true);

	keys = fake_dict_keys(&f, 1, pairs, false);
	fake_put(&f, keys, l->keys_refcount, 2);
	values = fake_block(&f, 96);
	dict = fake_object(&f, f.py.known.dict, 48);
	fake_put(&f, dict, l->dict_keys, keys);
	expect(keys, keys_size(false), RAW_KEYS,
	       RAW_REFERENCES | RAW_SHARED);
	if (f.py.minor >= 13) {
		fake_put8(&f, values, l->values_capacity, 3);
		fake_put(&f, dict, l->dict_values, values);
		expect(values, l->values_values + 27, RAW_VALUES,
		       RAW_REFERENCES);
	} else if (f.py.minor >= 11) {
		fake_put8(&f, values, 15, 16);
		fake_put(&f, dict, l->dict_values, values + 16);
		expect(values, 16 + fake_word(&f, keys, l->keys_usable) * 8 +
			       8, RAW_VALUES, RAW_REFERENCES);
	} else {
		fake_put(&f, dict, l->dict_values, values);
		expect(values, fake_word(&f, keys, l->keys_usable) * 8 + 8,
		       RAW_VALUES, RAW_REFERENCES);
	}
	expect_of(dict, true);
	check_all();
}
END_TEST

START_TEST(nodes_of_ordered_dicts)
{
	const struct layout *l = &f.py.layout;
	raddr type, obj, table, nodes[2];

	fake_init(&f, fake_rows[_i]);
	type = static_type("collections.OrderedDict", f.py.known.dict);
	obj = fake_object(&f, type, SIZE);
	table = fake_block(&f, 64);
	fake_put(&f, obj, l->odict_fast_nodes, table);
	fake_put(&f, obj, l->odict_fast_nodes_size, 8);
	nodes[0] = fake_block(&f, 32);
	nodes[1] = fake_block(&f, 32);
	fake_put(&f, obj, l->odict_first, nodes[0]);
	fake_put(&f, nodes[0], l->odictnode_next, nodes[1]);
	expect(table, 64, RAW_TABLE, RAW_REFERENCES);
	expect(nodes[0], 32, RAW_NODE, RAW_REFERENCES);
	expect(nodes[1], 32, RAW_NODE, RAW_REFERENCES);
	expect_of(obj, true);
	check_all();
}
END_TEST

START_TEST(circles_end)
{
	const struct layout *l = &f.py.layout;
	raddr type, obj, node;

	fake_init(&f, fake_rows[_i]);
	type = static_type("collections.OrderedDict", f.py.known.dict);
	obj = fake_object(&f, type, SIZE);
	node = fake_block(&f, 32);
	fake_put(&f, obj, l->odict_first, node);
	fake_put(&f, node, l->odictnode_next, node);
	for (int i = 0; i < 25; i++)
		expect(node, 32, RAW_NODE, RAW_REFERENCES);
	expect_of(obj, false);
	check_each(100);
	check_done();
}
END_TEST

START_TEST(data_of_bytearrays)
{
	const struct layout *l = &f.py.layout;
	raddr obj, data;

	fake_init(&f, fake_rows[_i]);
	obj = instance("bytearray");
	fake_put(&f, obj, l->bytearray_alloc, 11);
	if (has(l->bytearray_object)) {
		data = fake_bytes(&f, "0123456789a", 11);
		fake_put(&f, obj, l->bytearray_object, data);
		expect(data, l->bytes_value + 12, RAW_DATA,
		       RAW_LEAF | RAW_OBJECT);
	} else {
		data = fake_block(&f, 11);
		fake_put(&f, obj, l->bytearray_bytes, data);
		expect(data, 11, RAW_DATA, RAW_LEAF);
	}
	expect_of(obj, true);
	expect_of(instance("bytearray"), true);
	check_all();
}
END_TEST

START_TEST(blocks_of_deques)
{
	const struct layout *l = &f.py.layout;
	raddr obj, blocks[2], unused;

	fake_init(&f, fake_rows[_i]);
	obj = instance("collections.deque");
	blocks[0] = fake_block(&f, 528);
	blocks[1] = fake_block(&f, 528);
	fake_put(&f, obj, l->deque_leftblock, blocks[0]);
	fake_put(&f, obj, l->deque_rightblock, blocks[1]);
	fake_put(&f, blocks[0], 520, blocks[1]);
	if (has(l->deque_freeblocks)) {
		unused = fake_block(&f, 528);
		fake_put(&f, obj, l->deque_nr_freeblocks, 1);
		fake_put(&f, obj, l->deque_freeblocks, unused);
		expect(unused, 528, RAW_BLOCK, RAW_LEAF);
	}
	expect(blocks[0], 528, RAW_BLOCK, RAW_REFERENCES);
	expect(blocks[1], 528, RAW_BLOCK, RAW_REFERENCES);
	expect_of(obj, true);
	check_all();
}
END_TEST

/* --- classes --- */

#define CLASS_FLAGS (TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC)

/* A class statement may take the name of a builtin type. */
START_TEST(classes_own_what_their_bases_own)
{
	const struct layout *l = &f.py.layout;
	raddr table, obj, type;
	uint32_t slot;

	fake_init(&f, fake_rows[_i]);
	slot = (uint32_t)fake_word(&f, f.py.known.set, l->type_basicsize);
	type = fake_type(&f, &(struct fake_type){
		.name = "list", .base = f.py.known.set, .flags = CLASS_FLAGS,
		.basicsize = slot + 16, .dictoffset = slot + 8,
		.nr_members = 1, .members = &slot });
	type = fake_type(&f, &(struct fake_type){
		.name = "app.More", .base = type, .flags = CLASS_FLAGS,
		.dictoffset = slot + 8 });
	table = fake_block(&f, 32 * 16);
	obj = fake_object(&f, type, SIZE);
	fake_put(&f, obj, l->set_table, table);
	fake_put(&f, obj, l->set_mask, 31);
	expect(table, 32 * 16, RAW_TABLE, RAW_REFERENCES);
	expect_of(obj, true);

	/* One word more than __slots__ and __dict__: a member of C. */
	type = fake_type(&f, &(struct fake_type){
		.name = "app.C", .base = type, .flags = CLASS_FLAGS,
		.basicsize = slot + 24, .dictoffset = slot + 8 });
	obj = fake_object(&f, type, SIZE);
	fake_put(&f, obj, l->set_table, table);
	fake_put(&f, obj, l->set_mask, 31);
	expect(table, 32 * 16, RAW_TABLE, RAW_REFERENCES);
	expect_of(obj, false);
	check_all();
}
END_TEST

/* 3.11 and 3.12 have them in a block of their own. */
START_TEST(values_of_instances)
{
	const struct layout *l = &f.py.layout;
	raddr type, obj, keys, values;

	fake_init(&f, fake_rows[_i]);
	keys = fake_dict_keys(&f, 1, (raddr[]){ fake_str(&f, "key"), 0 },
			      false);
	type = fake_type(&f, &(struct fake_type){
		.name = "app.Class",
		.flags = CLASS_FLAGS | TPFLAG_MANAGED_DICT,
		.cached_keys = keys });
	obj = fake_object(&f, type, 16);
	values = fake_block(&f, 96);
	fake_put8(&f, values, 15, 16);
	if (f.py.minor == 11)
		fake_put(&f, object_head_values(obj), 0, values + 16);
	else if (f.py.minor == 12)
		fake_put(&f, object_head_managed_dict(&f.py, obj), 0,
			 values + 15);
	if (f.py.minor == 11 || f.py.minor == 12)
		expect(values, 16 + 8 + 8 *
		       fake_word(&f, keys, l->keys_usable), RAW_VALUES,
		       RAW_REFERENCES);
	expect_of(obj, true);
	check_all();
}
END_TEST

/* --- classes, modules and code --- */

START_TEST(what_classes_own)
{
	const struct layout *l = &f.py.layout;
	raddr class, keys, doc, name, pairs[2];

	fake_init(&f, fake_rows[_i]);
	pairs[0] = fake_str(&f, "key");
	pairs[1] = 0;
	keys = fake_dict_keys(&f, 1, pairs, false);
	fake_put(&f, keys, l->keys_refcount, 5);
	class = fake_type(&f, &(struct fake_type){
		.name = "app.Class", .flags = TPFLAG_HEAPTYPE,
		.cached_keys = keys });
	doc = fake_c_string(&f, "A doc string.");
	fake_put(&f, class, l->type_doc, doc);
	/* The name of a class statement's class is inside of a str. */
	name = fake_str(&f, "app.Class");
	fake_put(&f, class, l->heaptype_name, name);
	fake_put(&f, class, l->type_name, name + l->ascii_size);
	expect(keys, keys_size(false), RAW_KEYS, RAW_REFERENCES);
	expect(doc, 0, RAW_DOC, RAW_LEAF);
	expect_of(class, true);

	class = fake_type(&f, &(struct fake_type){
		.name = "app.Made", .flags = TPFLAG_HEAPTYPE });
	name = fake_c_string(&f, "app.Made");
	fake_put(&f, class, l->type_name, name);
	fake_put_if(&f, class, l->heaptype_tpname, name);
	expect(name, 0, RAW_NAME, has(l->heaptype_tpname) ?
				  RAW_LEAF : RAW_LEAF | RAW_SHARED);
	expect_of(class, true);
	/* Static classes are in a file, and so is what they point to. */
	expect_of(f.py.known.list, true);
	check_all();
}
END_TEST

/* A module whose state has `size` bytes, in a block of 40. */
static raddr make_module(uint64_t size, raddr *state)
{
	const struct layout *l = &f.py.layout;
	raddr module = fake_module(&f, "module", 0), def;

	if (has(l->module_state_size)) {
		fake_put(&f, module, l->module_state_size, size);
	} else {
		def = fake_block(&f, 200);
		fake_put(&f, def, l->object_size + 40, size);
		fake_put(&f, module, l->module_def, def);
	}
	*state = fake_block(&f, 40);
	fake_put(&f, module, l->module_state, *state);
	return module;
}

START_TEST(states_of_modules)
{
	raddr module, state;

	fake_init(&f, fake_rows[_i]);
	module = make_module(32, &state);
	expect(state, 32, RAW_STATE, 0);
	expect_of(module, true);
	/* What is there is left from somebody else. */
	module = make_module(0, &state);
	expect(state, 0, RAW_STATE, RAW_LEAF);
	expect_of(module, true);
	check_all();
}
END_TEST

START_TEST(what_code_owns)
{
	const struct layout *l = &f.py.layout;
	raddr code, extra, cache, copies, copy;

	fake_init(&f, fake_rows[_i]);
	code = fake_code(&f, "f", 0, NULL);
	extra = fake_block(&f, 24);
	fake_put(&f, extra, 0, 2);
	fake_put(&f, code, l->code_extra, extra);
	expect(extra, 24, RAW_EXTRA, 0);
	cache = fake_block(&f, 64);
	if (has(l->code_opcache)) {
		fake_put(&f, code, l->code_opcache, cache);
		expect(cache, 0, RAW_CACHE, RAW_LEAF);
	}
	if (has(l->code_monitoring)) {
		fake_put(&f, code, l->code_monitoring, cache);
		expect(cache, 0, RAW_STATE, 0);
	}
	if (has(l->code_tlbc)) {
		copies = fake_block(&f, 24);
		copy = fake_block(&f, 8);
		fake_put(&f, copies, 0, 2);
		fake_put(&f, copies, 8, code + l->code_code_adaptive);
		fake_put(&f, copies, 16, copy);
		fake_put(&f, code, l->code_tlbc, copies);
		expect(copies, 24, RAW_CACHE, RAW_REFERENCES);
		expect(copy, 0, RAW_CACHE, RAW_LEAF);
	}
	expect_of(code, true);
	check_all();
}
END_TEST

/* --- numpy --- */

struct numpy {
	uint64_t head, descr;
	bool is_2;
};

/* A dtype of numpy 1 or 2 with items of `size` bytes. */
static void make_descr(struct numpy *n, bool is_2, char kind, uint8_t flags,
		       uint64_t size)
{
	n->head = f.py.layout.object_size;
	n->is_2 = is_2;
	n->descr = instance("numpy.dtype[x]");
	fake_put8(&f, n->descr + n->head, 8, (uint8_t)kind);
	fake_put8(&f, n->descr + n->head, is_2 ? 16 : 11, flags);
	if (is_2) {
		fake_put(&f, n->descr + n->head, 24, size);
		fake_put(&f, n->descr + n->head, 32, 8);
	} else {
		fake_put32(&f, n->descr + n->head, 16, (uint32_t)size);
		fake_put32(&f, n->descr + n->head, 20, 8);
		fake_put(&f, n->descr + n->head, 32, fake_none(&f));
	}
}

/* A matrix of 3 x 2. */
static raddr make_array(const struct numpy *n, uint32_t flags, raddr *shape,
			raddr *data)
{
	raddr obj = instance("numpy.ndarray");

	*shape = fake_block(&f, 32);
	fake_put(&f, *shape, 0, 3);
	fake_put(&f, *shape, 8, 2);
	*data = fake_block(&f, 64);
	fake_put(&f, obj + n->head, 0, *data);
	fake_put32(&f, obj + n->head, 8, 2);
	fake_put(&f, obj + n->head, 16, *shape);
	fake_put(&f, obj + n->head, 40, n->descr);
	fake_put32(&f, obj + n->head, 48, flags);
	return obj;
}

static void arrays_of(bool is_2)
{
	struct numpy numbers, objects;
	raddr obj, shape, data, info;

	make_descr(&numbers, is_2, 'f', 0, 8);
	obj = make_array(&numbers, 0x507, &shape, &data);
	expect(shape, 32, RAW_DIMENSIONS, RAW_LEAF);
	expect(data, 48, RAW_DATA, RAW_LEAF);
	expect_of(obj, true);
	/* A view, with something for its buffers. */
	obj = make_array(&numbers, 0x503, &shape, &data);
	info = fake_block(&f, 40);
	fake_put(&f, obj + numbers.head, 64, info + 2);
	expect(shape, 32, RAW_DIMENSIONS, RAW_LEAF);
	expect(info, 0, RAW_BUFFER, 0);
	expect_of(obj, true);
	make_descr(&objects, is_2, 'O', 0x3f, 8);
	obj = make_array(&objects, 0x507, &shape, &data);
	expect(shape, 32, RAW_DIMENSIONS, RAW_LEAF);
	expect(data, 48, RAW_DATA, RAW_REFERENCES);
	expect_of(obj, true);
}

START_TEST(data_of_arrays)
{
	fake_init(&f, fake_rows[_i]);
	arrays_of(false);
	arrays_of(true);
	check_all();
}
END_TEST

START_TEST(scalars_and_dtypes_of_numpy)
{
	const struct layout *l = &f.py.layout;
	struct numpy d;
	raddr type, obj, data;

	fake_init(&f, fake_rows[_i]);
	make_descr(&d, false, 'V', 0, 24);
	data = fake_block(&f, 24);
	obj = instance("numpy.void");
	fake_put(&f, obj + d.head, 8, data);
	fake_put(&f, obj + d.head, 16, d.descr);
	fake_put32(&f, obj + d.head, 24, 4);
	expect(data, 24, RAW_DATA, RAW_LEAF);
	expect_of(obj, true);

	type = fake_type(&f, &(struct fake_type){
		.name = "numpy.str_", .base = f.py.known.str,
		.basicsize = l->str_size + 16 });
	obj = fake_object(&f, type, l->str_size + 16);
	fake_put32(&f, obj, l->str_state,
		   0x24 << (f.py.free_threaded && f.py.minor >= 14 ? 6 : 0));
	fake_put(&f, obj, l->str_size, data);
	expect(data, 0, RAW_BUFFER, RAW_LEAF);
	expect_of(obj, true);

	type = fake_type(&f, &(struct fake_type){
		.name = "numpy.dtype", .basicsize = d.head + 72 });
	for (int more = 0; more < 2; more++) {
		obj = fake_object(&f, fake_type(&f, &(struct fake_type){
			.name = "numpy.dtypes.VoidDType", .base = type,
			.basicsize = d.head + 104 + (uint64_t)more * 8 }),
				  SIZE);
		fake_put(&f, obj + d.head, 32, 8);
		fake_put(&f, obj + d.head, 72, data);
		expect(data, 0, RAW_EXTRA, RAW_REFERENCES);
		/* A dtype of another library may have more. */
		expect_of(obj, !more);
	}
	check_all();
}
END_TEST

const char suite_name[] = "raw";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		objects_without_memory_of_their_own, strings_with_copies,
		items_of_lists, tables_of_sets, tables_of_dicts,
		nodes_of_ordered_dicts, circles_end, data_of_bytearrays,
		blocks_of_deques, classes_own_what_their_bases_own,
		values_of_instances, what_classes_own, states_of_modules,
		what_code_owns, data_of_arrays, scalars_and_dtypes_of_numpy,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
