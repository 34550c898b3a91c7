/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/free-lists.h over forged lists of every version, those
 * that lie among them.
 */
#include <check.h>
#include <stdlib.h>

#include "fake-python.h"
#include "native/native.h"
#include "python/allocators/free-lists.h"
#include "python/types/types.h"
#include "suite.h"

#define NR 3			/* objects of each list */
#define TUPLES 1024		/* where the interpreter has the lists */
#define FLOATS 2048
#define OBJECT_SIZE 64
#define FIRST_ROW 2		/* lists of 3.8 and 3.9 are static data */

const char suite_name[] = "free-lists";

struct scene {
	struct fake f;
	struct native n;
	struct heap_memory ledger;
	raddr interpreter;
	raddr tuples[NR], floats[NR];
	raddr alive;		/* an object of the heap; 0: none */
	struct free_object_vec found;
};

static bool is_linked(const struct scene *s)
{
	return s->f.py.minor >= 14;
}

static uint32_t float_link(const struct scene *s)
{
	return is_linked(s) ? 0 : s->f.py.layout.object_type;
}

static uint32_t tuple_link(const struct scene *s)
{
	return is_linked(s) ? 0 : s->f.py.layout.tuple_item;
}

/* Up to 3.13 dead tuples have a reference count of 0: the search leaves them to
 * who looks at all blocks. */
static unsigned int nr_tuples(const struct scene *s)
{
	return is_linked(s) ? NR : 0;
}

/* Dead objects: all zeros, but for the type. */
static void build(struct scene *s, int row)
{
	const struct layout *l = &s->f.py.layout;

	*s = (struct scene){ 0 };
	fake_init(&s->f, fake_rows[row]);
	s->interpreter = fake_block(&s->f, l->interp_size);
	interpreter_vec_push(&s->f.py.interpreters, (struct interpreter){
		.address = s->interpreter });
	for (unsigned int i = 0; i < NR; i++) {
		s->tuples[i] = fake_block(&s->f, OBJECT_SIZE);
		s->floats[i] = fake_block(&s->f, OBJECT_SIZE);
		fake_put(&s->f, s->tuples[i], l->object_type,
			 s->f.py.known.tuple);
		if (is_linked(s))
			fake_put(&s->f, s->floats[i], l->object_type,
				 s->f.py.known.float_);
	}
	for (unsigned int i = 0; i + 1 < NR; i++) {
		fake_put(&s->f, s->tuples[i], tuple_link(s), s->tuples[i + 1]);
		fake_put(&s->f, s->floats[i], float_link(s), s->floats[i + 1]);
	}
	fake_put(&s->f, s->interpreter, TUPLES, s->tuples[0]);
	fake_put(&s->f, s->interpreter, FLOATS, s->floats[0]);
	if (is_linked(s))
		fake_put(&s->f, s->interpreter, TUPLES + 8, NR);
	/* Before the head up to 3.12. */
	fake_put(&s->f, s->interpreter,
		 s->f.py.minor < 13 ? FLOATS - 8 : FLOATS + 8, NR);
}

static void find(struct scene *s)
{
	fake_ready(&s->f);
	types_load(&s->f.py, s->f.py.known.tuple);
	types_load(&s->f.py, s->f.py.known.float_);
	s->f.target.residency.basis = RESIDENCY_PAGEMAP;
	native_init(&s->n, &s->f.target, &s->ledger);
	for (unsigned int i = 0; i < NR; i++) {
		blocks_add(&s->n.blocks, s->tuples[i], OBJECT_SIZE,
			   ALLOCATOR_PYMALLOC);
		blocks_add(&s->n.blocks, s->floats[i], OBJECT_SIZE,
			   ALLOCATOR_PYMALLOC);
	}
	blocks_sort(&s->n.blocks);
	if (s->alive)
		blocks_take(&s->n.blocks,
			    blocks_find(&s->n.blocks, s->alive));
	free_lists_find(&s->f.py, &s->n, &s->found);
}

static unsigned int nr_of(struct scene *s, raddr type)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < s->found.nr; i++)
		nr += s->f.py.types.v[s->found.v[i].type].address == type;
	return nr;
}

/* So many were found, each once and in order. */
static void expect(struct scene *s, unsigned int tuples, unsigned int floats)
{
	for (size_t i = 1; i < s->found.nr; i++)
		ck_assert_uint_gt(s->found.v[i].block,
				  s->found.v[i - 1].block);
	ck_assert_uint_eq(nr_of(s, s->f.py.known.tuple), tuples);
	ck_assert_uint_eq(nr_of(s, s->f.py.known.float_), floats);
	ck_assert_uint_eq(s->found.nr, tuples + floats);
}

static void release(struct scene *s)
{
	free_object_vec_release(&s->found);
	native_release(&s->n);
	heap_memory_release(&s->ledger);
	fake_release(&s->f);
}

START_TEST(lists_are_found)
{
	struct scene s;

	build(&s, _i);
	find(&s);
	expect(&s, nr_tuples(&s), NR);
	release(&s);
}
END_TEST

START_TEST(the_number_is_another)
{
	static const uint64_t numbers[] = { 0, NR - 1, NR + 1, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct scene s;

		build(&s, _i);
		fake_put(&s.f, s.interpreter, FLOATS - 8, numbers[i]);
		fake_put(&s.f, s.interpreter, FLOATS + 8, numbers[i]);
		find(&s);
		expect(&s, nr_tuples(&s), 0);
		release(&s);
	}
}
END_TEST

START_TEST(a_chain_is_a_circle)
{
	struct scene s;

	build(&s, _i);
	fake_put(&s.f, s.tuples[NR - 1], tuple_link(&s), s.tuples[0]);
	fake_put(&s.f, s.floats[NR - 1], float_link(&s), s.floats[0]);
	find(&s);
	expect(&s, 0, 0);
	release(&s);
}
END_TEST

START_TEST(living_objects_are_on_no_list)
{
	struct scene s;

	build(&s, _i);
	s.alive = s.tuples[1];
	fake_put(&s.f, s.floats[1], s.f.py.layout.object_type,
		 s.f.py.known.list);
	find(&s);
	expect(&s, 0, 0);
	release(&s);

	if (is_linked(&s))
		return;
	build(&s, _i);
	fake_refcount(&s.f, s.floats[2], 1);
	find(&s);
	expect(&s, 0, 0);
	release(&s);
}
END_TEST

START_TEST(memory_ends)
{
	struct scene s;
	size_t first;

	build(&s, _i);
	find(&s);
	first = s.f.nr_known + 1;	/* behind the interpreter */
	for (uint64_t word = 0; fake_unmap(&s.f, first, word); word++) {
		s.found.nr = 0;
		free_lists_find(&s.f.py, &s.n, &s.found);
		ck_assert_uint_le(s.found.nr, 2 * NR);
		fake_map_again(&s.f);
	}
	release(&s);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, lists_are_found, FIRST_ROW, fake_nr_rows);
	tcase_add_loop_test(tc, the_number_is_another, FIRST_ROW, fake_nr_rows);
	tcase_add_loop_test(tc, a_chain_is_a_circle, FIRST_ROW, fake_nr_rows);
	tcase_add_loop_test(tc, living_objects_are_on_no_list,
			    FIRST_ROW, fake_nr_rows);
	tcase_add_loop_test(tc, memory_ends, FIRST_ROW, fake_nr_rows);
}
