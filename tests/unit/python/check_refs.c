/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The readers of references, over forged objects of every version: what they
 * find, how they name it, and that missing memory harms none of them.
 */
#include <check.h>
#include <stdlib.h>

#include "fake-python.h"
#include "python/refs/read.h"
#include "python/refs/reread.h"
#include "python/types/object-map.h"
#include "scenes.h"
#include "suite.h"

/* --- what one reader finds ---------------------------------------------- */

static enum refs_result read_scene(struct fake *f, const struct scene *s,
				   struct refs *refs)
{
	refs->named = true;
	return read_refs(&f->py, s->type, s->obj, refs);
}

static bool has(const struct scene *s, raddr to)
{
	for (unsigned int i = 0; i < s->nr; i++)
		if (s->refs[i].to == to)
			return true;
	return false;
}

static void check_finds(build *b, const char *row)
{
	struct refs refs = { 0 };
	struct scene s = { 0 };
	struct fake f;

	fake_init(&f, row);
	b(&f, &s);
	fake_ready(&f);
	s.type = fake_pytype(&f, s.obj);
	ck_assert_int_eq(s.type->reader, s.reader);
	ck_assert_int_eq(read_scene(&f, &s, &refs), REFS_OK);
	ck_assert_uint_eq(refs.to.nr, s.nr);
	ck_assert_uint_eq(refs.names.nr, s.nr);
	for (unsigned int i = 0; i < s.nr; i++) {
		ck_assert_msg(refs.to.v[i] == s.refs[i].to,
			      "%s: reference %u", row, i);
		ck_assert_int_eq(refs.names.v[i].kind, s.refs[i].kind);
		ck_assert_uint_eq(refs.names.v[i].arg, s.refs[i].arg);
	}
	refs_release(&refs);
	fake_release(&f);
}

/*
 * The memory behind each word in turn is not there.  What is found then is
 * right, and is less or equal.
 */
static void check_survives(build *b, const char *row)
{
	struct scene s = { 0 };
	struct fake f;

	fake_init(&f, row);
	b(&f, &s);
	fake_ready(&f);
	s.type = fake_pytype(&f, s.obj);
	for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word); word++) {
		struct refs refs = { 0 };
		bool wrong;

		refs_begin(&f.py);
		read_scene(&f, &s, &refs);
		wrong = refs.to.nr > s.nr || refs.names.nr != refs.to.nr;
		for (size_t i = 0; i < refs.to.nr; i++)
			wrong |= !has(&s, refs.to.v[i]);
		ck_assert_msg(!wrong, "%s: without word %" PRIu64, row, word);
		refs_release(&refs);
		fake_map_again(&f);
	}
	fake_release(&f);
}

/* --- the tests ---------------------------------------------------------- */

static int minor_of(const char *row)
{
	return atoi(row + 2);
}

START_TEST(readers_find_what_the_object_holds)
{
	for (int i = 0; i < fake_nr_rows; i++)
		if (minor_of(fake_rows[i]) >= scene_builders[_i].from)
			check_finds(scene_builders[_i].build, fake_rows[i]);
}
END_TEST

START_TEST(readers_survive_memory_that_is_not_there)
{
	for (int i = 0; i < fake_nr_rows; i++)
		if (minor_of(fake_rows[i]) >= scene_builders[_i].from)
			check_survives(scene_builders[_i].build, fake_rows[i]);
}
END_TEST

/* Each claims more than all memory has. */
START_TEST(impossible_lengths_are_not_believed)
{
	static const uint64_t lengths[] = { 1ull << 33, 1ull << 61,
					    UINT64_MAX };

	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct refs refs = { 0 };
		struct fake f;
		raddr list;

		fake_init(&f, fake_rows[_i]);
		list = fake_list(&f, 1, &f.py.known.none);
		fake_put(&f, list, f.py.layout.var_size, lengths[i]);
		fake_ready(&f);
		ck_assert_int_eq(read_refs(&f.py, fake_pytype(&f, list), list,
					   &refs), REFS_UNREADABLE);
		ck_assert_uint_eq(refs.to.nr, 0);
		refs_release(&refs);
		fake_release(&f);
	}
}
END_TEST

/* Many lists that share one array can't claim it again and again. */
START_TEST(an_array_is_claimed_once)
{
	struct refs refs = { 0 };
	struct fake f;
	raddr list;

	fake_init(&f, fake_rows[_i]);
	list = fake_list(&f, 1, &f.py.known.none);
	fake_ready(&f);
	f.py.most_claims = 2;
	refs_begin(&f.py);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_int_eq(read_refs(&f.py, fake_pytype(&f, list), list,
					   &refs),
				 i < 2 ? REFS_OK : REFS_UNREADABLE);
	ck_assert_uint_eq(refs.to.nr, 2);
	refs_release(&refs);
	fake_release(&f);
}
END_TEST

/* A type that pyheld has no reader for, and a static class. */
START_TEST(other_types_are_left_to_the_emulator)
{
	struct refs refs = { 0 };
	struct fake f;
	raddr obj;

	fake_init(&f, fake_rows[_i]);
	obj = fake_object(&f, fake_type(&f, &(struct fake_type){
		.name = "_ext.Node", .flags = TPFLAG_HAVE_GC,
		.traverse = fake_function(&f) }), 32);
	fake_ready(&f);
	ck_assert_int_eq(read_refs(&f.py, fake_pytype(&f, obj), obj, &refs),
			 REFS_EMULATE);
	ck_assert_int_eq(read_refs(&f.py, fake_pytype(&f, f.py.known.list),
				   f.py.known.list, &refs), REFS_OK);
	ck_assert_uint_eq(refs.to.nr, 0);
	refs_release(&refs);
	fake_release(&f);
}
END_TEST

/* A class has the slots of its bases, too: a chain of bases can't take memory
 * by the square of its length. */
START_TEST(slots_of_all_classes_have_a_bound)
{
	struct fake_type t = { .name = "app.Base",
			       .flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC };
	const struct pytype *type;
	uint32_t members[10];
	struct fake f;
	raddr obj, known;

	fake_init(&f, fake_rows[_i]);
	for (uint32_t i = 0; i < ARRAY_SIZE(members); i++)
		members[i] = f.py.layout.object_size + 8 * i;
	t.basicsize = f.py.layout.object_size + sizeof(uint64_t) * 10;
	t.nr_members = ARRAY_SIZE(members);
	t.members = members;
	t.base = fake_type(&f, &t);
	known = fake_object(&f, t.base, t.basicsize);
	t.nr_members = 0;
	obj = fake_object(&f, fake_type(&f, &t), t.basicsize);
	fake_ready(&f);
	u32_vec_resize(&f.py.members, (1 << 24) - ARRAY_SIZE(members) + 1);
	type = fake_pytype(&f, known);
	ck_assert_uint_eq(type->member_nr, ARRAY_SIZE(members));
	ck_assert_int_eq(type->reader, READER_NONE);
	type = fake_pytype(&f, obj);
	ck_assert_uint_eq(type->member_nr, 0);
	ck_assert_int_eq(type->reader, READER_EMULATE);
	fake_release(&f);
}
END_TEST

/* Analyses have arrays as long as the heap: to name the references of an object
 * adds none, though it may read more of it than the first time. */
START_TEST(a_complete_heap_gets_no_more_objects)
{
	struct refs refs = { 0 };
	struct fake f;
	raddr obj, list;
	oid o;

	fake_init(&f, fake_rows[_i]);
	obj = fake_object(&f, fake_type(&f, &(struct fake_type){
		.name = "_ext.Node", .flags = TPFLAG_HAVE_GC,
		.basicsize = f.py.layout.object_size + 8,
		.traverse = fake_function(&f) }), 64);
	list = fake_list(&f, 0, NULL);
	fake_put(&f, obj, f.py.layout.object_size, list);
	fake_ready(&f);
	o = object_map_add(&f.py, obj);
	ck_assert_uint_ne(o, OID_NONE);
	f.heap.flags[o] |= OBJECT_SCANNED;

	f.py.complete = true;
	ck_assert(reread_refs(&f.py, o, &refs));
	ck_assert_uint_eq(f.heap.nr_objects, 1);
	ck_assert_uint_eq(refs.to.nr, 0);

	f.py.complete = false;
	ck_assert(reread_refs(&f.py, o, &refs));
	ck_assert_uint_eq(f.heap.nr_objects, 2);
	ck_assert_uint_eq(refs.to.nr, 1);
	ck_assert_uint_eq(refs.to.v[0], list);
	refs_release(&refs);
	fake_release(&f);
}
END_TEST

const char suite_name[] = "refs";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, readers_find_what_the_object_holds, 0,
			    nr_scene_builders);
	tcase_add_loop_test(tc, readers_survive_memory_that_is_not_there, 0,
			    nr_scene_builders);
	tcase_add_loop_test(tc, impossible_lengths_are_not_believed, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, an_array_is_claimed_once, 0, fake_nr_rows);
	tcase_add_loop_test(tc, other_types_are_left_to_the_emulator, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, slots_of_all_classes_have_a_bound, 0,
			    fake_nr_rows);
	tcase_add_loop_test(tc, a_complete_heap_gets_no_more_objects, 0,
			    fake_nr_rows);
}
