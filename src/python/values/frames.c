/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames, and the generators that own some: what their tp_traverse visits.
 *
 * Objects/frameobject.c, Objects/genobject.c, Python/frame.c of each version.
 */
#include "python/layout/fields.h"
#include "python/values/frames.h"

/* Low bits of a word in a frame of 3.14 and later: pycore_stackref.h. */
#define TAG_MASK 3u
#define TAG_NONE 0u		/* a reference that the frame owns */
#define TAG_UNCOUNTED 1u	/* borrowed, deferred or immortal; 1 is NULL */

#define GENERATOR_CLEARED 4	/* gi_frame_state, 3.11 to 3.14 */
#define GENERATOR_CLEARED_15 5	/* 3.15 */

#define MAX_SLOTS (1u << 24)

/* --- one frame ---------------------------------------------------------- */

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
		/* 3 is an integer, 2 (3.15) a pointer that is no object. */
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

/* The slots are mapped, and no more than `max`, or there are none. */
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

/* Entries on the value stack; a frame that runs does not say: 0. */
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

/* Words up to the top of the stack, as the frame says it: 3.11 to 3.13 have
 * the number, -1 while it runs; 3.14 and later a pointer. */
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

/* --- what a traverse visits --------------------------------------------- */

static void add_member(struct python *py, raddr obj, uint32_t offset,
		       enum ref_field field, struct refs *ret)
{
	refs_add(ret, word_at(py, obj, offset), REF_FIELD, field);
}

static void add_slots(struct python *py, const struct frame *f, uint64_t nr,
		      struct refs *ret)
{
	for (uint64_t i = 0; i < nr; i++) {
		struct frame_ref ref = frames_slot(py, f, i);

		if (!ref.object)
			continue;
		if (i >= f->nr_locals)
			refs_add_owned(ret, ref.object, ref.counted, REF_STACK,
				       i - f->nr_locals);
		else
			refs_add_owned(ret, ref.object, ref.counted, REF_LOCAL,
				       ret->named ?
				       frames_slot_name(py, f, i) : 0);
	}
}

/* _PyFrame_Traverse(); `object` and `code` name two of its members. */
static enum refs_result add_iframe(struct python *py, raddr iframe,
				   enum ref_field object, enum ref_field code,
				   struct refs *ret)
{
	const struct layout *l = &py->layout;
	struct frame_ref function;
	struct frame f;

	if (!frames_open(py, iframe, &f))
		return REFS_UNREADABLE;
	add_member(py, iframe, l->iframe_frame_obj, object, ret);
	add_member(py, iframe, l->iframe_locals, FIELD_F_LOCALS, ret);
	function = frames_ref(py, &f, l->iframe_func);
	refs_add_owned(ret, function.object, function.counted, REF_FIELD,
		       FIELD_F_FUNCTION);
	refs_add_owned(ret, f.code.object, f.code.counted, REF_FIELD, code);
	if (f.slots)
		add_slots(py, &f, f.nr_filled, ret);
	return REFS_OK;
}

static enum refs_result add_frame_object(struct python *py, raddr obj,
					 struct refs *ret)
{
	const struct layout *l = &py->layout;
	struct frame f;

	if (!frames_open(py, obj, &f))
		return REFS_UNREADABLE;
	add_member(py, obj, l->frame_back, FIELD_F_BACK, ret);
	add_member(py, obj, l->frame_code, FIELD_F_CODE, ret);
	add_member(py, obj, l->frame_builtins, FIELD_F_BUILTINS, ret);
	add_member(py, obj, l->frame_globals, FIELD_F_GLOBALS, ret);
	add_member(py, obj, l->frame_locals, FIELD_F_LOCALS, ret);
	add_member(py, obj, l->frame_trace, FIELD_F_TRACE, ret);
	add_slots(py, &f, f.nr_filled, ret);
	return REFS_OK;
}

/* A frame object of 3.11 and later stands for an interpreter frame: for a
 * frame that still runs, that one's owner answers for what it holds. */
enum refs_result refs_frame(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr iframe;

	if (py->minor < 11)
		return add_frame_object(py, obj, ret);
	add_member(py, obj, l->frame_back, FIELD_F_BACK, ret);
	add_member(py, obj, l->frame_trace, FIELD_F_TRACE, ret);
	add_member(py, obj, l->frame_extra_locals, FIELD_F_EXTRA_LOCALS, ret);
	add_member(py, obj, l->frame_locals_cache, FIELD_F_LOCALS_CACHE, ret);
	add_member(py, obj, l->frame_overwritten, FIELD_F_OVERWRITTEN_LOCALS,
		   ret);
	iframe = word_at(py, obj, l->frame_frame);
	if (byte_at(py, iframe, l->iframe_owner) != FRAME_OF_OBJECT)
		return REFS_OK;
	return add_iframe(py, iframe, FIELD_F_FRAME_OBJECT, FIELD_F_CODE, ret);
}

struct generator_fields {
	enum ref_field frame, code;
};

static struct generator_fields fields_of(const struct python *py, raddr type)
{
	if (type == py->known.coroutine)
		return (struct generator_fields){ FIELD_CR_FRAME,
						  FIELD_CR_CODE };
	if (type == py->known.async_generator)
		return (struct generator_fields){ FIELD_AG_FRAME,
						  FIELD_AG_CODE };
	return (struct generator_fields){ FIELD_GI_FRAME, FIELD_GI_CODE };
}

/* The exception that it was handling when it was suspended. */
static void add_exception(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr state = obj + l->gen_exc_state;

	add_member(py, state, l->stackitem_exc_type, FIELD_EXC_TYPE, ret);
	add_member(py, state, l->stackitem_exc_value, FIELD_EXC_VALUE, ret);
	add_member(py, state, l->stackitem_exc_traceback, FIELD_EXC_TRACEBACK,
		   ret);
}

static bool is_cleared(struct python *py, raddr obj)
{
	int8_t state = (int8_t)byte_at(py, obj, py->layout.gen_frame_state);

	if (py->minor >= 15)
		return state >= GENERATOR_CLEARED_15;
	return state >= GENERATOR_CLEARED;
}

/* From 3.14 on, what is left of a finished one keeps its code visited. */
static enum refs_result add_gen_frame(struct python *py, raddr obj,
				      struct generator_fields fields,
				      struct refs *ret)
{
	raddr iframe = obj + py->layout.gen_iframe;
	struct frame f = { .address = iframe };

	if (!is_cleared(py, obj))
		return add_iframe(py, iframe, fields.frame, fields.code, ret);
	if (py->minor >= 14) {
		f.code = frames_ref(py, &f, py->layout.iframe_code);
		refs_add_owned(ret, f.code.object, f.code.counted, REF_FIELD,
			       fields.code);
	}
	return REFS_OK;
}

enum refs_result refs_generator(struct python *py, raddr obj,
				struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr type = word_at(py, obj, l->object_type);
	struct generator_fields fields = fields_of(py, type);
	enum refs_result result = REFS_OK;

	if (!type)
		return REFS_UNREADABLE;
	/* The same word is a coroutine's origin, which is not visited. */
	if (type == py->known.async_generator)
		add_member(py, obj, l->gen_origin, FIELD_AG_FINALIZER, ret);
	add_member(py, obj, l->gen_frame, fields.frame, ret);
	add_member(py, obj, l->gen_code, fields.code, ret);
	add_member(py, obj, l->gen_name, FIELD_NAME, ret);
	add_member(py, obj, l->gen_qualname, FIELD_QUALNAME, ret);
	if (py->minor >= 11)
		result = add_gen_frame(py, obj, fields, ret);
	add_exception(py, obj, ret);
	return result;
}
