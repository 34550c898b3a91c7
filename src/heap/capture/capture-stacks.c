/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/capture/capture-stacks.h"

/* An older reader takes a frame for the thread's. */
static void write_frame(const struct heap *h, const struct heap_frame *f,
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

static void read_frame(struct row *r, struct heap *h)
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

static void write_thread(const struct heap_thread *t, struct str *row)
{
	row_put_signed(row, t->native_id);
	row_put_signed(row, t->interpreter);
	row_put_text(row, t->name);
	row_put_number(row, t->holds_gil);
}

static void read_thread(struct row *r, struct heap *h)
{
	struct heap_thread t = { .native_id = row_get_signed(r) };

	t.interpreter = row_get_signed(r);
	t.name = row_get_text(r);
	t.holds_gil = row_get_bool(r);
	heap_thread_vec_push(&h->threads, t);
}

/* Stacks of threads are not written: they say no more than the thread. */
static void write_stack(const struct heap_stack *s, struct str *row)
{
	row_put_number(row, s->kind);
	row_put_number(row, s->thread);
	row_put_oid(row, s->object);
}

static void read_stack(struct row *r, struct heap *h)
{
	uint32_t kind = row_get_u32(r);
	struct heap_stack s = { .thread = row_get_u32(r) };

	s.kind = kind > STACK_THREAD && kind < NR_STACK_KINDS ?
			 (enum heap_stack_kind)kind : STACK_OTHER;
	s.object = row_get_oid(r);
	heap_stack_vec_push(&h->stacks, s);
}

uint64_t stacks_rows(enum table table, const struct heap *h)
{
	switch (table) {
	case TABLE_FRAMES:
		return h->frames.nr;
	case TABLE_THREADS:
		return h->threads.nr;
	default:
		return h->stacks.nr - h->threads.nr;
	}
}

void stacks_write_row(enum table table, const struct heap *h, uint64_t i,
		      struct str *row)
{
	switch (table) {
	case TABLE_FRAMES:
		write_frame(h, &h->frames.v[i], row);
		break;
	case TABLE_THREADS:
		write_thread(&h->threads.v[i], row);
		break;
	default:
		write_stack(&h->stacks.v[h->threads.nr + i], row);
		break;
	}
}

void stacks_read_row(enum table table, struct row *r, struct heap *h)
{
	switch (table) {
	case TABLE_FRAMES:
		read_frame(r, h);
		break;
	case TABLE_THREADS:
		read_thread(r, h);
		break;
	default:
		read_stack(r, h);
		break;
	}
}
