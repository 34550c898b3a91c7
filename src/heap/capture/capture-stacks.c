/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/capture/capture-stacks.h"

/* An older reader takes a frame for the thread's. */
void capture_frame_write(const struct heap *h, const struct heap_frame *f,
			struct str *row)
{
	uint32_t thread = heap_stack_of(h, f)->thread;

	row_put_number(row, thread == NO_THREAD ? 0 : thread);
	row_put_text(row, f->function);
	row_put_text(row, f->file);
	row_put_signed(row, f->line);
	row_put_oid(row, f->code);
	row_put_number(row, f->stack < h->threads.nr ? 0 : f->stack);
}

void capture_frame_read(struct row *r, struct heap *h)
{
	struct heap_frame f = { 0 };
	uint32_t thread = row_get_u32(r), stack;

	f.function = row_get_text(r);
	f.file = row_get_text(r);
	f.line = row_get_i32(r);
	f.code = row_get_oid(r);
	stack = row_get_u32(r);
	f.stack = stack ? stack : thread;
	heap_frame_vec_push(&h->frames, f);
}

void capture_thread_write(const struct heap_thread *t, struct str *row)
{
	row_put_signed(row, t->native_id);
	row_put_signed(row, t->interpreter);
	row_put_text(row, t->name);
	row_put_number(row, t->holds_gil);
}

void capture_thread_read(struct row *r, struct heap *h)
{
	struct heap_thread t = { .native_id = row_get_signed(r) };

	t.interpreter = row_get_signed(r);
	t.name = row_get_text(r);
	t.holds_gil = row_get_bool(r);
	heap_thread_vec_push(&h->threads, t);
}

/* Stacks of threads are not written: they say no more than the thread. */
void capture_stack_write(const struct heap_stack *s, struct str *row)
{
	row_put_number(row, s->kind);
	row_put_number(row, s->thread);
	row_put_oid(row, s->object);
}

void capture_stack_read(struct row *r, struct heap *h)
{
	uint32_t kind = row_get_u32(r);
	struct heap_stack s = { .thread = row_get_u32(r) };

	s.kind = kind > STACK_THREAD && kind < NR_STACK_KINDS ?
			 (enum heap_stack_kind)kind : STACK_OTHER;
	s.object = row_get_oid(r);
	heap_stack_vec_push(&h->stacks, s);
}
