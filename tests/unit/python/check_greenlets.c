/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Greenlets, over forged ones of both kinds on every version with a GIL.
 */
#include <check.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "fake-interpreter.h"
#include "fake-python.h"
#include "python/roots/roots-load.h"
#include "python/types/object-map.h"
#include "python/values/frames.h"
#include "suite.h"

#define STACK_SIZE 256
#define START 0x700000001000

/* Greenlet 1 has the words in the object, 2 behind a pointer. */
struct scene {
	struct fake f;
	bool in_cpp;
	raddr greenlet, state, copy;
	uint32_t top_frame;	/* behind state */
	raddr code, request, frames[2];
};

static bool has_gil(int row)
{
	const char *name = fake_rows[row];

	return name[strlen(name) - 1] != 't';
}

/* An interpreter frame, or a frame object. */
static raddr add_frame(struct scene *s, raddr previous)
{
	const struct layout *l = &s->f.py.layout;
	struct fake *f = &s->f;
	raddr at;

	if (f->py.minor < 11) {
		at = fake_object(f, f->py.known.frame, l->frame_size + 64);
		fake_put(f, at, l->frame_code, s->code);
		fake_put(f, at, l->frame_back, previous);
		fake_put(f, at, l->frame_localsplus, s->request);
		return at;
	}
	at = fake_block(f, l->iframe_localsplus + 64);
	fake_put(f, at, l->iframe_code, s->code);
	fake_put(f, at, l->iframe_previous, previous);
	fake_put8(f, at, l->iframe_owner, FRAME_OF_THREAD);
	fake_put(f, at, l->iframe_localsplus, s->request);
	if (l->iframe_stackpointer != LAYOUT_NONE)
		fake_put(f, at, l->iframe_stackpointer,
			 at + l->iframe_localsplus + 8);
	else
		fake_put32(f, at, l->iframe_stacktop, 1);
	return at;
}

static raddr frame_object(struct scene *s, raddr frame)
{
	struct fake *f = &s->f;
	raddr ret;

	if (f->py.minor < 11)
		return frame;
	ret = fake_object(f, f->py.known.frame, 128);
	fake_put(f, ret, f->py.layout.frame_frame, frame);
	return ret;
}

static void put_previous(struct scene *s, raddr frame, raddr previous)
{
	const struct layout *l = &s->f.py.layout;

	fake_put(&s->f, frame, s->f.py.minor >= 11 ? l->iframe_previous
						   : l->frame_back, previous);
}

static void add_greenlet(struct scene *s)
{
	struct fake *f = &s->f;
	uint32_t head = f->py.layout.var_size;
	uint32_t size = head + (s->in_cpp ? 24 : 120);
	raddr type = fake_type(f, &(struct fake_type){
		.name = "greenlet.greenlet", .basicsize = size });
	raddr sub = fake_type(f, &(struct fake_type){
		.name = "app.Worker", .base = type, .basicsize = size });
	raddr cpp;

	s->greenlet = fake_object(f, sub, size);
	s->state = s->greenlet + head;
	s->top_frame = 56;
	if (!s->in_cpp)
		return;
	cpp = fake_block(f, 256);
	fake_put(f, s->greenlet, head + 16, cpp);
	fake_put(f, cpp, 8, s->greenlet);	/* _self, since 3 */
	s->state = cpp + 16 + (f->py.minor >= 11 ? 24 : 40) + 16;
	s->top_frame = 48;
}

static void put_stack(struct scene *s, raddr start, raddr stop, raddr copy,
		      uint64_t saved)
{
	fake_put(&s->f, s->state, 0, start);
	fake_put(&s->f, s->state, 8, stop);
	fake_put(&s->f, s->state, 16, copy);
	fake_put(&s->f, s->state, 24, saved);
}

/* handler(), called by handler(), waits. */
static void scene_init(struct scene *s, int i)
{
	static const char *const locals[] = { "request" };
	struct fake_interpreter in;

	*s = (struct scene){ .in_cpp = i % 2 };
	fake_init(&s->f, fake_rows[i / 2]);
	fake_interpreter(&s->f, 0, NULL, &in);
	s->request = fake_list(&s->f, 0, NULL);
	s->code = fake_code(&s->f, "handler", 1, locals);
	s->frames[1] = add_frame(s, 0);
	s->frames[0] = add_frame(s, s->frames[1]);
	s->copy = fake_block(&s->f, STACK_SIZE);
	add_greenlet(s);
	put_stack(s, START, START + 2 * STACK_SIZE, s->copy, STACK_SIZE);
	fake_put(&s->f, s->state, s->top_frame,
		 frame_object(s, s->frames[0]));
}

static void look(struct scene *s)
{
	fake_ready(&s->f);
	ck_assert_uint_ne(object_map_add(&s->f.py, s->greenlet), OID_NONE);
	roots_load_threads(&s->f.py);
}

START_TEST(frames_belong_to_the_greenlet)
{
	const struct heap_root *root = NULL;
	struct scene s;

	if (!has_gil(_i / 2))
		return;
	scene_init(&s, _i);
	look(&s);
	ck_assert_uint_eq(s.f.heap.stacks.nr, 1);
	ck_assert_int_eq(s.f.heap.stacks.v[0].kind, STACK_GREENLET);
	ck_assert_uint_eq(s.f.heap.address[s.f.heap.stacks.v[0].object],
			  s.greenlet);
	ck_assert_uint_eq(s.f.heap.stacks.v[0].thread, NO_THREAD);
	ck_assert_uint_eq(s.f.heap.frames.nr, 2);
	for (size_t i = 0; !root && i < s.f.heap.roots.nr; i++)
		if (s.f.heap.roots.v[i].slot == SLOT_LOCAL)
			root = &s.f.heap.roots.v[i];
	ck_assert_ptr_nonnull(root);
	ck_assert_str_eq(root->name, "request");
	ck_assert_int_eq(root->frame, 0);
	ck_assert_uint_eq(s.f.heap.info.warnings.nr, 0);
	fake_release(&s.f);
}
END_TEST

/* From 3.12 on the interpreter has frames of its own on the C stack. */
START_TEST(frames_on_the_c_stack_are_in_the_copy)
{
	const struct layout *l;
	struct scene s;

	if (!has_gil(_i / 2))
		return;
	scene_init(&s, _i);
	l = &s.f.py.layout;
	if (s.f.py.minor >= 12) {
		put_previous(&s, s.frames[0], START + 16);
		fake_put(&s.f, s.copy + 16, l->iframe_previous, s.frames[1]);
		fake_put8(&s.f, s.copy + 16, l->iframe_owner,
			  FRAME_OF_INTERPRETER);
		look(&s);
		ck_assert_uint_eq(s.f.heap.frames.nr, 2);
		ck_assert_uint_eq(s.f.heap.info.warnings.nr, 0);
	}
	fake_release(&s.f);
}
END_TEST

START_TEST(frames_that_go_round_end)
{
	struct scene s;

	if (!has_gil(_i / 2))
		return;
	scene_init(&s, _i);
	put_previous(&s, s.frames[1], s.frames[0]);
	look(&s);
	ck_assert_uint_ge(s.f.heap.frames.nr, 2);
	ck_assert_uint_lt(s.f.heap.frames.nr, 100);
	ck_assert_uint_eq(s.f.heap.info.warnings.nr, 1);
	fake_release(&s.f);
}
END_TEST

static void put_lie(struct scene *s, int lie)
{
	switch (lie) {
	case 0:		/* more is saved than there is */
		put_stack(s, START, START + 8, s->copy, STACK_SIZE);
		break;
	case 1:		/* the copy is nowhere */
		put_stack(s, START, START + 8 * STACK_SIZE, 8, STACK_SIZE);
		break;
	case 2:		/* the copy ends before */
		put_stack(s, START, UINT64_MAX, s->copy, UINT64_C(1) << 60);
		break;
	case 3:		/* it ends before it begins */
		put_stack(s, START, START - 8, s->copy, 0);
		break;
	case 4:		/* no frame */
		fake_put(&s->f, s->state, s->top_frame, s->request);
		break;
	default:	/* a frame, but no stack */
		put_stack(s, 0, 0, 0, 0);
	}
}

START_TEST(lies_are_no_greenlets)
{
	for (int lie = 0; lie < 6; lie++) {
		struct scene s;

		if (!has_gil(_i / 2))
			return;
		scene_init(&s, _i);
		put_lie(&s, lie);
		look(&s);
		ck_assert_uint_eq(s.f.heap.stacks.nr, 0);
		ck_assert_uint_eq(s.f.heap.frames.nr, 0);
		ck_assert_uint_eq(s.f.heap.info.warnings.nr, 1);
		fake_release(&s.f);
	}
}
END_TEST

/* One that has ended, or has not begun. */
START_TEST(without_frames_there_is_no_stack)
{
	struct scene s;

	if (!has_gil(_i / 2))
		return;
	scene_init(&s, _i);
	put_stack(&s, 0, 0, 0, 0);
	fake_put(&s.f, s.state, s.top_frame, 0);
	look(&s);
	ck_assert_uint_eq(s.f.heap.stacks.nr, 0);
	ck_assert_uint_eq(s.f.heap.info.warnings.nr, 0);
	fake_release(&s.f);
}
END_TEST

const char suite_name[] = "greenlets";

void suite_add_tests(TCase *tc)
{
	const int nr = 2 * fake_nr_rows;

	tcase_add_loop_test(tc, frames_belong_to_the_greenlet, 0, nr);
	tcase_add_loop_test(tc, frames_on_the_c_stack_are_in_the_copy, 0, nr);
	tcase_add_loop_test(tc, frames_that_go_round_end, 0, nr);
	tcase_add_loop_test(tc, lies_are_no_greenlets, 0, nr);
	tcase_add_loop_test(tc, without_frames_there_is_no_stack, 0, nr);
}
