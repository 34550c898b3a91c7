/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where generators stand: PyGenObject of Objects/genobject.c, _PyGen_yf() of
 * each version.
 */
#include <stdlib.h>

#include "python/async/generators.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/values/frames.h"
#include "python/values/lines.h"

#define OPCODE_YIELD_FROM 72	/* 3.8 to 3.10: Include/opcode.h */
#define RESUME_WHERE 3u		/* of RESUME's argument: 2 behind `yield from`,
				   3 behind `await` */
#define RESUME_BEHIND_YIELD_FROM 2u

/* gi_frame_state: pycore_frame.h */
#define CREATED_11 (-2)		/* 3.11 and 3.12 */
#define CREATED_13 (-3)		/* 3.13 and 3.14 */
#define CREATED_15 0
#define YIELD_FROM_13 (-1)
#define YIELD_FROM_15 2
#define YIELD_FROM_LOCKED_15 3
#define EXECUTING 0
#define EXECUTING_15 4

/* The frame of a thread, by its address. */
struct placed_frame {
	raddr address;
	int32_t index;		/* in heap.frames */
};
VEC_DEFINE(placed_frame_vec, struct placed_frame);

struct generators {
	struct python *py;
	struct placed_frame_vec frames;	/* by address, ascending */
	/* By oid of a code object: its number in heap.codes + 1. */
	uint32_t *code;
};

/* --- the frames of threads --- */

static int compare_frames(const void *a, const void *b)
{
	const struct placed_frame *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static void place_frames(struct generators *g)
{
	const struct raddr_vec *frames = &g->py->frames;

	for (size_t i = 0; i < frames->nr; i++)
		placed_frame_vec_push(&g->frames, (struct placed_frame){
			frames->v[i], (int32_t)i });
	if (g->frames.nr)
		qsort(g->frames.v, g->frames.nr, sizeof(*g->frames.v),
		      compare_frames);
}

static int32_t find_frame(const struct generators *g, raddr address)
{
	const struct placed_frame key = { .address = address }, *found = NULL;

	if (g->frames.nr)
		found = bsearch(&key, g->frames.v, g->frames.nr, sizeof(key),
				compare_frames);
	return found ? found->index : -1;
}

/* --- state --- */

static int8_t state_of(struct python *py, raddr obj)
{
	return (int8_t)byte_at(py, obj, py->layout.gen_frame_state);
}

/* Up to 3.10 a frame that runs does not store the height of its stack. */
static enum generator_state old_state(struct python *py, const struct frame *f)
{
	const struct layout *l = &py->layout;
	bool runs;

	if (l->frame_stackdepth != LAYOUT_NONE)	/* 3.10 */
		runs = int_at(py, f->address, l->frame_stackdepth) < 0;
	else
		runs = !word_at(py, f->address, l->frame_stacktop);
	if (runs)
		return GENERATOR_RUNNING;
	return int_at(py, f->address, l->frame_lasti) < 0 ?
		       GENERATOR_CREATED : GENERATOR_SUSPENDED;
}

static enum generator_state new_state(const struct python *py, int8_t state)
{
	int created = py->minor >= 15 ? CREATED_15 :
		      py->minor >= 13 ? CREATED_13 : CREATED_11;
	int executing = py->minor >= 15 ? EXECUTING_15 : EXECUTING;

	if (state == created)
		return GENERATOR_CREATED;
	return state == executing ? GENERATOR_RUNNING : GENERATOR_SUSPENDED;
}

/* --- what it awaits --- */

/* The opcode behind the instruction that a frame object of 3.8 to 3.10 has
 * stopped at. */
static uint8_t old_next_opcode(struct python *py, const struct frame *f)
{
	const struct layout *l = &py->layout;
	raddr code = word_at(py, f->code.object, l->code_code);
	int64_t lasti = int_at(py, f->address, l->frame_lasti);

	/* f_lasti counts units of two bytes in 3.10, bytes before. */
	if (!code || lasti < 0 ||
	    (uint64_t)lasti >= word_at(py, code, l->var_size))
		return 0;
	return byte_at(py, code + l->bytes_value,
		       (uint32_t)(py->minor == 10 ? (lasti + 1) * 2 :
						    lasti + 2));
}

/* Does it stand in a `yield from` or an `await`? */
static bool delegates(struct python *py, raddr obj, const struct frame *f)
{
	int8_t state;
	raddr at;

	if (py->minor < 11)
		return old_next_opcode(py, f) == OPCODE_YIELD_FROM;
	if (py->minor < 13) {
		/* The next instruction is RESUME: its argument says it. */
		at = word_at(py, f->address, py->layout.iframe_instr_ptr);
		return at && (byte_at(py, at, 3) & RESUME_WHERE) >=
				     RESUME_BEHIND_YIELD_FROM;
	}
	state = state_of(py, obj);
	if (py->minor < 15)
		return state == YIELD_FROM_13;
	return state == YIELD_FROM_15 || state == YIELD_FROM_LOCKED_15;
}

/* It is on top of the stack.  3.15 has a word that is no object above it. */
static oid awaits(struct python *py, raddr obj, const struct frame *f)
{
	uint64_t i = f->nr_filled;

	if (!f->slots || f->nr_filled > f->nr_slots || !delegates(py, obj, f))
		return OID_NONE;
	for (int tries = 0; tries < 2 && i-- > f->nr_locals; tries++) {
		raddr to = frames_slot(py, f, i).object;

		if (to)
			return object_map_find(py, to);
	}
	return OID_NONE;
}

/* --- all of them --- */

static uint32_t number_code(struct generators *g, raddr address)
{
	struct python *py = g->py;
	oid code = object_map_find(py, address);
	struct heap_code made = { .object = code };

	if (code != OID_NONE && g->code[code])
		return g->code[code] - 1;
	made.function = frames_function(py, address);
	made.file = frames_file(py, address);
	heap_code_vec_push(&py->heap->codes, made);
	if (code != OID_NONE)
		g->code[code] = (uint32_t)py->heap->codes.nr;
	return (uint32_t)py->heap->codes.nr - 1;
}

static raddr frame_of(struct python *py, raddr obj)
{
	const struct layout *l = &py->layout;

	if (py->minor < 11)
		return word_at(py, obj, l->gen_frame);
	return frames_is_cleared(py, obj) ? 0 : obj + l->gen_iframe;
}

static void add_generator(struct generators *g, oid o)
{
	struct python *py = g->py;
	raddr obj = py->heap->address[o];
	struct heap_generator made = { .object = o, .awaits = OID_NONE,
				       .frame = -1 };
	raddr address = frame_of(py, obj);
	struct frame f;

	if (!frames_open(py, address, &f) || !f.code.object)
		return;
	made.state = py->minor < 11 ? old_state(py, &f) :
				      new_state(py, state_of(py, obj));
	made.code = number_code(g, f.code.object);
	made.line = lines_of_frame(py, &f);
	if (made.state == GENERATOR_RUNNING)
		made.frame = find_frame(g, address);
	else if (made.state == GENERATOR_SUSPENDED)
		made.awaits = awaits(py, obj, &f);
	heap_generator_vec_push(&py->heap->generators, made);
}

void generators_load(struct python *py)
{
	const struct known_types *known = &py->known;
	const struct heap *h = py->heap;
	struct generators g = { .py = py };

	place_frames(&g);
	g.code = xcalloc_sparse(h->nr_objects, sizeof(*g.code));
	for (oid o = 0; o < h->nr_objects; o++) {
		raddr type = types_of(py, o)->address;

		if (type && (type == known->generator ||
			     type == known->coroutine ||
			     type == known->async_generator))
			add_generator(&g, o);
	}
	free(g.code);
	placed_frame_vec_release(&g.frames);
	raddr_vec_release(&py->frames);
}
