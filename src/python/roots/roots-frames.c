/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frames of threads and greenlets: for reports, and as roots.
 */
#include <string.h>

#include "python/roots/roots-frames.h"
#include "python/roots/roots.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/values/frames.h"
#include "python/values/lines.h"
#include "python/values/text.h"

#define MAX_FRAMES (1u << 20)
#define MAX_NAME 256		/* code points */
#define THREAD_ATTACHED 1	/* pycore_pystate.h: _Py_THREAD_ATTACHED */

struct scope {
	struct roots *r;
	struct frame frame;
	int32_t index;		/* in heap.frames */
	/* The height of the stack is unknown: words may be left from dead
	 * objects. */
	bool open_stack;
};

static raddr first_frame(struct python *py, raddr thread)
{
	const struct layout *l = &py->layout;

	if (l->thread_frame != LAYOUT_NONE)	/* 3.8 to 3.10 */
		return word_at(py, thread, l->thread_frame);
	if (l->cframe_current_frame != LAYOUT_NONE) { /* 3.11, 3.12 */
		raddr cframe = word_at(py, thread, l->thread_cframe);

		return cframe ? word_at(py, cframe, l->cframe_current_frame)
			      : 0;
	}
	return word_at(py, thread, l->thread_current_frame);
}

static raddr next_frame(struct python *py, raddr frame)
{
	const struct layout *l = &py->layout;

	return word_at(py, frame,
		       py->minor >= 11 ? l->iframe_previous : l->frame_back);
}

static void describe(struct python *py, const struct frame *f,
		     uint32_t stack, struct heap_frame *ret)
{
	raddr code = f->code.object;

	ret->stack = stack;
	ret->function = frames_function(py, code);
	ret->file = frames_file(py, code);
	ret->line = lines_of_frame(py, f);
	ret->code = object_map_add(py, code);
}

static void add_ref(const struct scope *s, struct frame_ref ref,
		    enum root_slot slot, uint64_t number, const char *name)
{
	struct new_root root = {
		.kind = ROOT_FRAME,
		.object = ref.object,
		.counted = ref.counted,
		.frame = s->index,
		.slot = slot,
		.number = (uint32_t)number,
	};

	roots_add(s->r, &root, "%s", name);
}

static void add_member(const struct scope *s, struct frame_ref ref,
		       enum root_slot slot)
{
	add_ref(s, ref, slot, 0, "");
}

/* The tp_traverse of a frame object or generator visits the slots up to
 * nr_filled: the graph has those references already. */
static struct frame_ref owned_slot(const struct scope *s, uint64_t i)
{
	const struct frame *f = &s->frame;
	struct frame_ref ref = frames_slot(s->r->py, f, i);

	if (f->owner != FRAME_OF_THREAD && i < f->nr_filled)
		ref.counted = false;
	return ref;
}

static void add_local(const struct scope *s, uint64_t i)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	struct frame_ref ref = owned_slot(s, i);

	if (!ref.object)
		return;
	text_str(s->r->py, frames_slot_name(s->r->py, &s->frame, i), MAX_NAME,
		 &name, NULL);
	add_ref(s, ref, SLOT_LOCAL, i, name.s);
}

static void add_slots(const struct scope *s)
{
	const struct frame *f = &s->frame;

	roots_spend(s->r, f->nr_slots * 8);
	for (uint64_t i = 0; i < f->nr_slots && !s->r->full; i++) {
		if (i < f->nr_locals)
			add_local(s, i);
		else if (!s->open_stack)
			add_ref(s, owned_slot(s, i), SLOT_STACK,
				i - f->nr_locals, "");
	}
}

/* Before 3.11 the C function that runs a frame object owns it.  A
 * generator's frame belongs to the generator. */
static void add_object(const struct scope *s)
{
	struct python *py = s->r->py;
	const struct frame *f = &s->frame;
	uint32_t flags = (uint32_t)int_at(py, f->code.object,
					  py->layout.code_flags);

	add_member(s, (struct frame_ref){ f->address,
					  !(flags & CODE_IS_GENERATOR) },
		   SLOT_FRAME_OBJECT);
}

/* The other members of a frame on the thread's own stack.  The graph has
 * those of a generator's frame. */
static void add_members(const struct scope *s)
{
	struct python *py = s->r->py;
	const struct layout *l = &py->layout;
	const struct frame *f = &s->frame;

	if (py->minor < 11) {
		add_object(s);
		return;
	}
	if (f->owner != FRAME_OF_THREAD)
		return;
	add_member(s, frames_ref(py, f, l->iframe_func), SLOT_FUNCTION);
	add_member(s, f->code, SLOT_CODE);
	/* These two have no flags in their low bits. */
	add_member(s, frames_ref(py, f, l->iframe_locals), SLOT_F_LOCALS);
	add_member(s, frames_ref(py, f, l->iframe_frame_obj),
		   SLOT_FRAME_OBJECT);
}

/*
 * Is the height of the stack unknown?  Up to 3.13 a running frame does not
 * store it, except when it calls a Python function (3.11 and later).  3.14 and
 * later store it at each call: it is wrong only in the frame that runs now.
 */
static bool is_open(const struct python *py, const struct frame *f,
		    bool at_work)
{
	if (py->minor < 11)
		return true;
	return py->minor < 14 ? f->nr_filled == 0 : at_work;
}

static void add_open_stack(const struct scope *s)
{
	struct python *py = s->r->py;
	const struct layout *l = &py->layout;
	const struct frame *f = &s->frame;
	uint32_t slots = py->minor < 11 ? l->frame_localsplus
					: l->iframe_localsplus;
	int32_t nr = int_at(py, f->code.object, l->code_stacksize);
	raddr first = f->address + slots + f->nr_locals * 8;

	if (nr <= 0 || !memory_has_array(py->memory, first, (uint32_t)nr, 8))
		return;
	roots_spend(s->r, (uint32_t)nr * 8ull);
	open_stack_vec_push(&py->stacks, (struct open_stack){
		first, (uint32_t)nr, s->index, false });
}

static void add_frame(struct roots *r, const struct frame *f, bool at_work,
		      uint32_t stack)
{
	struct heap *h = r->py->heap;
	struct scope s = { .r = r, .frame = *f };
	struct heap_frame hf;

	describe(r->py, f, stack, &hf);
	s.index = (int32_t)h->frames.nr;
	s.open_stack = is_open(r->py, f, at_work);
	heap_frame_vec_push(&h->frames, hf);
	raddr_vec_push(&r->py->frames, f->address);
	roots_spend(r, sizeof(hf) + strlen(hf.function) + strlen(hf.file));
	add_slots(&s);
	add_members(&s);
	if (s.open_stack)
		add_open_stack(&s);
}

/* Can the thread be inside the evaluation loop?  Without a GIL, every
 * attached thread can. */
static bool is_at_work(struct python *py, raddr thread,
		       const struct heap_thread *ht)
{
	return py->free_threaded
		       ? int_at(py, thread, py->layout.thread_state) ==
				 THREAD_ATTACHED
		       : ht->holds_gil;
}

struct walk {
	raddr first;		/* the innermost frame; 0: none */
	uint32_t stack;		/* index in heap.stacks */
	bool at_work;
	const struct greenlet *greenlet; /* whose C stack has frames; or NULL */
};

/* A frame of the interpreter's own is on the C stack (3.12 and later). */
static raddr place_of(const struct walk *w, raddr frame)
{
	return w->greenlet ? greenlets_at(w->greenlet, frame) : frame;
}

static void walk(struct roots *r, const struct walk *w)
{
	struct python *py = r->py;
	const char *kind = heap_stack_kind_names[w->greenlet ? STACK_GREENLET
							     : STACK_THREAD];
	raddr address = w->first;
	struct roots_cycle cycle = { 0 };
	bool at_work = w->at_work;

	for (unsigned int i = 0; address && i < MAX_FRAMES && !r->full; i++) {
		raddr at = place_of(w, address);
		struct frame f;

		if (roots_cycle(&cycle, address))
			break;
		if (!frames_open(py, at, &f)) {
			python_torn(py, address, i);
			heap_warn_partial(py->heap, "frame %u of %s %u can't "
					  "be read", i, kind, w->stack);
			return;
		}
		if (f.owner < FRAME_OF_INTERPRETER) {
			add_frame(r, &f, at_work, w->stack);
			at_work = false;
		}
		address = next_frame(py, at);
	}
	if (address && !r->full) {
		python_torn(py, address, 0);
		heap_warn_partial(py->heap, "the frames of %s %u do not end",
				  kind, w->stack);
	}
}

void roots_frames(struct roots *r, raddr thread, uint32_t index)
{
	struct python *py = r->py;

	walk(r, &(struct walk){
		.first = first_frame(py, thread), .stack = index,
		.at_work = is_at_work(py, thread, &py->heap->threads.v[index])
	});
}

void roots_frames_of_greenlet(struct roots *r, const struct greenlet *g,
			      uint32_t stack)
{
	struct python *py = r->py;
	raddr first = g->top_frame;

	if (py->minor >= 11)
		first = word_at(py, first, py->layout.frame_frame);
	walk(r, &(struct walk){ .first = first, .stack = stack,
				.greenlet = g });
}
