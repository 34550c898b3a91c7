/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What words are taken for, in fake CPythons.  In raw blocks: hash tables of
 * CPython's own, words that need not be pointers, pointers to objects.  In the
 * data of libraries: numbers of static objects, malloc's own pointers.
 */
#include "claims-scene.h"
#include "heap/pointed.h"
#include "python/claims/claims-doubt.h"
#include "suite.h"

const char suite_name[] = "claims_words";

/* --- hash tables --------------------------------------------------------- */

/* A table as this version has it. */
static raddr table_of(raddr buckets, uint64_t nr, raddr function)
{
	bool old = f.py.minor < 9;
	raddr table = raw(96);

	fake_put(&f, table, old ? 0 : 8, nr);
	fake_put(&f, table, 16, buckets);
	fake_put(&f, table, old ? 40 : 32, function);
	fake_put(&f, table, old ? 48 : 40, function);
	return table;
}

START_TEST(keys_of_tables_are_no_pointers)
{
	raddr python, buckets, entry[2], values[2], traced, text, other;
	bool old;

	begin(_i);
	old = f.py.minor < 9;
	text = object(f.py.known.str, 96);
	python = data_of("/lib/python", 64);
	f.py.runtime_module_start = python;
	f.py.runtime_module_end = python + 64;
	buckets = raw(16 * 8);
	traced = raw(64);
	text = raw(96);
	put_head(text, 1, f.py.known.str);
	for (int i = 0; i < 2; i++) {
		entry[i] = raw(48);
		values[i] = raw(64);
		fake_put(&f, entry[i], 16, i ? text : traced);
		fake_put(&f, entry[i], old ? 32 : 24, values[i]);
	}
	fake_put(&f, entry[0], 0, entry[1]);
	fake_put(&f, buckets, 5 * 8, entry[0]);
	fake_put(&f, python, 8, table_of(buckets, 16, python + 32));
	/* It has no functions. */
	other = raw(16 * 8);
	fake_put(&f, python, 16, table_of(other, 16, other));
	fake_put(&f, other, 0, traced + 24);
	find_owners();
	ck_assert_int_eq(kind_of(traced), OWNER_PYTHON);
	ck_assert_int_eq(c.flags[node_of(other)], 0);
	ck_assert_int_eq(c.flags[node_of(buckets)], NODE_READ);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(c.flags[node_of(entry[i])], NODE_READ);
		ck_assert(owners_is_known(&c.owners, node_of(entry[i])));
		ck_assert(owners_is_known(&c.owners, node_of(values[i])));
		ck_assert_int_eq(kind_of(values[i]), OWNER_PYTHON);
	}
	ck_assert_int_eq(kind_of(text), OWNER_PYTHON);
	end();
}
END_TEST

START_TEST(tables_in_tables)
{
	raddr python, buckets[2], entry[2], inner, value;

	begin(_i);
	python = data_of("/lib/python", 64);
	f.py.runtime_module_start = python;
	f.py.runtime_module_end = python + 64;
	value = raw(64);
	for (int i = 0; i < 2; i++) {
		buckets[i] = raw(16 * 8);
		entry[i] = raw(48);
		fake_put(&f, buckets[i], 8, entry[i]);
		/* Entries that go round. */
		fake_put(&f, entry[i], 0, entry[i]);
	}
	inner = table_of(buckets[1], 16, python + 32);
	fake_put(&f, entry[0], 24, inner);
	fake_put(&f, entry[1], 24, value);
	fake_put(&f, python, 8, table_of(buckets[0], 16, python + 32));
	find_owners();
	ck_assert_int_eq(c.flags[node_of(inner)], NODE_READ);
	ck_assert_int_eq(c.flags[node_of(entry[1])], NODE_READ);
	ck_assert_int_eq(kind_of(value), OWNER_PYTHON);
	end();
}
END_TEST

/* --- words of raw blocks that need not be pointers ----------------------- */

/* Raw blocks that an object of the same index owns. */
static void own_blocks(uint64_t size, unsigned int nr, raddr *ret)
{
	raddr type = type_of("x.Native", 64, 0);

	for (unsigned int i = 0; i < nr; i++) {
		ret[i] = raw(size);
		fake_put(&f, object(type, 64), 40, ret[i]);
	}
}

START_TEST(words_of_small_blocks_are_compared)
{
	raddr v[6], other, target, inside, only;

	begin(_i);
	own_blocks(96, 6, v);
	own_blocks(192, 1, &other);
	target = raw(64);
	inside = raw(64);
	only = raw(64);
	/* The word at 32 is a number in most blocks of that size, and so is
	 * the one at 40. */
	for (unsigned int i = 0; i < 6; i++) {
		fake_put(&f, v[i], 32, 12345678 + i);
		fake_put(&f, v[i], 40, 12345678 + i);
	}
	fake_put(&f, v[0], 32, target);
	fake_put(&f, other, 32, target);
	fake_put(&f, v[1], 40, inside + 24);
	fake_put(&f, other, 48, inside + 32);
	fake_put(&f, v[2], 32, only);
	find_owners();
	ck_assert_uint_eq(owner_of(target), owner_of(other));
	ck_assert_uint_eq(owner_of(inside), owner_of(other));
	/* Nothing else leads there. */
	ck_assert_uint_eq(owner_of(only), owner_of(v[2]));
	end();
}
END_TEST

START_TEST(a_page_that_has_few_pointers_has_none_that_is_sure)
{
	raddr window, table, stale, item, head, holder;

	begin(_i);
	own_blocks(4 * DOUBT_SMALL, 1, &window);
	own_blocks(4 * DOUBT_SMALL, 1, &table);
	own_blocks(192, 1, &holder);
	stale = raw(64);
	item = raw(64);
	head = raw(64);
	for (unsigned int i = DOUBT_HEAD; i < 4 * DOUBT_SMALL; i += 8)
		fake_put(&f, window, i, 12345678);
	fake_put(&f, window, DOUBT_HEAD + 128, stale);
	fake_put(&f, holder, 48, stale + 24);
	/* Most words of a table are zero; some are pointers to objects. */
	fake_put(&f, table, DOUBT_HEAD + 128, item);
	fake_put(&f, table, DOUBT_HEAD + 256, known.v[0] + 16);
	fake_put(&f, table, DOUBT_HEAD + 384, 12345678);
	fake_put(&f, holder, 56, item + 24);
	/* The first words are those of a struct. */
	fake_put(&f, window, DOUBT_HEAD - 8, head);
	fake_put(&f, holder, 64, head + 24);
	find_owners();
	ck_assert_uint_eq(owner_of(stale), owner_of(holder));
	ck_assert_uint_eq(owner_of(item), owner_of(table));
	ck_assert_uint_eq(owner_of(head), owner_of(window));
	end();
}
END_TEST

/* A table of pointers to what is at the end of blocks, against a word that
 * leads somewhere into the first of them, and against others like that. */
START_TEST(a_table_leads_as_far_into_each_block)
{
	raddr table, holder, window, v[8];

	begin(_i);
	own_blocks(4 * DOUBT_SMALL, 1, &table);
	own_blocks(4 * DOUBT_SMALL, 1, &window);
	own_blocks(192, 1, &holder);
	for (unsigned int i = 0; i < ARRAY_SIZE(v); i++) {
		v[i] = raw(512);
		fake_put(&f, table, DOUBT_HEAD + 16 * i, v[i] + 448);
		fake_put(&f, window, DOUBT_HEAD + 16 * i,
			 v[i] + 64 + 32 * i);
	}
	fake_put(&f, holder, 48, v[0] + 33);
	find_owners();
	for (unsigned int i = 0; i < ARRAY_SIZE(v); i++)
		ck_assert_uint_eq(owner_of(v[i]), owner_of(table));
	end();
}
END_TEST

/* --- references that raw blocks explain --------------------------------- */

/* The edges of `from` that pointers have found are those to `to`, up to 0. */
static void expect_pointed(raddr from, const raddr *to)
{
	oid o = object_map_find(&f.py, from);
	struct heap_edges e = heap_edges(&f.heap, o);
	uint32_t i = e.nr - heap_pointed_nr(&f.heap, o);

	for (; *to; to++, i++) {
		ck_assert_uint_lt(i, e.nr);
		ck_assert_uint_eq(f.heap.address[e.to[i]], *to);
	}
	ck_assert_uint_eq(i, e.nr);
	ck_assert_uint_eq(heap_nr_visited(&f.heap, o),
			  e.nr - heap_pointed_nr(&f.heap, o));
}

START_TEST(raw_blocks_explain_references)
{
	raddr holder, block, one, two, three;

	begin(_i);
	holder = object(type_of("x.Native", 64, 0), 64);
	block = raw(64);
	fake_put(&f, holder, 40, block);
	one = object(type_of("x.Item", 64, 0), 64);
	two = object(type_of("x.Item", 64, 0), 64);
	three = object(type_of("x.Item", 64, 0), 64);
	fake_refcount(&f, one, 1);
	fake_refcount(&f, two, 2);
	fake_refcount(&f, three, 1);
	fake_put(&f, block, 0, one);
	fake_put(&f, block, 16, two);
	fake_put(&f, block, 24, two);
	/* More pointers than references. */
	fake_put(&f, block, 40, three);
	fake_put(&f, block, 48, three);
	find_owners();
	ck_assert_uint_eq(c.edges.nr, 5);
	ck_assert_uint_eq(c.edges.v[0].from, node_of(block));
	ck_assert_uint_eq(f.heap.address[c.edges.v[0].object], one);
	ck_assert_uint_eq(f.heap.address[c.edges.v[1].object], two);
	ck_assert_uint_eq(c.edges.v[1].at, 2);
	ck_assert_uint_eq(c.edges.v[4].at, 6);
	claims_add_edges(&c);
	/* One owner has more pointers to the third than it counts. */
	expect_pointed(holder, (raddr[]){ one, two, two, three, 0 });
	end();
}
END_TEST

/* See claims_add_edges(). */
START_TEST(some_pointers_explain_nothing)
{
	raddr type, obj[4], block[2];

	begin(_i);
	type = type_of("x.Native", 64, 0);
	for (int i = 0; i < 4; i++) {
		obj[i] = object(type, 64);
		fake_refcount(&f, obj[i], i == 3 ? 2 : 1);
	}
	for (int i = 0; i < 2; i++) {
		block[i] = raw(64);
		fake_put(&f, obj[i], 40, block[i]);
		/* Two owners, and one reference; or two. */
		fake_put(&f, block[i], 8, obj[2]);
		fake_put(&f, block[i], 16, obj[3]);
		fake_put(&f, block[i], 24, obj[3]);
	}
	fake_put(&f, block[0], 0, obj[0]);
	find_owners();
	claims_add_edges(&c);
	ck_assert_uint_eq(c.edges.nr, 0);
	expect_pointed(obj[0], (raddr[]){ obj[3], 0 });
	expect_pointed(obj[1], (raddr[]){ obj[3], 0 });
	end();
}
END_TEST

/* --- the data of libraries ----------------------------------------------- */

#define NUMBER_OF_TYPE 208	/* tp_weaklistoffset */
#define NO_NUMBER_OF_TYPE 216	/* tp_iter */

START_TEST(numbers_in_static_objects_are_no_pointers)
{
	raddr data, code, plain, type, blocks[6];

	begin(_i);
	for (int i = 0; i < 6; i++)
		blocks[i] = raw(64);
	/* Code that nobody refers to, and code that is an object of the heap.
	 */
	code = object(f.py.known.code, 208);
	data = data_of("/lib/python", 1024);
	put_head(data + 64, 1, f.py.known.code);
	fake_put(&f, data, 8, blocks[0]);
	fake_put(&f, data, 64 + 192, blocks[1] + 24);
	fake_put(&f, data, 64 + 208, blocks[2]);
	/* An object: its type's reader tells what it has. */
	plain = data + 512;
	put_head(plain, 1, f.py.known.float_);
	raddr_vec_push(&known, plain);
	fake_put(&f, plain, 16, blocks[3]);
	type = type_of("x.Static", 64, 0);
	raddr_vec_push(&known, type);
	native_claim(&n, type, type + 384, REGION_FILE, 0);
	fake_put(&f, type, NUMBER_OF_TYPE, blocks[4]);
	fake_put(&f, type, NO_NUMBER_OF_TYPE, blocks[5]);
	find_owners();
	ck_assert_uint_ne(object_map_find(&f.py, code), OID_NONE);
	ck_assert_int_eq(kind_of(blocks[0]), OWNER_LIBRARY);
	ck_assert_int_eq(kind_of(blocks[1]), OWNER_NOBODY);
	ck_assert_int_eq(kind_of(blocks[2]), OWNER_LIBRARY);
	ck_assert_int_eq(kind_of(blocks[3]), OWNER_NOBODY);
	ck_assert_int_eq(kind_of(blocks[4]), OWNER_NOBODY);
	ck_assert_int_eq(kind_of(blocks[5]), OWNER_LIBRARY);
	end();
}
END_TEST

START_TEST(malloc_s_own_pointers_claim_nothing)
{
	raddr data, blocks[3];

	begin(_i);
	for (int i = 0; i < 3; i++)
		blocks[i] = raw(64);
	data = data_of("/lib/libc.so.6", 192);
	for (int i = 0; i < 3; i++)
		fake_put(&f, data, 56 + 64 * (uint32_t)i, blocks[i] + 56);
	n.main_arena.start = data + 64;
	n.main_arena.end = data + 128;
	find_owners();
	ck_assert_int_eq(kind_of(blocks[0]), OWNER_LIBRARY);
	ck_assert_int_eq(kind_of(blocks[1]), OWNER_NOBODY);
	ck_assert_int_eq(kind_of(blocks[2]), OWNER_LIBRARY);
	end();
}
END_TEST

void suite_add_tests(TCase *tc)
{
	const TTest *tests[] = {
		keys_of_tables_are_no_pointers,
		tables_in_tables,
		words_of_small_blocks_are_compared,
		a_page_that_has_few_pointers_has_none_that_is_sure,
		a_table_leads_as_far_into_each_block,
		raw_blocks_explain_references,
		some_pointers_explain_nothing,
		numbers_in_static_objects_are_no_pointers,
		malloc_s_own_pointers_claim_nothing,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
