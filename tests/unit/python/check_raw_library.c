/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What objects of the standard library's types own, in fake CPythons.
 */
#include <check.h>

#include "owners.h"
#include "suite.h"

START_TEST(data_of_arrays)
{
	const struct layout *l = &f.py.layout;
	raddr obj, descr, data;

	fake_init(&f, fake_rows[_i]);
	obj = instance("array.array");
	descr = fake_block(&f, 64);
	data = fake_block(&f, 80);
	fake_put32(&f, descr, l->arraydescr_itemsize, 8);
	fake_put(&f, obj, l->array_descr, descr);
	fake_put(&f, obj, l->array_allocated, 10);
	fake_put(&f, obj, l->array_item, data);
	expect(data, 80, RAW_DATA, RAW_LEAF);
	expect_of(obj, true);
	check_all();
}
END_TEST

START_TEST(codes_of_structs)
{
	const struct layout *l = &f.py.layout;
	raddr obj, codes;

	fake_init(&f, fake_rows[_i]);
	obj = instance("_struct.Struct");
	codes = fake_block(&f, 3 * l->formatcode_size);
	fake_put(&f, codes, l->formatcode_fmtdef, 1);
	fake_put(&f, codes + l->formatcode_size, l->formatcode_fmtdef, 1);
	fake_put(&f, obj, l->struct_codes, codes);
	expect(codes, 3 * l->formatcode_size, RAW_CODES, RAW_LEAF);
	expect_of(obj, true);
	check_all();
}
END_TEST

START_TEST(digits_of_decimals)
{
	const struct layout *l = &f.py.layout;
	raddr obj, small, digits;

	fake_init(&f, fake_rows[_i]);
	digits = fake_block(&f, 56);
	obj = instance("decimal.Decimal");
	fake_put(&f, obj, l->decimal_alloc, 7);
	fake_put(&f, obj, l->decimal_data, digits);
	expect(digits, 56, RAW_DATA, RAW_LEAF);
	expect_of(obj, true);
	/* The digits are inside of the object, and what the word was is
	 * undefined. */
	small = instance("decimal.Decimal");
	fake_put8(&f, small, l->decimal_flags, 64);
	fake_put(&f, small, l->decimal_alloc, 4);
	fake_put(&f, small, l->decimal_data, digits);
	expect_of(small, true);
	check_all();
}
END_TEST

START_TEST(buffers_in_memory)
{
	const struct layout *l = &f.py.layout;
	raddr obj, buffer, text;

	fake_init(&f, fake_rows[_i]);
	obj = instance("_io.BytesIO");
	buffer = fake_bytes(&f, "abcdefg", 7);
	fake_put(&f, obj, l->bytesio_buf, buffer);
	expect(buffer, l->bytes_value + 8, RAW_BUFFER, RAW_LEAF | RAW_OBJECT);
	expect_of(obj, true);

	obj = instance("_io.StringIO");
	buffer = fake_block(&f, 40);
	fake_put(&f, obj, l->stringio_buf, buffer);
	fake_put(&f, obj, l->stringio_buf_size, 10);
	expect(buffer, 40, RAW_BUFFER, RAW_LEAF);
	expect_of(obj, true);

	/* One that was only written to. */
	obj = instance("_io.StringIO");
	text = fake_str(&f, "text");
	if (has(l->stringio_accu_small)) {
		fake_put(&f, obj, l->stringio_accu_small, text);
		expect(text, 0, RAW_BUFFER, RAW_OBJECT);
	} else if (has(l->stringio_writer_buffer)) {
		fake_put(&f, obj, l->stringio_writer_buffer, text);
		expect(text, 0, RAW_BUFFER, RAW_LEAF | RAW_OBJECT);
	} else {
		buffer = fake_block(&f, 56);
		fake_put(&f, obj, l->stringio_writer, buffer);
		fake_put(&f, buffer, 0, text);
		expect(buffer, 0, RAW_STATE, RAW_REFERENCES);
		expect(text, 0, RAW_BUFFER, RAW_LEAF | RAW_OBJECT);
	}
	expect_of(obj, true);
	check_all();
}
END_TEST

START_TEST(children_of_elements)
{
	const struct layout *l = &f.py.layout;
	raddr obj, extra, children;

	fake_init(&f, fake_rows[_i]);
	extra = fake_block(&f, l->elementextra_size);
	children = fake_block(&f, 48);
	fake_put(&f, extra, l->elementextra_allocated, 6);
	fake_put(&f, extra, l->elementextra_children, children);
	obj = instance("xml.etree.ElementTree.Element");
	fake_put(&f, obj, l->element_extra, extra);
	expect(extra, l->elementextra_size, RAW_EXTRA, RAW_REFERENCES);
	expect(children, 48, RAW_ITEMS, RAW_REFERENCES);
	expect_of(obj, true);

	extra = fake_block(&f, l->elementextra_size);
	fake_put(&f, extra, l->elementextra_children,
		 extra + l->elementextra_inline);
	obj = instance("xml.etree.ElementTree.Element");
	fake_put(&f, obj, l->element_extra, extra);
	expect(extra, l->elementextra_size, RAW_EXTRA, RAW_REFERENCES);
	expect_of(obj, true);
	expect_of(instance("xml.etree.ElementTree.Element"), true);
	check_all();
}
END_TEST

/* The class has the size that the row of this version says. */
static raddr sized_instance(const char *name, uint32_t size)
{
	raddr type = fake_type(&f, &(struct fake_type){ .name = name,
							.basicsize = size });

	return fake_object(&f, type, size);
}

START_TEST(memos_of_picklers)
{
	const struct layout *l = &f.py.layout;
	raddr obj, memo, table, output;

	fake_init(&f, fake_rows[_i]);
	memo = fake_block(&f, l->memotable_size);
	table = fake_block(&f, 8 * l->memoentry_size);
	output = fake_bytes(&f, "abc", 3);
	fake_put(&f, memo, l->memotable_allocated, 8);
	fake_put(&f, memo, l->memotable_table, table);
	obj = sized_instance("_pickle.Pickler", l->pickler_size);
	fake_put(&f, obj, l->pickler_memo, memo);
	fake_put(&f, obj, l->pickler_output, output);
	expect(memo, l->memotable_size, RAW_STATE, RAW_REFERENCES);
	expect(table, 8 * l->memoentry_size, RAW_TABLE, RAW_REFERENCES);
	expect(output, l->bytes_value + 4, RAW_BUFFER, RAW_LEAF | RAW_OBJECT);
	expect_of(obj, true);

	obj = sized_instance("_pickle.Unpickler", l->unpickler_size);
	table = fake_block(&f, 32);
	fake_put(&f, obj, l->unpickler_memo, table);
	fake_put(&f, obj, l->unpickler_memo_size, 4);
	output = fake_c_string(&f, "ASCII");
	fake_put(&f, obj, l->unpickler_encoding, output);
	expect(table, 32, RAW_TABLE, RAW_REFERENCES);
	expect(output, 0, RAW_NAME, RAW_LEAF);
	expect_of(obj, true);
	check_all();
}
END_TEST

START_TEST(links_of_caches)
{
	const struct layout *l = &f.py.layout;
	raddr obj, root, links[2];

	fake_init(&f, fake_rows[_i]);
	obj = instance("functools._lru_cache_wrapper");
	root = obj + l->lru_cache_root;
	for (int i = 0; i < 2; i++)
		links[i] = instance("functools._lru_list_elem");
	fake_put(&f, root, l->lru_link_next, links[0]);
	fake_put(&f, links[0], l->lru_link_next, links[1]);
	fake_put(&f, links[1], l->lru_link_next, root);
	for (int i = 0; i < 2; i++)
		expect(links[i], 0, RAW_NODE, RAW_OBJECT | RAW_REFERENCES);
	expect_of(obj, true);
	check_all();
}
END_TEST

START_TEST(pointers_of_capsules)
{
	const struct layout *l = &f.py.layout;
	raddr obj, data;

	fake_init(&f, fake_rows[_i]);
	data = fake_block(&f, 64);
	obj = fake_object(&f, f.py.known.capsule, 64);
	fake_put(&f, obj, l->capsule_pointer, data);
	expect(data, 0, RAW_DATA, RAW_SHARED);
	expect_of(obj, true);
	obj = fake_object(&f, f.py.known.capsule, 64);
	fake_put(&f, obj, l->capsule_pointer, data);
	fake_put(&f, obj, l->capsule_destructor, fake_function(&f));
	expect(data, 0, RAW_DATA, 0);
	expect_of(obj, true);
	check_all();
}
END_TEST

START_TEST(mappings_of_files)
{
	const struct layout *l = &f.py.layout;
	const struct mapping mapping = { .start = 0x7000000,
					 .end = 0x7010000 };
	raddr obj, large;

	fake_init(&f, fake_rows[_i]);
	mapping_vec_push(&f.target.mappings, mapping);
	obj = instance("mmap.mmap");
	fake_put(&f, obj, l->mmap_data, mapping.start);
	fake_put(&f, obj, l->mmap_length, 0x9001);
	expect(mapping.start, 0x9001, RAW_MAPPING, RAW_LEAF);
	expect_of(obj, true);
	large = instance("mmap.mmap");
	fake_put(&f, large, l->mmap_data, mapping.start);
	fake_put(&f, large, l->mmap_length, 0x10001);
	expect(mapping.start, 0, RAW_MAPPING, RAW_LEAF);
	expect_of(large, true);
	/* It is closed. */
	expect_of(instance("mmap.mmap"), true);
	check_all();
	mapping_vec_release(&f.target.mappings);
}
END_TEST

START_TEST(tables_of_zones)
{
	const struct layout *l = &f.py.layout;
	raddr obj, table;

	fake_init(&f, fake_rows[_i]);
	obj = instance("zoneinfo.ZoneInfo");
	table = fake_block(&f, 64);
	if (has(l->zoneinfo_wall)) {
		fake_put(&f, obj, l->zoneinfo_wall + 8, table);
		expect(table, 0, RAW_TABLE, RAW_LEAF);
		fake_put(&f, obj, l->zoneinfo_infos, table + 8);
		expect(table + 8, 0, RAW_TABLE, RAW_REFERENCES);
	}
	expect_of(obj, true);
	check_all();
}
END_TEST

/* Members that raw-members.c has. */
START_TEST(members_of_files_and_queues)
{
	const struct layout *l = &f.py.layout;
	raddr obj, buffer, lock;

	fake_init(&f, fake_rows[_i]);
	obj = instance("_io.BufferedReader");
	buffer = fake_block(&f, 80);
	lock = fake_block(&f, 32);
	fake_put(&f, obj, l->buffered_buffer, buffer);
	fake_put(&f, obj, l->buffered_buffer_size, 80);
	fake_put(&f, obj, l->buffered_lock, lock);
	expect(buffer, 80, RAW_BUFFER, RAW_LEAF);
	expect(lock, 0, RAW_LOCK, RAW_LEAF);
	expect_of(obj, true);
	/* It says that it has more than there is. */
	obj = instance("_io.BufferedWriter");
	fake_put(&f, obj, l->buffered_buffer, buffer);
	fake_put(&f, obj, l->buffered_buffer_size, 81);
	expect(buffer, 0, RAW_BUFFER, RAW_LEAF);
	expect_of(obj, true);

	obj = instance("_queue.SimpleQueue");
	if (has(l->simplequeue_items)) {
		fake_put(&f, obj, l->simplequeue_items, buffer);
		fake_put(&f, obj, l->simplequeue_capacity, 10);
		expect(buffer, 80, RAW_ITEMS, RAW_REFERENCES);
	} else {
		fake_put(&f, obj, l->simplequeue_lock, lock);
		expect(lock, 0, RAW_LOCK, RAW_LEAF);
	}
	expect_of(obj, true);
	check_all();
}
END_TEST

/* --- ctypes --- */

/* A class with this format, as this version has it: from 3.13 on behind the
 * class, else in its dict. */
static raddr ctypes_class(const char *format)
{
	const struct layout *l = &f.py.layout;
	raddr class, info, dict;

	/* Members behind the class are room for a StgInfo. */
	class = fake_type(&f, &(struct fake_type){
		.name = "_ctypes._CData", .basicsize = SIZE,
		.nr_members = 10 });
	if (has(l->stginfo_initialized)) {
		info = class + ((l->heaptype_size + 15ull) & ~15ull);
		fake_put32(&f, info, l->stginfo_initialized, 1);
	} else {
		dict = static_type("StgDict", f.py.known.dict);
		info = fake_object(&f, dict, SIZE);
		fake_put(&f, class, l->type_dict, info);
	}
	fake_put(&f, info, l->stginfo_format, fake_c_string(&f, format));
	return class;
}

static raddr cdata_of(raddr class, bool needs_free, raddr data)
{
	const struct layout *l = &f.py.layout;
	raddr obj = fake_object(&f, class, SIZE);

	fake_put32(&f, obj, l->cdata_needs_free, needs_free);
	fake_put(&f, obj, l->cdata_pointer, data ? data :
						   obj + l->cdata_value);
	fake_put(&f, obj, l->cdata_size, 64);
	return obj;
}

START_TEST(data_of_ctypes)
{
	raddr data;

	fake_init(&f, fake_rows[_i]);
	data = fake_block(&f, 64);
	expect(data, 64, RAW_DATA, RAW_LEAF);
	expect_of(cdata_of(ctypes_class("(64)<c"), true, data), true);
	/* A struct with a pointer. */
	expect(data, 64, RAW_DATA, 0);
	expect_of(cdata_of(ctypes_class("T{<i:a:&<i:b:}"), true, data), true);
	/* Somebody else's, and few bytes, which are in the object. */
	expect_of(cdata_of(ctypes_class("<d"), false, data), true);
	expect_of(cdata_of(ctypes_class("<d"), true, 0), true);
	check_all();
}
END_TEST

START_TEST(what_ctypes_knows_of_classes)
{
	const struct layout *l = &f.py.layout;
	raddr type, obj, info, format, shape;

	fake_init(&f, fake_rows[_i]);
	if (has(l->stginfo_initialized)) {
		type = fake_type(&f, &(struct fake_type){
			.name = "_ctypes.CType_Type", .base = f.py.known.type,
			.flags = TPFLAG_TYPE_SUBCLASS, .basicsize = 2000 });
		obj = fake_object(&f, type, 2000);
		info = obj + ((l->heaptype_size + 15ull) & ~15ull);
		fake_put32(&f, info, l->stginfo_initialized, 1);
	} else {
		type = static_type("StgDict", f.py.known.dict);
		obj = info = fake_object(&f, type, SIZE);
	}
	format = fake_c_string(&f, "<d");
	shape = fake_block(&f, 16);
	fake_put(&f, info, l->stginfo_format, format);
	fake_put(&f, info, l->stginfo_shape, shape);
	fake_put32(&f, info, l->stginfo_ndim, 2);
	expect(format, 0, RAW_CODES, RAW_LEAF);
	expect(shape, 16, RAW_DIMENSIONS, RAW_LEAF);
	expect_of(obj, true);
	check_all();
}
END_TEST

/* --- Pillow --- */

/* An image of 10 x 3 pixels of 4 bytes, whose lines are in two blocks. */
static raddr make_image(raddr *lines, raddr *blocks, raddr pixels[2])
{
	raddr image = fake_block(&f, 96);

	*lines = fake_block(&f, 3 * 8);
	*blocks = fake_block(&f, 3 * 16);
	for (int i = 0; i < 2; i++) {
		pixels[i] = fake_block(&f, 80);
		fake_put(&f, *blocks + (uint64_t)i * 16, 0, pixels[i]);
		fake_put32(&f, *blocks + (uint64_t)i * 16, 8, 80);
	}
	fake_put(&f, *lines, 0, pixels[0]);
	fake_put32(&f, image, 20, 10);
	fake_put32(&f, image, 24, 3);
	fake_put(&f, image, 56, *lines);
	fake_put(&f, image, 72, *blocks);
	fake_put32(&f, image, 80, 4);
	fake_put32(&f, image, 84, 40);
	return image;
}

START_TEST(pixels_of_images)
{
	raddr obj, image, lines, blocks, pixels[2];

	fake_init(&f, fake_rows[_i]);
	obj = instance("ImagingCore");
	image = make_image(&lines, &blocks, pixels);
	fake_put(&f, obj, f.py.layout.object_size, image);
	expect(image, 96, RAW_STATE, 0);
	expect(lines, 24, RAW_TABLE, RAW_REFERENCES);
	expect(pixels[0], 80, RAW_DATA, RAW_LEAF);
	expect(pixels[1], 80, RAW_DATA, RAW_LEAF);
	expect(blocks, 32, RAW_TABLE, RAW_REFERENCES);
	expect_of(obj, true);
	/* Lines that are too short for their pixels: another struct. */
	obj = instance("ImagingCore");
	image = make_image(&lines, &blocks, pixels);
	fake_put32(&f, image, 84, 8);
	fake_put(&f, obj, f.py.layout.object_size, image);
	expect_of(obj, false);
	check_all();
}
END_TEST

const char suite_name[] = "raw_library";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		data_of_arrays, codes_of_structs, digits_of_decimals,
		buffers_in_memory, children_of_elements, memos_of_picklers,
		links_of_caches, pointers_of_capsules, mappings_of_files,
		tables_of_zones, members_of_files_and_queues, data_of_ctypes,
		what_ctypes_knows_of_classes, pixels_of_images,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
