/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who owns raw blocks, in fake CPythons: which words are looked at, and what
 * they are taken for.  check_owners.c has what becomes of the claims.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fake-python.h"
#include "heap/pointed.h"
#include "python/memory/claims-doubt.h"
#include "python/memory/claims.h"
#include "python/memory/memory-account.h"
#include "python/memory/memory-objects.h"
#include "python/types/object-map.h"
#include "suite.h"

const char suite_name[] = "claims";

static struct fake f;
static struct native n;
static struct residency present;
static struct claims c;
static struct raddr_vec own, known; /* known: the objects of the heap */

static void begin(int row)
{
	fake_init(&f, fake_rows[row]);
	n = (struct native){ .target = &f.target, .memory = f.py.memory,
			     .residency = &present,
			     .ledger = &f.heap.memory };
}

/* A raw block. */
static raddr raw(uint64_t size)
{
	raddr at = fake_block(&f, size);

	blocks_add(&n.blocks, at, size, ALLOCATOR_PYMALLOC);
	return at;
}

static raddr type_of(const char *name, uint64_t basicsize, uint64_t itemsize)
{
	return fake_type(&f, &(struct fake_type){ .name = name,
						  .basicsize = basicsize,
						  .itemsize = itemsize });
}

/* An object in a block of `size` bytes, which the heap has. */
static raddr object(raddr type, uint64_t size)
{
	raddr obj = fake_object(&f, type, size);

	blocks_add(&n.blocks, obj, size, ALLOCATOR_PYMALLOC);
	raddr_vec_push(&known, obj);
	return obj;
}

/* Data of a file, which has a mapping of its own. */
static raddr data_of(const char *path, uint64_t size)
{
	raddr at = fake_block(&f, size);
	struct mapping m = { .start = at, .end = at + size, .inode = 1,
			     .path = xstrdup(path) };

	native_claim(&n, at, at + size, REGION_FILE,
		     (uint32_t)f.target.mappings.nr);
	mapping_vec_push(&f.target.mappings, m);
	return at;
}

static void find_owners(void)
{
	fake_ready(&f);
	residency_add(&present, 0, MEMORY_ADDRESS_END);
	residency_sort(&present);
	n.accounted = xcalloc(f.target.mappings.nr + 1, sizeof(uint64_t));
	ck_assert_uint_eq(blocks_sort(&n.blocks), 0);
	for (size_t i = 0; i < known.nr; i++) {
		oid o = object_map_add(&f.py, known.v[i]);

		ck_assert_uint_ne(o, OID_NONE);
		f.heap.size[o] = 64;
	}
	memory_objects(&f.py, &n);
	blocks_number(&n.blocks);
	claims_load(&c, &f.py, &n, &own);
}

static void end(void)
{
	claims_release(&c);
	native_release(&n);
	residency_release(&present);
	for (size_t i = 0; i < f.target.mappings.nr; i++)
		free(f.target.mappings.v[i].path);
	mapping_vec_release(&f.target.mappings);
	thread_vec_release(&f.target.threads);
	raddr_vec_release(&own);
	raddr_vec_release(&known);
	fake_release(&f);
}

static uint32_t node_of(raddr block)
{
	return claims_node(&c, blocks_find(&n.blocks, block));
}

static enum owner_kind kind_of(raddr block)
{
	return claims_owner(&c, node_of(block)).kind;
}

static raddr owner_of(raddr block)
{
	struct owner w = claims_owner(&c, node_of(block));

	return w.kind == OWNER_OBJECT ? f.heap.address[w.id] : 0;
}

/* --- objects ------------------------------------------------------------ */

START_TEST(pointers_in_the_struct_count)
{
	raddr obj, a, b, inside;

	begin(_i);
	obj = object(type_of("x.Native", 64, 0), 64);
	a = raw(64);
	b = raw(64);
	inside = raw(64);
	fake_put(&f, obj, 40, a);
	fake_put(&f, obj, 48, inside + 24);
	fake_put(&f, a, 32, b + 16);
	find_owners();
	ck_assert_uint_eq(owner_of(a), obj);
	ck_assert_uint_eq(owner_of(b), obj);
	ck_assert_uint_eq(owner_of(inside), obj);
	ck_assert(!owners_is_known(&c.owners, node_of(a)));
	end();
}
END_TEST

START_TEST(the_slack_behind_an_object_does_not)
{
	raddr obj, large, stale, more;

	begin(_i);
	obj = object(type_of("x.Native", 72, 0), 80);
	stale = raw(64);
	fake_put(&f, obj, 72, stale);
	/* So much is no slack: C code has allocated more. */
	large = object(type_of("x.Larger", 72, 0), 144);
	more = raw(64);
	fake_put(&f, large, 128, more);
	find_owners();
	ck_assert_int_eq(kind_of(stale), OWNER_NOBODY);
	ck_assert_uint_eq(owner_of(more), large);
	end();
}
END_TEST

START_TEST(numbers_and_text_have_no_pointers)
{
	raddr a, b, pattern;

	begin(_i);
	a = raw(64);
	b = raw(64);
	raddr_vec_push(&known, fake_bytes(&f, &a, 8));
	blocks_add(&n.blocks, known.v[0], 64, ALLOCATOR_PYMALLOC);
	/* Items of 4 bytes: the code of a regular expression. */
	pattern = object(type_of("x.Pattern", 64, 4), 128);
	fake_put(&f, pattern, 80, b);
	find_owners();
	ck_assert_int_eq(kind_of(a), OWNER_NOBODY);
	ck_assert_int_eq(kind_of(b), OWNER_NOBODY);
	end();
}
END_TEST

START_TEST(a_word_that_is_no_pointer_elsewhere_is_none)
{
	raddr type, numbers, holder, block, alone;

	begin(_i);
	type = type_of("x.Digits", 64, 0);
	numbers = object(type, 64);
	block = raw(64);
	alone = raw(64);
	fake_put(&f, numbers, 40, block);
	for (int i = 0; i < 4; i++)
		fake_put(&f, object(type, 64), 40, 12345678);
	/* Its pointer to the inside is worth more. */
	holder = object(type_of("x.Holder", 64, 0), 64);
	fake_put(&f, holder, 40, block + 24);
	/* A doubtful word is better than none. */
	fake_put(&f, numbers, 48, alone);
	for (size_t i = 1; i < 5; i++)
		fake_put(&f, known.v[i], 48, 12345678);
	find_owners();
	ck_assert_uint_eq(owner_of(block), holder);
	ck_assert_uint_eq(owner_of(alone), numbers);
	end();
}
END_TEST

START_TEST(what_a_reader_says_is_known)
{
	raddr list, other, items, inside, array, data, hit;
	const struct layout *l = &f.py.layout;

	begin(_i);
	list = object(f.py.known.list, 64);
	items = raw(64);
	inside = raw(64);
	fake_put(&f, list, l->list_item,
		 items + (f.py.free_threaded ? 8 : 0));
	/* A pointer found elsewhere does not count against it; nor are
	 * pointers looked for where a reader knows what there is. */
	other = object(type_of("x.Native", 64, 0), 64);
	fake_put(&f, other, 40, items);
	fake_put(&f, items, 16, inside);
	array = object(type_of("bytearray", 64, 0), 64);
	data = raw(64);
	hit = raw(64);
	fake_put(&f, array, l->var_size, 64);
	fake_put(&f, array, l->bytearray_alloc, 64);
	fake_put(&f, array, l->bytearray_bytes, data);
	/* From 3.15 on the data is an object of its own. */
	fake_put_if(&f, array, l->bytearray_object, data);
	fake_put(&f, data, 0, hit);
	find_owners();
	ck_assert_uint_eq(owner_of(items), list);
	ck_assert(owners_is_known(&c.owners, node_of(items)));
	ck_assert_int_eq(kind_of(inside), OWNER_NOBODY);
	if (l->bytearray_object == LAYOUT_NONE)
		ck_assert_uint_eq(owner_of(data), array);
	ck_assert_int_eq(kind_of(hit), OWNER_NOBODY);
	end();
}
END_TEST

/* --- objects that the heap lacks ---------------------------------------- */

static void put_head(raddr at, uint32_t count, raddr type)
{
	fake_refcount(&f, at, count);
	fake_put(&f, at, f.py.layout.object_type, type);
}

START_TEST(raw_blocks_may_be_objects)
{
	raddr alive, dead, array, pointers, holder;
	raddr type, text;

	begin(_i);
	type = type_of("x.Native", 64, 0);
	holder = object(type, 64);
	text = object(f.py.known.str, 96);
	alive = raw(96);
	put_head(alive + 16, 1, f.py.known.str);
	dead = raw(64);
	put_head(dead, 0, type);
	/* An array of pointers with a type in it is none. */
	array = raw(64);
	fake_put(&f, array, 0, holder);
	fake_put(&f, array, f.py.layout.object_type, type);
	/* Nor is what is too small, or much too large. */
	pointers = raw(32);
	put_head(pointers, 1, type);
	fake_put(&f, holder, 40, alive);
	find_owners();
	ck_assert_uint_ne(text, 0);
	ck_assert_uint_eq(c.flags[node_of(alive)], NODE_HIDDEN);
	ck_assert_uint_eq(c.type[node_of(alive)],
			  f.heap.type[object_map_find(&f.py, text)]);
	ck_assert_uint_eq(owner_of(alive), holder);
	ck_assert_uint_eq(c.flags[node_of(dead)], NODE_DEAD);
	if (!f.py.free_threaded)
		ck_assert_uint_eq(c.flags[node_of(array)], 0);
	ck_assert_uint_eq(c.flags[node_of(pointers)], 0);
	end();
}
END_TEST

START_TEST(hidden_objects_hand_on_what_they_have)
{
	raddr type, holder, hidden, block;

	begin(_i);
	type = type_of("x.Native", 64, 0);
	holder = object(type, 64);
	hidden = raw(64);
	put_head(hidden, 1, type);
	block = raw(64);
	fake_put(&f, holder, 40, hidden);
	fake_put(&f, hidden, 40, block);
	find_owners();
	ck_assert_uint_eq(owner_of(block), holder);
	end();
}
END_TEST

/* --- roots -------------------------------------------------------------- */

START_TEST(roots_own_what_no_object_has)
{
	raddr data, python, more, a, b, d, e, obj;

	begin(_i);
	a = raw(64);
	b = raw(64);
	d = raw(64);
	e = raw(64);
	obj = object(type_of("x.Native", 64, 0), 64);
	fake_put(&f, obj, 40, d);
	data = data_of("/lib/a.so", 64);
	fake_put(&f, data, 8, a);
	fake_put(&f, data, 16, d);
	more = data_of("/lib/a.so", 64);
	fake_put(&f, more, 8, a + 16);
	python = data_of("/lib/python", 64);
	fake_put(&f, python, 8, b);
	f.py.runtime_module_start = python;
	f.py.runtime_module_end = python + 64;
	raddr_vec_push(&own, e + 8);
	find_owners();
	ck_assert_int_eq(kind_of(a), OWNER_LIBRARY);
	ck_assert_uint_eq(claims_owner(&c, node_of(a)).id, 0);
	ck_assert_int_eq(kind_of(b), OWNER_PYTHON);
	ck_assert_uint_eq(owner_of(d), obj);
	ck_assert_int_eq(kind_of(e), OWNER_PYTHON);
	ck_assert(owners_is_known(&c.owners, node_of(e)));
	end();
}
END_TEST

START_TEST(stacks_count_from_the_pointer_on)
{
	raddr stack, live, stale, tls;

	begin(_i);
	live = raw(64);
	stale = raw(64);
	tls = raw(64);
	stack = fake_block(&f, 1024);
	native_claim(&n, stack, stack + 1024, REGION_STACK, 0);
	fake_put(&f, stack, 512 - 128, live);
	fake_put(&f, stack, 512 - 136, stale);
	thread_vec_push(&f.target.threads,
			(struct thread){ .sp = stack + 512 });
	find_owners();
	ck_assert_int_eq(kind_of(live), OWNER_STACK);
	ck_assert_int_eq(kind_of(stale), OWNER_NOBODY);
	ck_assert_int_eq(kind_of(tls), OWNER_NOBODY);
	end();
}
END_TEST

START_TEST(thread_variables_count)
{
	raddr tls, block;

	begin(_i);
	block = raw(64);
	tls = fake_block(&f, 4096);
	fake_put(&f, tls, 1024, block);
	mapping_vec_push(&f.target.mappings, (struct mapping){
		.start = tls, .end = tls + 4096, .path = xstrdup("") });
	thread_vec_push(&f.target.threads,
			(struct thread){ .fs_base = tls + 2048 });
	find_owners();
	ck_assert_int_eq(kind_of(block), OWNER_STACK);
	end();
}
END_TEST

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

/* --- the ledger --------------------------------------------------------- */

static const struct heap_memory_line *line_of(enum memory_part part,
					      const char *name)
{
	const struct heap_memory_line_vec *v = &f.heap.memory.lines;

	for (size_t i = 0; i < v->nr; i++)
		if (v->v[i].part == part && !strcmp(v->v[i].name, name))
			return &v->v[i];
	ck_abort_msg("no line");
	return NULL;
}

struct seen {
	unsigned int nr, owned;
};

static void see(const struct heap *h, const struct memory_block *b,
		void *context)
{
	struct seen *s = context;

	(void)h;
	s->nr++;
	s->owned += b->object == OID_NONE && b->owner != OID_NONE;
}

START_TEST(each_block_has_a_line)
{
	raddr obj, rival, free_one, blocks[8];
	struct seen s = { 0, 0 };
	raddr data;

	begin(_i);
	obj = object(type_of("x.Native", 64, 0), 64);
	rival = object(type_of("x.Rival", 64, 0), 64);
	for (int i = 0; i < 8; i++)
		blocks[i] = raw(64);
	free_one = raw(64);
	put_head(free_one, 0, type_of("x.Native", 64, 0));
	fake_put(&f, obj, 40, blocks[0]);
	fake_put(&f, obj, 48, blocks[1]);
	fake_put(&f, rival, 48, blocks[1]);
	data = data_of("/lib/a.so", 64);
	fake_put(&f, data, 8, blocks[2]);
	raddr_vec_push(&own, blocks[3]);
	find_owners();
	memory_account(&c, see, &s);
	ck_assert_uint_eq(s.nr, 11);
	ck_assert_uint_eq(s.owned, 2);
	ck_assert_uint_eq(line_of(PART_RAW, "")->count, 1);
	ck_assert_uint_eq(line_of(PART_RAW_SHARED, "")->count, 1);
	ck_assert_uint_eq(line_of(PART_RAW_LIBRARY, "/lib/a.so")->count, 1);
	ck_assert_uint_eq(line_of(PART_RAW_PYTHON, "")->count, 1);
	ck_assert_uint_eq(line_of(PART_UNOWNED, "pymalloc")->count, 5);
	ck_assert_uint_eq(f.heap.bytes[object_map_find(&f.py, obj)], 128);
	ck_assert_uint_eq(f.heap.bytes[object_map_find(&f.py, rival)], 64);
	ck_assert_uint_eq(f.heap.memory.unowned.nr, 1);
	ck_assert_uint_eq(f.heap.memory.unowned.v[0].count, 5);
	ck_assert_uint_eq(f.heap.memory.unowned.v[0].size, 64);
	ck_assert_uint_eq(f.heap.memory.unowned.v[0].samples[0], blocks[4]);
	end();
}
END_TEST

START_TEST(static_objects_take_their_size)
{
	raddr obj;

	begin(_i);
	obj = fake_object(&f, type_of("x.Static", 64, 0), 64);
	raddr_vec_push(&known, obj);
	raw(64);
	find_owners();
	memory_account(&c, NULL, NULL);
	ck_assert_uint_eq(f.heap.bytes[object_map_find(&f.py, obj)], 64);
	end();
}
END_TEST

/* --- what is hostile ---------------------------------------------------- */

START_TEST(nothing_at_all)
{
	begin(_i);
	find_owners();
	memory_account(&c, NULL, NULL);
	end();
}
END_TEST

START_TEST(memory_that_is_not_there)
{
	raddr obj, block, hidden;
	uint64_t words = 0;

	begin(_i);
	obj = object(type_of("x.Native", 64, 0), 64);
	block = raw(256);
	hidden = raw(64);
	put_head(hidden, 1, f.py.known.str);
	fake_put(&f, obj, 40, block);
	fake_put(&f, block, 0, hidden);
	find_owners();
	for (; fake_unmap(&f, f.nr_known, words); words++) {
		claims_release(&c);
		claims_load(&c, &f.py, &n, &own);
		fake_map_again(&f);
	}
	ck_assert_uint_gt(words, 30);
	end();
}
END_TEST

void suite_add_tests(TCase *tc)
{
	const TTest *tests[] = {
		pointers_in_the_struct_count,
		the_slack_behind_an_object_does_not,
		numbers_and_text_have_no_pointers,
		a_word_that_is_no_pointer_elsewhere_is_none,
		what_a_reader_says_is_known,
		raw_blocks_may_be_objects,
		hidden_objects_hand_on_what_they_have,
		roots_own_what_no_object_has,
		stacks_count_from_the_pointer_on,
		thread_variables_count,
		keys_of_tables_are_no_pointers,
		tables_in_tables,
		words_of_small_blocks_are_compared,
		a_page_that_has_few_pointers_has_none_that_is_sure,
		raw_blocks_explain_references,
		some_pointers_explain_nothing,
		each_block_has_a_line,
		static_objects_take_their_size,
		nothing_at_all,
		memory_that_is_not_there,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
