/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/roots/greenlets.h"
#include "python/state/words.h"
#include "python/types/type-names.h"

#define MAX_BASES 64

/* struct _greenlet { PyObject_HEAD, stack_start, stack_stop, stack_copy,
 * stack_saved, stack_prev, parent, run_info, top_frame, ... } of 0.4 and 1. */
#define IN_C_TOP_FRAME 56	/* from stack_start on */

/* struct _greenlet { PyObject_HEAD, weakreflist, dict, pimpl } since 2. */
#define HEAD_OF_CPP 24

/*
 * class Greenlet { vtable, [_self,] ExceptionState, SwitchingArgs, StackState,
 * PythonState } since 2; _self came with 3.  StackState is the five words
 * stack_start .. stack_prev; PythonState begins with context and top_frame.
 */
#define SWITCHING_ARGS 16
#define IN_CPP_TOP_FRAME 48	/* from stack_start on */

raddr greenlets_base(struct python *py, raddr type)
{
	for (int i = 0; type && i < MAX_BASES; i++) {
		if (type_names_is(py, type, "greenlet.greenlet"))
			return type;
		type = word_at(py, type, py->layout.type_base);
	}
	return 0;
}

/* ExceptionState: exc_info, and a _PyErr_StackItem of two words, or of four
 * up to 3.10. */
static uint32_t exception_state_size(const struct python *py)
{
	return py->minor >= 11 ? 24 : 40;
}

/* The address of stack_start, and how far behind it is top_frame. */
static raddr find_state(struct python *py, raddr obj, raddr base,
			uint32_t *top_frame)
{
	const struct layout *l = &py->layout;
	uint64_t size = word_at(py, base, l->type_basicsize);
	raddr state;

	*top_frame = IN_C_TOP_FRAME;
	if (size > l->var_size + HEAD_OF_CPP)
		return obj + l->var_size;
	*top_frame = IN_CPP_TOP_FRAME;
	state = word_at(py, obj, l->var_size + HEAD_OF_CPP - 8);
	if (!state)
		return 0;
	state += word_at(py, state, 8) == obj ? 16 : 8;
	return state + exception_state_size(py) + SWITCHING_ARGS;
}

static bool is_frame(struct python *py, raddr obj)
{
	return word_at(py, obj, py->layout.object_type) == py->known.frame;
}

bool greenlets_open(struct python *py, raddr obj, raddr base,
		    struct greenlet *ret)
{
	uint32_t top_frame;
	raddr state = find_state(py, obj, base, &top_frame);

	if (!state || !memory_at(py->memory, state, top_frame + 8))
		return false;
	*ret = (struct greenlet){
		.object = obj,
		.top_frame = word_at(py, state, top_frame),
		.start = word_at(py, state, 0),
		.stop = word_at(py, state, 8),
		.copy = word_at(py, state, 16),
		.saved = word_at(py, state, 24),
	};
	if (ret->top_frame && (!ret->start || !is_frame(py, ret->top_frame)))
		return false;
	return ret->start <= ret->stop &&
	       ret->saved <= ret->stop - ret->start &&
	       (!ret->saved || memory_has_array(py->memory, ret->copy,
						ret->saved, 1));
}

raddr greenlets_at(const struct greenlet *g, raddr addr)
{
	return addr >= g->start && addr - g->start < g->saved ?
		       g->copy + (addr - g->start) : addr;
}
