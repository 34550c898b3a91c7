/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/layout/fields.h"
#include "python/refs/refs-frame.h"
#include "python/refs/refs.h"
#include "python/state/words.h"
#include "python/values/frames.h"

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

/* The exception that was being handled when the generator was suspended. */
static void add_exception(struct python *py, raddr obj, struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr state = obj + l->gen_exc_state;

	add_member(py, state, l->stackitem_exc_type, FIELD_EXC_TYPE, ret);
	add_member(py, state, l->stackitem_exc_value, FIELD_EXC_VALUE, ret);
	add_member(py, state, l->stackitem_exc_traceback, FIELD_EXC_TRACEBACK,
		   ret);
}

/* From 3.14 on a finished generator still visits its code. */
static enum refs_result add_gen_frame(struct python *py, raddr obj,
				      struct generator_fields fields,
				      struct refs *ret)
{
	raddr iframe = obj + py->layout.gen_iframe;
	struct frame f = { .address = iframe };

	if (!frames_is_cleared(py, obj))
		return add_iframe(py, iframe, fields.frame, fields.code, ret);
	if (py->minor >= 14) {
		f.code = frames_ref(py, &f, py->layout.iframe_code);
		refs_add_owned(ret, f.code.object, f.code.counted, REF_FIELD,
			       fields.code);
	}
	return REFS_OK;
}

enum refs_result refs_frame_generator(struct python *py, raddr obj,
				struct refs *ret)
{
	const struct layout *l = &py->layout;
	raddr type = word_at(py, obj, l->object_type);
	struct generator_fields fields = fields_of(py, type);
	enum refs_result result = REFS_OK;

	if (!type)
		return REFS_UNREADABLE;
	/* In a coroutine the same word is cr_origin, which is not visited. */
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
