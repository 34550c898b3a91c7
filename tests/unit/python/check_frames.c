/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of fake CPythons: what they hold, how it is called, and the line that
 * they are at; and frames that can't be.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fake-values.h"
#include "python/values/frames.h"
#include "python/values/lines.h"
#include "python/values/text.h"
#include "suite.h"

static struct fake f;

static const struct fake_names names = {
	.locals = { "self", "n" }, .cells = { "cell" }, .frees = { "free" },
};
static const char *const all_names[] = { "self", "n", "cell", "free" };

#define NR_LOCALS 4
#define NR_SLOTS 6		/* and two on the evaluation stack */

static raddr slots[NR_SLOTS];

static raddr begin(int row)
{
	fake_init(&f, fake_rows[row]);
	for (unsigned int i = 0; i < NR_SLOTS; i++)
		slots[i] = i == 1 ? 0 : fake_int(&f, i);
	return fake_code_of(&f, &names, 10, NULL, 0);
}

static bool is_old(void)
{
	return f.py.minor < 11;
}

static raddr frame_of(raddr code)
{
	return fake_frame(&f, code, NR_LOCALS, NR_SLOTS, slots, 0);
}

/* Of a frame that runs, nobody has written how high its stack is. */
static void let_run(raddr frame)
{
	const struct layout *l = &f.py.layout;

	if (!is_old() && l->iframe_stackpointer != LAYOUT_NONE)
		fake_put(&f, frame, l->iframe_stackpointer, 0);
	else if (!is_old())
		fake_put32(&f, frame, l->iframe_stacktop, UINT32_MAX);
	else if (l->frame_stackdepth != LAYOUT_NONE)
		fake_put32(&f, frame, l->frame_stackdepth, UINT32_MAX);
	else
		fake_put(&f, frame, l->frame_stacktop, 0);
}

START_TEST(frames_hold_variables_and_a_stack)
{
	raddr code = begin(_i), at = frame_of(code);
	struct frame frame;

	fake_ready(&f);
	ck_assert(frames_open(&f.py, at, &frame));
	ck_assert_uint_eq(frame.address, at);
	ck_assert_uint_eq(frame.code.object, code);
	ck_assert(frame.code.counted);
	ck_assert_uint_eq(frame.nr_locals, NR_LOCALS);
	ck_assert_uint_eq(frame.nr_filled, NR_SLOTS);
	ck_assert_uint_eq(frame.nr_slots, NR_SLOTS);
	ck_assert_int_eq(frame.owner, is_old() ? FRAME_OF_OBJECT :
						 FRAME_OF_THREAD);
	for (unsigned int i = 0; i < NR_SLOTS; i++) {
		struct frame_ref ref = frames_slot(&f.py, &frame, i);

		ck_assert_uint_eq(ref.object, slots[i]);
		ck_assert_int_eq(ref.counted, slots[i] != 0);
	}
	fake_release(&f);
}
END_TEST

START_TEST(variables_have_names)
{
	raddr at = frame_of(begin(_i));
	struct frame frame;

	fake_ready(&f);
	ck_assert(frames_open(&f.py, at, &frame));
	for (unsigned int i = 0; i < NR_LOCALS; i++)
		ck_assert(text_equals(&f.py,
				      frames_slot_name(&f.py, &frame, i),
				      all_names[i]));
	ck_assert_uint_eq(frames_slot_name(&f.py, &frame, NR_LOCALS), 0);
	ck_assert_uint_eq(frames_slot_name(&f.py, &frame, UINT64_MAX), 0);
	fake_release(&f);
}
END_TEST

START_TEST(frames_that_run_have_their_variables)
{
	raddr at = frame_of(begin(_i));
	struct frame frame;

	let_run(at);
	fake_ready(&f);
	ck_assert(frames_open(&f.py, at, &frame));
	ck_assert_uint_eq(frame.nr_locals, NR_LOCALS);
	ck_assert_uint_eq(frame.nr_slots, NR_LOCALS);
	ck_assert_uint_eq(frame.nr_filled, is_old() ? NR_LOCALS : 0);
	fake_release(&f);
}
END_TEST

/* From 3.14 on the low bits of a word say whether it is counted. */
START_TEST(references_have_tags)
{
	bool tagged;
	raddr at, object;
	struct frame frame;

	begin(_i);
	tagged = f.py.minor >= 14;
	object = slots[0];
	slots[0] = tagged ? object + 1 : object;
	slots[2] = tagged ? 1 : 0;		/* NULL */
	slots[3] = tagged ? 12 << 2 | 3 : 0;	/* the integer 12 */
	at = frame_of(fake_code_of(&f, &names, 10, NULL, 0));
	fake_ready(&f);
	ck_assert(frames_open(&f.py, at, &frame));
	ck_assert_uint_eq(frames_slot(&f.py, &frame, 0).object, object);
	ck_assert_int_eq(frames_slot(&f.py, &frame, 0).counted, !tagged);
	ck_assert_uint_eq(frames_slot(&f.py, &frame, 2).object, 0);
	ck_assert(!frames_slot(&f.py, &frame, 2).counted);
	ck_assert_uint_eq(frames_slot(&f.py, &frame, 3).object, 0);
	ck_assert(frames_slot(&f.py, &frame, 4).counted);
	fake_release(&f);
}
END_TEST

/* From 3.11 on a frame of the interpreter's own marks where it was entered. */
START_TEST(marks_of_the_interpreter_have_no_variables)
{
	const struct layout *l = &f.py.layout;
	raddr at = frame_of(begin(_i));
	struct frame frame;

	if (!is_old())
		fake_put8(&f, at, l->iframe_owner, FRAME_OF_INTERPRETER);
	fake_ready(&f);
	ck_assert(frames_open(&f.py, at, &frame));
	ck_assert_uint_eq(frame.nr_slots, is_old() ? NR_SLOTS : 0);
	fake_release(&f);
}
END_TEST

START_TEST(impossible_frames)
{
	const struct layout *l = &f.py.layout;
	raddr code = begin(_i), no_code = frame_of(slots[0]), at, high;
	struct frame frame;

	at = frame_of(code);
	high = frame_of(code);
	if (is_old() && l->frame_stackdepth != LAYOUT_NONE)
		fake_put32(&f, high, l->frame_stackdepth, 1 << 25);
	else if (is_old())
		fake_put(&f, high, l->frame_stacktop, UINT64_MAX);
	else if (l->iframe_stackpointer != LAYOUT_NONE)
		fake_put(&f, high, l->iframe_stackpointer, UINT64_MAX);
	else
		fake_put32(&f, high, l->iframe_stacktop, 1 << 25);
	if (is_old())
		fake_put(&f, fake_word(&f, code, l->code_varnames),
			 l->var_size, 100000);
	else
		fake_put32(&f, code, l->code_nlocalsplus, 100000);
	fake_ready(&f);
	ck_assert(!frames_open(&f.py, at, &frame));
	ck_assert(!frames_open(&f.py, high, &frame));
	ck_assert(!frames_open(&f.py, 0, &frame));
	ck_assert(!frames_open(&f.py, 0x1000, &frame));
	/* What is filled is read all the same from 3.11 on. */
	ck_assert_int_eq(frames_open(&f.py, no_code, &frame), !is_old());
	ck_assert_uint_eq(frame.nr_locals, 0);
	fake_release(&f);
}
END_TEST

static bool is_slot(raddr object)
{
	for (unsigned int i = 0; i < NR_SLOTS; i++)
		if (slots[i] == object)
			return true;
	return false;
}

/* Each word of it in turn is not there: what is found is right. */
START_TEST(missing_memory_makes_no_slots)
{
	raddr at = frame_of(begin(_i));

	fake_ready(&f);
	for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word); word++) {
		struct frame frame;
		bool found = frames_open(&f.py, at, &frame);

		for (uint64_t i = 0; found && i < frame.nr_slots; i++) {
			raddr name = frames_slot_name(&f.py, &frame, i);

			ck_assert(is_slot(frames_slot(&f.py, &frame,
						      i).object));
			ck_assert(!name || i < NR_LOCALS);
		}
		lines_of_frame(&f.py, &frame);
		fake_map_again(&f);
	}
	fake_release(&f);
}
END_TEST

/* --- lines --- */

/* The line at each even offset of 0 to 20; first line 10. */
#define NR_OFFSETS 11

struct lines {
	int32_t at[NR_OFFSETS];
	size_t len;
	uint8_t table[32];
};

/* How far on in the code, how many lines on. */
static const struct lines lnotab = {
	{ 10, 10, 11, 11, 11, 13, 13, 13, 13, 12, 12 }, 6,
	{ 4, 1, 6, 2, 8, 0xff },
};
/* How long it is, how many lines on; 0x80: no line. */
static const struct lines pep626 = {
	{ 11, 11, 13, 13, 13, 0, 0, 12, 0, 0, 0 }, 8,
	{ 4, 1, 6, 2, 4, 0x80, 2, 0xff },
};
#define ENTRY(code, units) (0x80 | (code) << 3 | ((units) - 1))
static const struct lines locations = {
	{ 10, 10, 11, 11, 11, 11, 9, 9, 0, 109, 0 }, 19,
	{ ENTRY(10, 2), 0, 4,		/* on the same line */
	  ENTRY(11, 3), 1, 2,		/* on the next */
	  ENTRY(0, 1), 0x12,		/* short: on the same */
	  ENTRY(13, 2), 2 << 1 | 1,	/* without columns: two before */
	  ENTRY(15, 1),			/* none */
	  ENTRY(14, 1), 0x48, 0x03, 0, 1, 2,	/* long: 100 on */
	  0, 0 },
};

static const struct lines *lines_for_version(void)
{
	return f.py.minor < 10 ? &lnotab : f.py.minor == 10 ? &pep626 :
							      &locations;
}

START_TEST(lines_of_offsets)
{
	const struct lines *lines;
	raddr code;

	fake_init(&f, fake_rows[_i]);
	lines = lines_for_version();
	code = fake_code_of(&f, &names, 10, lines->table, lines->len);
	fake_ready(&f);
	for (int i = 0; i < NR_OFFSETS; i++)
		ck_assert_int_eq(lines_find(&f.py, code, 2 * i),
				 lines->at[i]);
	/* Before the first instruction. */
	ck_assert_int_eq(lines_find(&f.py, code, -1), 10);
	fake_release(&f);
}
END_TEST

START_TEST(lines_of_frames)
{
	raddr frames[NR_OFFSETS], code;
	const struct lines *lines;

	begin(_i);
	lines = lines_for_version();
	code = fake_code_of(&f, &names, 10, lines->table, lines->len);
	for (uint64_t i = 0; i < NR_OFFSETS; i++)
		frames[i] = fake_frame(&f, code, NR_LOCALS, NR_SLOTS, slots,
				       2 * i);
	fake_ready(&f);
	for (unsigned int i = 0; i < NR_OFFSETS; i++) {
		struct frame frame;

		ck_assert(frames_open(&f.py, frames[i], &frame));
		ck_assert_int_eq(lines_of_frame(&f.py, &frame), lines->at[i]);
	}
	fake_release(&f);
}
END_TEST

START_TEST(lines_of_impossible_tables)
{
	const struct layout *l = &f.py.layout;
	const struct lines *lines;
	raddr huge, away, none, before;

	fake_init(&f, fake_rows[_i]);
	lines = lines_for_version();
	huge = fake_code_of(&f, &names, 10, lines->table, lines->len);
	fake_put(&f, fake_word(&f, huge, l->code_linetable), l->var_size,
		 UINT64_MAX);
	away = fake_code_of(&f, &names, 10, lines->table, lines->len);
	fake_put(&f, away, l->code_linetable, 0x1000);
	none = fake_code_of(&f, &names, 10, NULL, 0);
	before = fake_code_of(&f, &names, -200, lines->table, lines->len);
	fake_ready(&f);
	ck_assert_int_eq(lines_find(&f.py, huge, 0), 0);
	ck_assert_int_eq(lines_find(&f.py, 0x1000, 0), 0);
	ck_assert_int_eq(lines_find(&f.py, none, 0), f.py.minor < 10 ? 10 : 0);
	/* A line below 1 is none. */
	for (int i = -1; i < NR_OFFSETS; i++)
		ck_assert_int_eq(lines_find(&f.py, before, 2 * i), 0);
	ck_assert_int_eq(lines_find(&f.py, away, 4), 0);
	fake_release(&f);
}
END_TEST

const char suite_name[] = "frames";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		frames_hold_variables_and_a_stack, variables_have_names,
		frames_that_run_have_their_variables, references_have_tags,
		marks_of_the_interpreter_have_no_variables, impossible_frames,
		missing_memory_makes_no_slots, lines_of_offsets,
		lines_of_frames, lines_of_impossible_tables,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
