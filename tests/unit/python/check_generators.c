/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generators, coroutines and async generators of fake CPythons: where they
 * stand, and what they await.
 */
#include <check.h>
#include <string.h>

#include "fake-values.h"
#include "python/async/generators.h"
#include "python/types/object-map.h"
#include "python/values/frames.h"
#include "suite.h"

#define FIRST_LINE 10
#define LINE 11			/* of the instruction at offset 0 */
#define NR_LOCALS 1
#define MAX_STACK 3

/* gi_frame_state of pycore_frame.h, from 3.11 on. */
enum stands { CREATED, SUSPENDED, DELEGATES, RUNS, CLEARED, NR_STANDS };
static const int states[][NR_STANDS] = {
	[11] = { -2, -1, -1, 0, 4 },
	[12] = { -2, -1, -1, 0, 4 },
	[13] = { -3, -2, -1, 0, 4 },
	[14] = { -3, -2, -1, 0, 4 },
	[15] = { 0, 1, 2, 4, 5 },
};

static struct fake f;
static raddr local, awaited;

static bool is_old(void)
{
	return f.py.minor < 11;
}

static void begin(int row)
{
	fake_init(&f, fake_rows[row]);
	local = fake_list(&f, 0, NULL);
	awaited = fake_list(&f, 0, NULL);
}

/* --- code --- */

#define YIELD_VALUE 86
#define YIELD_FROM 72
#define RESUME 151

/* Two instructions: it stands at the first one. */
static raddr code_of(bool delegates)
{
	static const struct fake_names names = { .locals = { "self" } };
	const uint8_t old[] = { YIELD_VALUE, 0, delegates ? YIELD_FROM : 1, 0 };
	const uint8_t new[] = { YIELD_VALUE, 0, RESUME, delegates ? 3 : 1 };
	/* Line 11 begins at offset 0: co_lnotab, PEP 626, locations. */
	static const uint8_t lnotab[] = { 0, 1 }, pep626[] = { 20, 1 };
	static const uint8_t locations[] = { 0x80 | 13 << 3 | 7, 1 << 1 };
	const struct layout *l = &f.py.layout;
	raddr code = fake_code_of(&f, &names, FIRST_LINE,
				  f.py.minor < 10 ? lnotab :
				  is_old() ? pep626 : locations, 2);

	if (is_old())
		fake_put(&f, code, l->code_code,
			 fake_bytes(&f, old, sizeof(old)));
	else
		fake_put_bytes(&f, code + l->code_code_adaptive, new,
			       sizeof(new));
	return code;
}

/* --- generators --- */

struct made {
	raddr obj, frame;
};

static struct made old_generator(raddr type, raddr code, enum stands stands,
				 uint64_t nr, const raddr *slots)
{
	const struct layout *l = &f.py.layout;
	struct made made;

	made.frame = fake_frame(&f, code, NR_LOCALS, nr, slots, 0);
	made.obj = fake_object(&f, type, 112);
	if (stands != CLEARED)
		fake_put(&f, made.obj, l->gen_frame, made.frame);
	if (stands == CREATED)
		fake_put32(&f, made.frame, l->frame_lasti, UINT32_MAX);
	if (stands == RUNS && l->frame_stackdepth != LAYOUT_NONE)
		fake_put32(&f, made.frame, l->frame_stackdepth, UINT32_MAX);
	else if (stands == RUNS)
		fake_put(&f, made.frame, l->frame_stacktop, 0);
	return made;
}

/* The frame is in the generator. */
static struct made new_generator(raddr type, raddr code, enum stands stands,
				 uint64_t nr, const raddr *slots)
{
	const struct layout *l = &f.py.layout;
	struct made made;
	raddr at;

	made.obj = fake_object(&f, type, l->gen_iframe + l->iframe_localsplus +
					 MAX_STACK * 8);
	made.frame = made.obj + l->gen_iframe;
	at = made.frame + l->iframe_localsplus;
	fake_put8(&f, made.obj, l->gen_frame_state,
		  (uint8_t)states[f.py.minor][stands]);
	fake_put8(&f, made.frame, l->iframe_owner, FRAME_OF_GENERATOR);
	fake_put(&f, made.frame, l->iframe_code, code);
	/* Of one that has not begun, 3.11 and 3.12 have the one before. */
	fake_put(&f, made.frame, l->iframe_instr_ptr,
		 code + l->code_code_adaptive -
		 (stands == CREATED && f.py.minor < 13 ? 2 : 0));
	if (l->iframe_stackpointer != LAYOUT_NONE)
		fake_put(&f, made.frame, l->iframe_stackpointer,
			 stands == RUNS ? 0 : at + nr * 8);
	else
		fake_put32(&f, made.frame, l->iframe_stacktop,
			   stands == RUNS ? UINT32_MAX : (uint32_t)nr);
	fake_put_bytes(&f, at, slots, nr * 8);
	return made;
}

static struct made generator(raddr type, raddr code, enum stands stands,
			     uint64_t nr, const raddr *slots)
{
	return is_old() ? old_generator(type, code, stands, nr, slots) :
			  new_generator(type, code, stands, nr, slots);
}

/* One that stands with `top` on its stack. */
static struct made with_top(enum stands stands, raddr top)
{
	const raddr slots[] = { local, top };

	return generator(f.py.known.coroutine, code_of(stands == DELEGATES),
			 stands, 2, slots);
}

static oid add(raddr obj)
{
	oid o = object_map_add(&f.py, obj);

	ck_assert_uint_ne(o, OID_NONE);
	return o;
}

static const struct heap_generator *only(oid o)
{
	ck_assert_uint_eq(f.heap.generators.nr, 1);
	ck_assert_uint_eq(f.heap.generators.v[0].object, o);
	return &f.heap.generators.v[0];
}

/* --- where they stand --- */

START_TEST(generators_have_a_state_and_a_line)
{
	static const struct {
		enum stands stands;
		enum generator_state state;
	} cases[] = {
		{ CREATED, GENERATOR_CREATED },
		{ SUSPENDED, GENERATOR_SUSPENDED },
		{ DELEGATES, GENERATOR_SUSPENDED },
		{ RUNS, GENERATOR_RUNNING },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		enum stands stands = cases[i].stands;
		const struct heap_generator *g;
		const struct heap_code *code;
		struct made made;
		int line;

		begin(_i);
		made = with_top(stands, awaited);
		fake_ready(&f);
		add(made.obj);
		add(awaited);
		generators_load(&f.py);
		g = only(0);
		ck_assert_int_eq(g->state, cases[i].state);
		ck_assert_uint_eq(g->awaits, stands == DELEGATES ? 1 :
								   OID_NONE);
		ck_assert_int_eq(g->frame, -1);
		line = stands == CREATED && f.py.minor < 13 ? FIRST_LINE : LINE;
		ck_assert_int_eq(g->line, line);
		ck_assert_uint_eq(f.heap.codes.nr, 1);
		code = &f.heap.codes.v[g->code];
		ck_assert_str_eq(code->function, "work");
		ck_assert_str_eq(code->file, "app.py");
		/* The code object is not in the heap. */
		ck_assert_uint_eq(code->object, OID_NONE);
		fake_release(&f);
	}
}
END_TEST

START_TEST(generators_that_have_ended_have_no_row)
{
	struct made made;

	begin(_i);
	made = with_top(CLEARED, awaited);
	fake_ready(&f);
	add(made.obj);
	generators_load(&f.py);
	ck_assert_uint_eq(f.heap.generators.nr, 0);
	ck_assert_uint_eq(f.heap.codes.nr, 0);
	fake_release(&f);
}
END_TEST

START_TEST(all_kinds_of_generators_have_rows)
{
	const raddr slots[] = { 0, 0 };
	raddr types[3], other, code;
	struct made made[4];

	begin(_i);
	types[0] = f.py.known.generator;
	types[1] = f.py.known.coroutine;
	types[2] = f.py.known.async_generator;
	other = fake_type(&f, &(struct fake_type){
		.name = "app.generator", .flags = TPFLAG_HAVE_GC,
		.basicsize = 112, .traverse = fake_function(&f) });
	code = code_of(false);
	for (int i = 0; i < 4; i++)
		made[i] = generator(i < 3 ? types[i] : other, code, SUSPENDED,
				    2, slots);
	fake_ready(&f);
	add(code);
	for (int i = 3; i >= 0; i--)
		add(made[i].obj);
	generators_load(&f.py);
	/* In the order of objects; they have one code object. */
	ck_assert_uint_eq(f.heap.generators.nr, 3);
	ck_assert_uint_eq(f.heap.codes.nr, 1);
	ck_assert_uint_eq(f.heap.codes.v[0].object, 0);
	for (oid i = 0; i < 3; i++) {
		ck_assert_uint_eq(f.heap.generators.v[i].object, i + 2);
		ck_assert_uint_eq(f.heap.generators.v[i].code, 0);
	}
	fake_release(&f);
}
END_TEST

START_TEST(one_that_runs_has_the_frame_of_a_thread)
{
	struct made runs, waits;

	begin(_i);
	waits = with_top(SUSPENDED, 0);
	runs = with_top(RUNS, 0);
	fake_ready(&f);
	add(waits.obj);
	add(runs.obj);
	/* They are not in the order of addresses. */
	raddr_vec_push(&f.py.frames, UINT64_MAX - 7);
	raddr_vec_push(&f.py.frames, runs.frame);
	raddr_vec_push(&f.py.frames, waits.frame);
	raddr_vec_push(&f.py.frames, 0);
	generators_load(&f.py);
	ck_assert_uint_eq(f.heap.generators.nr, 2);
	ck_assert_int_eq(f.heap.generators.v[0].frame, -1);
	ck_assert_int_eq(f.heap.generators.v[1].frame, 1);
	ck_assert_uint_eq(f.py.frames.nr, 0);
	fake_release(&f);
}
END_TEST

/* --- what they await --- */

/* Chains, one that awaits itself, and one that awaits what is not there. */
START_TEST(generators_may_await_in_a_circle)
{
	struct made a, b, self, lost;
	uint32_t at;

	begin(_i);
	a = with_top(DELEGATES, 0);
	b = with_top(DELEGATES, a.obj);
	self = with_top(DELEGATES, 0);
	lost = with_top(DELEGATES, 0x1000);
	at = is_old() ? f.py.layout.frame_localsplus :
			f.py.layout.iframe_localsplus;
	fake_put(&f, a.frame, at + 8, b.obj);
	fake_put(&f, self.frame, at + 8, self.obj);
	fake_ready(&f);
	add(a.obj);
	add(b.obj);
	add(self.obj);
	add(lost.obj);
	generators_load(&f.py);
	ck_assert_uint_eq(f.heap.generators.nr, 4);
	ck_assert_uint_eq(f.heap.generators.v[0].awaits, 1);
	ck_assert_uint_eq(f.heap.generators.v[1].awaits, 0);
	ck_assert_uint_eq(f.heap.generators.v[2].awaits, 2);
	ck_assert_uint_eq(f.heap.generators.v[3].awaits, OID_NONE);
	fake_release(&f);
}
END_TEST

/* 3.15 has a word above it that is no object. */
START_TEST(a_word_above_is_left_out)
{
	raddr slots[] = { 0, 0, 0 };
	struct made made;

	begin(_i);
	slots[0] = local;
	slots[1] = awaited;
	slots[2] = f.py.minor >= 14 ? 5 << 2 | 3 : 0;
	made = generator(f.py.known.coroutine, code_of(true), DELEGATES, 3,
			 slots);
	fake_ready(&f);
	add(made.obj);
	add(awaited);
	generators_load(&f.py);
	ck_assert_uint_eq(only(0)->awaits, 1);
	fake_release(&f);
}
END_TEST

/* An empty stack: what is below are variables. */
START_TEST(variables_are_not_awaited)
{
	struct made made;

	begin(_i);
	made = generator(f.py.known.coroutine, code_of(true), DELEGATES,
			 NR_LOCALS, &local);
	fake_ready(&f);
	add(made.obj);
	add(local);
	generators_load(&f.py);
	ck_assert_uint_eq(only(0)->awaits, OID_NONE);
	fake_release(&f);
}
END_TEST

/* 3.15: while another thread changes it. */
START_TEST(locked_ones_await_too)
{
	struct made made;

	begin(_i);
	made = with_top(DELEGATES, awaited);
	if (f.py.minor >= 15)
		fake_put8(&f, made.obj, f.py.layout.gen_frame_state, 3);
	fake_ready(&f);
	add(made.obj);
	add(awaited);
	generators_load(&f.py);
	ck_assert_int_eq(only(0)->state, GENERATOR_SUSPENDED);
	ck_assert_uint_eq(only(0)->awaits, 1);
	fake_release(&f);
}
END_TEST

/* --- what can't be --- */

static void put_stack_height(raddr frame, uint64_t nr)
{
	const struct layout *l = &f.py.layout;

	if (!is_old() && l->iframe_stackpointer != LAYOUT_NONE)
		fake_put(&f, frame, l->iframe_stackpointer,
			 frame + l->iframe_localsplus + nr * 8);
	else if (!is_old())
		fake_put32(&f, frame, l->iframe_stacktop, (uint32_t)nr);
	else if (l->frame_stackdepth != LAYOUT_NONE)
		fake_put32(&f, frame, l->frame_stackdepth, (uint32_t)nr);
	else
		fake_put(&f, frame, l->frame_stacktop,
			 frame + l->frame_localsplus + nr * 8);
}

static void put_code(raddr frame, raddr code)
{
	fake_put(&f, frame, is_old() ? f.py.layout.frame_code :
				       f.py.layout.iframe_code, code);
}

START_TEST(frames_that_lie_have_no_row)
{
	for (int lie = 0; lie < 5; lie++) {
		struct made made;

		begin(_i);
		made = with_top(DELEGATES, awaited);
		switch (lie) {
		case 0:		/* more slots than there are */
			put_stack_height(made.frame, 100000);
			break;
		case 1:		/* ... or can be */
			put_stack_height(made.frame, 1 << 25);
			break;
		case 2:		/* no code */
			put_code(made.frame, 0);
			break;
		case 3:		/* the frame is nowhere, or the code */
			if (is_old())
				fake_put(&f, made.obj, f.py.layout.gen_frame,
					 0x1000);
			else
				put_code(made.frame, 0);
			break;
		default:	/* the generator ends before its frame */
			made.obj = fake_object(&f, f.py.known.generator, 32);
		}
		fake_ready(&f);
		add(made.obj);
		add(awaited);
		generators_load(&f.py);
		ck_assert_msg(!f.heap.generators.nr, "lie %d", lie);
		fake_release(&f);
	}
}
END_TEST

/* The frame says an instruction that its code does not have. */
START_TEST(instructions_that_are_not_there_await_nothing)
{
	static const uint32_t places[] = { 4, 1 << 20, INT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const struct layout *l = &f.py.layout;
		struct made made;

		begin(_i);
		made = with_top(DELEGATES, awaited);
		if (is_old())
			fake_put32(&f, made.frame, l->frame_lasti, places[i]);
		else
			fake_put(&f, made.frame, l->iframe_instr_ptr,
				 i ? 0x1000 : 0);
		fake_ready(&f);
		add(made.obj);
		add(awaited);
		generators_load(&f.py);
		ck_assert_int_eq(only(0)->state, GENERATOR_SUSPENDED);
		/* From 3.13 on the state says it. */
		ck_assert_uint_eq(only(0)->awaits, f.py.minor >= 13 ? 1 :
								      OID_NONE);
		if (!is_old())
			ck_assert_int_eq(only(0)->line, 0);
		fake_release(&f);
	}
}
END_TEST

/* Each word in turn is not there: what is found is right. */
START_TEST(missing_memory_makes_no_awaits)
{
	struct made made;

	begin(_i);
	made = with_top(DELEGATES, awaited);
	fake_ready(&f);
	for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word); word++) {
		object_map_add(&f.py, made.obj);
		object_map_add(&f.py, awaited);
		generators_load(&f.py);
		ck_assert_uint_le(f.heap.generators.nr, 1);
		if (f.heap.generators.nr) {
			const struct heap_generator *g;

			g = &f.heap.generators.v[0];
			if (g->awaits != OID_NONE)
				ck_assert_uint_eq(f.heap.address[g->awaits],
						  awaited);
			ck_assert_uint_lt(g->code, f.heap.codes.nr);
			ck_assert_int_ge(g->line, 0);
			ck_assert_int_le(g->line, LINE);
		}
		fake_map_again(&f);
		fake_restart(&f);
	}
	fake_release(&f);
}
END_TEST

const char suite_name[] = "generators";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		generators_have_a_state_and_a_line,
		generators_that_have_ended_have_no_row,
		all_kinds_of_generators_have_rows,
		one_that_runs_has_the_frame_of_a_thread,
		generators_may_await_in_a_circle, a_word_above_is_left_out,
		variables_are_not_awaited, locked_ones_await_too,
		frames_that_lie_have_no_row,
		instructions_that_are_not_there_await_nothing,
		missing_memory_makes_no_awaits,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
