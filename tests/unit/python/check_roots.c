/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GC roots, over forged interpreters of every version with a GIL.
 */
#include <check.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "fake-interpreter.h"
#include "fake-python.h"
#include "python/roots/roots-frames.h"
#include "python/roots/roots-load.h"
#include "python/types/object-map.h"
#include "python/values/frames.h"
#include "suite.h"

static bool has_gil(int row)
{
	const char *name = fake_rows[row];

	return name[strlen(name) - 1] != 't';
}

/* The root that holds `obj`, of a kind; NULL: there is none. */
static const struct heap_root *find_root(struct fake *f, raddr obj,
					 enum root_kind kind)
{
	oid o = object_map_find(&f->py, obj);

	for (size_t i = 0; i < f->heap.roots.nr; i++)
		if (f->heap.roots.v[i].object == o &&
		    f->heap.roots.v[i].kind == kind)
			return &f->heap.roots.v[i];
	return NULL;
}

static size_t nr_roots(const struct fake *f, enum root_kind kind)
{
	size_t nr = 0;

	for (size_t i = 0; i < f->heap.roots.nr; i++)
		nr += f->heap.roots.v[i].kind == kind;
	return nr;
}

/* --- modules and what the interpreter holds ----------------------------- */

START_TEST(modules_are_roots_with_an_expression)
{
	const struct heap_root *root;
	struct fake_interpreter in;
	struct fake f;
	raddr modules[4];

	if (!has_gil(_i))
		return;
	fake_init(&f, fake_rows[_i]);
	modules[0] = fake_str(&f, "app");
	modules[1] = fake_module(&f, "app", fake_namespace(&f, NULL));
	/* sys.modules['gone'] = None: it can't be imported. */
	modules[2] = fake_str(&f, "gone");
	modules[3] = fake_none(&f);
	fake_interpreter(&f, 2, modules, &in);
	fake_ready(&f);
	roots_load(&f.py);
	ck_assert_uint_eq(nr_roots(&f, ROOT_MODULE), 1);
	root = find_root(&f, modules[1], ROOT_MODULE);
	ck_assert_ptr_nonnull(root);
	ck_assert_str_eq(root->name, "app");
	ck_assert_str_eq(root->expression, "sys.modules['app']");
	ck_assert(!root->counted);	/* the dict owns that reference */
	root = find_root(&f, in.modules, ROOT_INTERPRETER);
	ck_assert_str_eq(root->expression, "sys.modules");
	ck_assert(root->counted);
	root = find_root(&f, in.sysdict, ROOT_INTERPRETER);
	ck_assert_str_eq(root->expression, "sys.__dict__");
	root = find_root(&f, in.builtins, ROOT_BUILTINS);
	ck_assert_str_eq(root->expression, "__import__('builtins').__dict__");
	fake_release(&f);
}
END_TEST

/* Another interpreter's objects have no expression of the main one's. */
START_TEST(other_interpreters_have_no_expressions)
{
	struct fake_interpreter in;
	struct fake f;
	raddr modules[2];

	if (!has_gil(_i))
		return;
	fake_init(&f, fake_rows[_i]);
	modules[0] = fake_str(&f, "app");
	modules[1] = fake_module(&f, "app", fake_namespace(&f, NULL));
	fake_interpreter(&f, 1, modules, &in);
	f.py.interpreters.v[0].id = 3;
	fake_ready(&f);
	roots_load(&f.py);
	ck_assert_str_eq(find_root(&f, modules[1], ROOT_MODULE)->name,
			 "app (interpreter 3)");
	for (size_t i = 0; i < f.heap.roots.nr; i++)
		ck_assert_ptr_null(f.heap.roots.v[i].expression);
	fake_release(&f);
}
END_TEST

START_TEST(signal_handlers_are_roots)
{
	struct fake_interpreter in;
	struct fake f;
	raddr handler, at;

	if (!has_gil(_i))
		return;
	fake_init(&f, fake_rows[_i]);
	if (f.py.layout.runtime_signal_handlers == LAYOUT_NONE) {
		fake_release(&f);
		return;
	}
	fake_interpreter(&f, 0, NULL, &in);
	handler = fake_list(&f, 0, NULL);
	at = in.runtime + f.py.layout.runtime_signal_handlers;
	fake_put(&f, at, 15 * 16 + 8, handler);
	/* SIG_DFL, and a signal that Python does not handle. */
	fake_put(&f, at, 2 * 16 + 8, fake_int(&f, 0));
	fake_put(&f, at, 3 * 16 + 8, f.py.known.none);
	fake_ready(&f);
	roots_load(&f.py);
	ck_assert_str_eq(find_root(&f, handler, ROOT_INTERPRETER)->name,
			 "handler of signal 15");
	fake_release(&f);
}
END_TEST

/* What a static type holds: its dict, bases and MRO. */
START_TEST(static_types_hold_their_parts)
{
	struct fake_interpreter in;
	struct fake f;
	raddr type, mro, bases;

	if (!has_gil(_i))
		return;
	fake_init(&f, fake_rows[_i]);
	fake_interpreter(&f, 0, NULL, &in);
	type = fake_type(&f, &(struct fake_type){ .name = "_ext.Node" });
	mro = fake_tuple(&f, 0, NULL);
	bases = fake_tuple(&f, 0, NULL);
	fake_put(&f, type, f.py.layout.type_mro, mro);
	fake_put(&f, type, f.py.layout.type_bases, bases);
	fake_ready(&f);
	object_map_add(&f.py, type);
	roots_load(&f.py);
	ck_assert_str_eq(find_root(&f, mro, ROOT_TYPE)->name, "_ext.Node");
	ck_assert_int_eq(find_root(&f, mro, ROOT_TYPE)->slot, SLOT_MRO);
	ck_assert_int_eq(find_root(&f, bases, ROOT_TYPE)->slot, SLOT_BASES);
	ck_assert_ptr_nonnull(find_root(&f, type, ROOT_TYPE));
	fake_release(&f);
}
END_TEST

/* --- threads and frames ------------------------------------------------- */

struct stack {
	struct fake f;
	struct fake_interpreter in;
	raddr thread, request, code, frames[2];
};

/* A frame of `handler`, with one local. */
static raddr add_frame(struct stack *s, raddr previous)
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

static void put_current_frame(struct stack *s, raddr frame)
{
	const struct layout *l = &s->f.py.layout;

	if (l->thread_frame != LAYOUT_NONE) {
		fake_put(&s->f, s->thread, l->thread_frame, frame);
	} else if (l->cframe_current_frame != LAYOUT_NONE) {
		raddr cframe = fake_block(&s->f, 64);

		fake_put(&s->f, s->thread, l->thread_cframe, cframe);
		fake_put(&s->f, cframe, l->cframe_current_frame, frame);
	} else {
		fake_put(&s->f, s->thread, l->thread_current_frame, frame);
	}
}

/* One thread that runs handler(), called by handler(). */
static void build_stack(struct stack *s, int row)
{
	static const char *const locals[] = { "request" };
	const struct layout *l;

	*s = (struct stack){ 0 };
	fake_init(&s->f, fake_rows[row]);
	l = &s->f.py.layout;
	fake_interpreter(&s->f, 0, NULL, &s->in);
	s->request = fake_list(&s->f, 0, NULL);
	s->code = fake_code(&s->f, "handler", 1, locals);
	s->thread = fake_block(&s->f, 1024);
	fake_put(&s->f, s->in.address, l->interp_threads, s->thread);
	fake_put(&s->f, s->thread, l->thread_interp, s->in.address);
	if (l->thread_native_thread_id != LAYOUT_NONE)
		fake_put(&s->f, s->thread, l->thread_native_thread_id, 4242);
	s->frames[1] = add_frame(s, 0);
	s->frames[0] = add_frame(s, s->frames[1]);
	put_current_frame(s, s->frames[0]);
}

START_TEST(locals_of_frames_are_roots)
{
	const struct heap_frame *frame;
	const struct heap_root *root;
	struct stack s;

	if (!has_gil(_i))
		return;
	build_stack(&s, _i);
	fake_ready(&s.f);
	roots_load_threads(&s.f.py);
	ck_assert_uint_eq(s.f.heap.threads.nr, 1);
	if (s.f.py.layout.thread_native_thread_id != LAYOUT_NONE)
		ck_assert_int_eq(s.f.heap.threads.v[0].native_id, 4242);
	ck_assert_uint_eq(s.f.heap.frames.nr, 2);
	frame = &s.f.heap.frames.v[0];
	ck_assert_str_eq(frame->function, "handler");
	ck_assert_str_eq(frame->file, "app.py");
	ck_assert_uint_eq(s.f.heap.address[frame->code], s.code);
	root = find_root(&s.f, s.request, ROOT_FRAME);
	ck_assert_ptr_nonnull(root);
	ck_assert_int_eq(root->frame, 0);
	ck_assert_int_eq(root->slot, SLOT_LOCAL);
	ck_assert_str_eq(root->name, "request");
	/* Up to 3.10 the frame object owns that reference. */
	ck_assert_int_eq(root->counted, s.f.py.minor >= 11);
	ck_assert_uint_eq(s.f.py.torn, 0);
	fake_release(&s.f);
}
END_TEST

/* Many threads may have the same long list of frames: what each frame takes
 * counts. */
START_TEST(frames_spend_what_they_take)
{
	uint64_t least = 0;
	struct stack s;
	struct roots r;

	if (!has_gil(_i))
		return;
	build_stack(&s, _i);
	fake_ready(&s.f);
	r = (struct roots){ .py = &s.f.py,
			    .interpreter = &s.f.py.interpreters.v[0] };
	heap_add_thread(&s.f.heap, (struct heap_thread){
				     .name = xstrdup("") });
	roots_frames(&r, s.thread, 0);
	ck_assert_uint_eq(s.f.heap.frames.nr, 2);
	for (size_t i = 0; i < s.f.heap.frames.nr; i++) {
		const struct heap_frame *f = &s.f.heap.frames.v[i];

		least += sizeof(*f) + strlen(f->function) + strlen(f->file);
	}
	for (size_t i = 0; i < s.f.heap.roots.nr; i++)
		least += sizeof(struct heap_root) +
			 strlen(s.f.heap.roots.v[i].name);
	ck_assert_uint_ge(r.spent, least);
	fake_release(&s.f);
}
END_TEST

START_TEST(frames_that_go_round_end)
{
	const struct layout *l;
	struct stack s;

	if (!has_gil(_i))
		return;
	build_stack(&s, _i);
	l = &s.f.py.layout;
	fake_put(&s.f, s.frames[1], s.f.py.minor >= 11 ? l->iframe_previous
							: l->frame_back,
		 s.frames[0]);
	fake_ready(&s.f);
	roots_load_threads(&s.f.py);
	ck_assert_uint_ge(s.f.heap.frames.nr, 2);
	ck_assert_uint_lt(s.f.heap.frames.nr, 100);
	ck_assert_uint_ne(s.f.py.torn, 0);
	ck_assert(heap_is_partial(&s.f.heap));
	fake_release(&s.f);
}
END_TEST

START_TEST(threads_that_go_round_end)
{
	struct stack s;

	if (!has_gil(_i))
		return;
	build_stack(&s, _i);
	fake_put(&s.f, s.thread, s.f.py.layout.thread_next, s.thread);
	fake_ready(&s.f);
	roots_load_threads(&s.f.py);
	ck_assert_uint_ge(s.f.heap.threads.nr, 1);
	ck_assert_uint_lt(s.f.heap.threads.nr, 100);
	fake_release(&s.f);
}
END_TEST

/* A thread state of another interpreter, or none at all. */
START_TEST(a_thread_of_another_interpreter_is_left_out)
{
	struct stack s;

	if (!has_gil(_i))
		return;
	build_stack(&s, _i);
	fake_put(&s.f, s.thread, s.f.py.layout.thread_interp, s.thread);
	fake_ready(&s.f);
	roots_load_threads(&s.f.py);
	ck_assert_uint_eq(s.f.heap.threads.nr, 0);
	fake_release(&s.f);
}
END_TEST

/* Whatever is missing: the roots that are left lead to objects. */
START_TEST(missing_memory_harms_nobody)
{
	struct stack s;
	size_t first, nr_wrong;

	if (!has_gil(_i))
		return;
	build_stack(&s, _i);
	first = s.f.blocks.nr - 14;
	fake_ready(&s.f);
	for (uint64_t word = 0; fake_unmap(&s.f, first, word); word++) {
		nr_wrong = 0;
		roots_load_threads(&s.f.py);
		roots_load(&s.f.py);
		for (size_t i = 0; i < s.f.heap.roots.nr; i++)
			nr_wrong += s.f.heap.roots.v[i].object >=
				    s.f.heap.nr_objects;
		if (nr_wrong || s.f.heap.frames.nr > 2)
			ck_abort_msg("without word %" PRIu64, word);
		fake_restart(&s.f);
		fake_map_again(&s.f);
	}
	fake_release(&s.f);
}
END_TEST

const char suite_name[] = "roots";

void suite_add_tests(TCase *tc)
{
	const int nr = fake_nr_rows;

	tcase_add_loop_test(tc, modules_are_roots_with_an_expression, 0, nr);
	tcase_add_loop_test(tc, other_interpreters_have_no_expressions, 0, nr);
	tcase_add_loop_test(tc, signal_handlers_are_roots, 0, nr);
	tcase_add_loop_test(tc, static_types_hold_their_parts, 0, nr);
	tcase_add_loop_test(tc, locals_of_frames_are_roots, 0, nr);
	tcase_add_loop_test(tc, frames_spend_what_they_take, 0, nr);
	tcase_add_loop_test(tc, frames_that_go_round_end, 0, nr);
	tcase_add_loop_test(tc, threads_that_go_round_end, 0, nr);
	tcase_add_loop_test(tc, a_thread_of_another_interpreter_is_left_out, 0,
			    nr);
	tcase_add_loop_test(tc, missing_memory_harms_nobody, 0, nr);
}
