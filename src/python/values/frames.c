/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames, and the generators that own some: what their tp_traverse visits.
 *
 * Objects/frameobject.c, Objects/genobject.c, Python/frame.c of each version.
 */
#include "python/state/words.h"
#include "python/values/frames.h"
#include "python/values/text.h"

/* Low bits of a word in a frame of 3.14 and later: pycore_stackref.h. */
#define TAG_MASK 3u
#define TAG_NONE 0u		/* a reference that the frame owns */
#define TAG_UNCOUNTED 1u	/* borrowed, deferred or immortal; 1 is NULL */

#define MAX_SLOTS (1u << 24)
#define MAX_NAME 256		/* code points */
#define MAX_PATH 1024

#define GENERATOR_CLEARED 4	/* gi_frame_state, 3.11 to 3.14 */
#define GENERATOR_CLEARED_15 5	/* 3.15 */

static struct frame_ref make_ref(const struct python *py, uint64_t word)
{
	if (py->minor < 14)
		return (struct frame_ref){ word, word != 0 };
	switch (word & TAG_MASK) {
	case TAG_NONE:
		return (struct frame_ref){ word, word != 0 };
	case TAG_UNCOUNTED:
		return (struct frame_ref){ word - TAG_UNCOUNTED, false };
	default:
		/* 3 tags an integer, 2 (3.15) a pointer to something that is
		 * no object. */
		return (struct frame_ref){ 0, false };
	}
}

struct frame_ref frames_ref(struct python *py, const struct frame *f,
			    uint32_t offset)
{
	return make_ref(py, word_at(py, f->address, offset));
}

struct frame_ref frames_slot(const struct python *py, const struct frame *f,
			     uint64_t i)
{
	return make_ref(py, get_u64(f->slots + i * 8));
}

static void add_names(struct python *py, struct frame *f, unsigned int i,
		      uint32_t offset)
{
	const struct layout *l = &py->layout;
	raddr tuple = word_at(py, f->code.object, offset);

	if (!tuple || word_at(py, tuple, l->object_type) != py->known.tuple)
		return;
	f->names[i].nr = word_at(py, tuple, l->var_size);
	if (f->names[i].nr > MAX_SLOTS)
		f->names[i].nr = 0;
	f->names[i].items = tuple + l->tuple_item;
}

raddr frames_slot_name(struct python *py, const struct frame *f, uint64_t i)
{
	for (unsigned int k = 0; k < ARRAY_SIZE(f->names); k++) {
		if (i < f->names[k].nr)
			return word_at(py, f->names[k].items, (uint32_t)i * 8);
		i -= f->names[k].nr;
	}
	return 0;
}

/* Set f->slots.  False: they are too many, or not mapped. */
static bool set_slots(struct python *py, struct frame *f, raddr slots)
{
	f->nr_slots = MAX(f->nr_locals, f->nr_filled);
	if (f->nr_slots > MAX_SLOTS ||
	    !memory_has_array(py->memory, slots, f->nr_slots, 8))
		return false;
	f->slots = memory_at(py->memory, slots, f->nr_slots * 8);
	return f->slots || !f->nr_slots;
}

static bool is_code(struct python *py, raddr code)
{
	return code &&
	       word_at(py, code, py->layout.object_type) == py->known.code;
}

/* The number of entries on the value stack; 0 for a running frame, which
 * does not store it. */
static uint64_t object_depth(struct python *py, raddr frame)
{
	const struct layout *l = &py->layout;
	raddr top;

	if (l->frame_stackdepth != LAYOUT_NONE) { /* 3.10 */
		int32_t depth = int_at(py, frame, l->frame_stackdepth);

		return depth > 0 ? (uint64_t)depth : 0;
	}
	top = word_at(py, frame, l->frame_stacktop);
	if (!top)
		return 0;
	return (top - word_at(py, frame, l->frame_valuestack)) / 8;
}

static bool open_object(struct python *py, raddr address, struct frame *f)
{
	const struct layout *l = &py->layout;
	uint64_t depth;

	f->code = frames_ref(py, f, l->frame_code);
	if (!is_code(py, f->code.object))
		return false;
	add_names(py, f, 0, l->code_varnames);
	add_names(py, f, 1, l->code_cellvars);
	add_names(py, f, 2, l->code_freevars);
	/* co_varnames has co_nlocals names. */
	f->nr_locals = f->names[0].nr + f->names[1].nr + f->names[2].nr;
	depth = object_depth(py, address);
	if (depth > MAX_SLOTS)
		return false;
	f->nr_filled = f->nr_locals + depth;
	f->owner = FRAME_OF_OBJECT;
	return set_slots(py, f, address + l->frame_localsplus);
}

/* The number of slots up to the top of the stack, as the frame stores it.
 * 3.11 to 3.13 store the number (-1 while it runs), 3.14 and later a
 * pointer. */
static uint64_t iframe_filled(struct python *py, const struct frame *f)
{
	const struct layout *l = &py->layout;
	raddr slots = f->address + l->iframe_localsplus, top;
	int32_t nr;

	if (l->iframe_stackpointer == LAYOUT_NONE) {
		nr = int_at(py, f->address, l->iframe_stacktop);
		return nr > 0 ? (uint64_t)nr : 0;
	}
	top = word_at(py, f->address, l->iframe_stackpointer);
	return top > slots ? (top - slots) / 8 : 0;
}

static bool open_iframe(struct python *py, raddr address, struct frame *f)
{
	const struct layout *l = &py->layout;

	if (!memory_at(py->memory, address, l->iframe_localsplus))
		return false;
	f->owner = byte_at(py, address, l->iframe_owner);
	f->code = frames_ref(py, f, l->iframe_code);
	if (f->owner >= FRAME_OF_INTERPRETER)
		return true;
	if (is_code(py, f->code.object)) {
		f->nr_locals = (uint32_t)int_at(py, f->code.object,
						l->code_nlocalsplus);
		add_names(py, f, 0, l->code_localsplusnames);
	}
	f->nr_filled = iframe_filled(py, f);
	return set_slots(py, f, address + l->iframe_localsplus);
}

bool frames_open(struct python *py, raddr address, struct frame *f)
{
	*f = (struct frame){ .address = address };
	if (!address)
		return false;
	return py->minor >= 11 ? open_iframe(py, address, f)
			       : open_object(py, address, f);
}

static char *text_of(struct python *py, raddr obj, size_t max)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	text_str(py, obj, max, &s, NULL);
	return xstrndup(s.s, s.len);
}

char *frames_function(struct python *py, raddr code)
{
	const struct layout *l = &py->layout;
	raddr name = word_at(py, code, l->code_qualname);

	if (!name)
		name = word_at(py, code, l->code_name);
	return text_of(py, name, MAX_NAME);
}

char *frames_file(struct python *py, raddr code)
{
	return text_of(py, word_at(py, code, py->layout.code_filename),
		       MAX_PATH);
}

bool frames_is_cleared(struct python *py, raddr obj)
{
	int8_t state = (int8_t)byte_at(py, obj, py->layout.gen_frame_state);

	if (py->minor >= 15)
		return state >= GENERATOR_CLEARED_15;
	return state >= GENERATOR_CLEARED;
}
