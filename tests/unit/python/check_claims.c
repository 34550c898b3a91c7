/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who owns raw blocks, in fake CPythons: which words are looked at, and what
 * they are taken for.  check_owners.c has what becomes of the claims.
 */
#include "claims-scene.h"
#include "python/memory/memory-account.h"
#include "suite.h"

const char suite_name[] = "claims";

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

/* --- objects that the heap lacks ---------------------------------------- */

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

/* The class of a hidden object need not have an instance in the heap. */
START_TEST(hidden_objects_may_be_the_only_ones_of_their_class)
{
	raddr type, no_class, lost, other;
	uint32_t index;

	begin(_i);
	type = type_of("x.Alone", 64, 0);
	no_class = type_of("x.Unknown", 64, 0);
	raddr_vec_push(&known, type);
	lost = raw(64);
	put_head(lost, 1, type);
	other = raw(64);
	put_head(other, 1, no_class);
	find_owners();
	index = c.type[node_of(lost)];
	ck_assert_uint_eq(c.flags[node_of(lost)], NODE_HIDDEN);
	ck_assert_uint_eq(f.py.types.v[index].address, type);
	ck_assert_uint_lt(index, f.heap.types.nr);
	ck_assert_uint_eq(c.flags[node_of(other)], 0);
	end();
}
END_TEST

START_TEST(the_slack_behind_a_hidden_object_does_not_count)
{
	raddr fixed, tuple, type, by_fixed, by_tuple, behind, item;
	const struct layout *l = &f.py.layout;

	begin(_i);
	type = type_of("x.Fixed", 64, 0);
	raddr_vec_push(&known, type);
	ck_assert_uint_ne(object(f.py.known.tuple, 64), 0);
	fixed = raw(96);
	put_head(fixed, 1, type);
	tuple = raw(96);
	put_head(tuple, 1, f.py.known.tuple);
	fake_put(&f, tuple, l->var_size, 1);
	by_fixed = raw(64);
	behind = raw(64);
	item = raw(64);
	by_tuple = raw(64);
	fake_put(&f, fixed, 56, by_fixed);
	fake_put(&f, fixed, 64, behind);
	fake_put(&f, tuple, l->tuple_item, item);
	fake_put(&f, tuple, l->tuple_item + 8, by_tuple);
	find_owners();
	ck_assert(c.owners.flags[node_of(by_fixed)] & OWNERS_POINTED);
	ck_assert(!(c.owners.flags[node_of(behind)] & OWNERS_POINTED));
	ck_assert(c.owners.flags[node_of(item)] & OWNERS_POINTED);
	ck_assert(!(c.owners.flags[node_of(by_tuple)] & OWNERS_POINTED));
	end();
}
END_TEST

/* Bytes that look like a pointer are none, wherever they lie. */
START_TEST(what_readers_know_of_hidden_objects_counts)
{
	const struct layout *l = &f.py.layout;
	raddr array, data, type, hit;

	begin(_i);
	type = type_of("bytearray", 64, 0);
	raddr_vec_push(&known, type);
	data = raw(64);
	array = raw(64);
	put_head(array, 1, type);
	hit = raw(64);
	fake_put(&f, array, l->var_size, 64);
	fake_put(&f, array, l->bytearray_alloc, 64);
	fake_put(&f, array, l->bytearray_bytes, data);
	fake_put_if(&f, array, l->bytearray_object, data);
	fake_put(&f, data, 8, hit);
	find_owners();
	ck_assert_uint_eq(c.flags[node_of(array)], NODE_HIDDEN);
	if (l->bytearray_object == LAYOUT_NONE)
		ck_assert(!(c.owners.flags[node_of(hit)] & OWNERS_POINTED));
	end();
}
END_TEST

START_TEST(lost_objects_have_the_bytes_that_they_own)
{
	const struct layout *l = &f.py.layout;
	raddr list, items, stray;

	begin(_i);
	ck_assert_uint_ne(object(f.py.known.list, 64), 0);
	list = raw(64);
	put_head(list, 1, f.py.known.list);
	items = raw(512);
	fake_put(&f, list, l->list_item,
		 items + (f.py.free_threaded ? 8 : 0));
	stray = raw(32);
	find_owners();
	memory_account(&c, NULL, NULL);
	ck_assert(c.flags[node_of(items)] & NODE_LOST);
	ck_assert(!(c.flags[node_of(stray)] & NODE_LOST));
	/* It counts the objects. */
	ck_assert_uint_eq(line_of(PART_LOST_OBJECTS, "")->count, 1);
	ck_assert_uint_eq(line_of(PART_UNOWNED, "pymalloc")->count, 1);
	end();
}
END_TEST

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

/* --- the ledger --------------------------------------------------------- */

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
		claims_load(&c, &f.py, &n, &own, &missing);
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
		hidden_objects_may_be_the_only_ones_of_their_class,
		the_slack_behind_a_hidden_object_does_not_count,
		what_readers_know_of_hidden_objects_counts,
		lost_objects_have_the_bytes_that_they_own,
		roots_own_what_no_object_has,
		stacks_count_from_the_pointer_on,
		thread_variables_count,
		each_block_has_a_line,
		static_objects_take_their_size,
		nothing_at_all,
		memory_that_is_not_there,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
