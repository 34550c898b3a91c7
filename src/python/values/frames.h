/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/values/frames.h - frames of every version, as one thing.
 *
 * 3.8 to 3.10: a frame is an object (PyFrameObject) that holds its locals.
 * 3.11 and later: it is a _PyInterpreterFrame, a struct on the thread's data
 * stack, in a generator or in a frame object; who made it owns what it holds.
 *
 *	localsplus, one word each
 *	+--------+-------+----------------+---------------------+
 *	| locals | cells | free variables | evaluation stack    |
 *	+--------+-------+----------------+-----------+---------+
 *	|<----------- nr_locals --------->|           | garbage |
 *	|<----------- nr_filled --------------------->|
 *
 * A frame that runs does not always say where its stack ends: nr_filled is 0
 * then (from 3.11 on; nr_locals before).  Its locals are valid all the same.
 */
#ifndef PYTHON_VALUES_FRAMES_H
#define PYTHON_VALUES_FRAMES_H

#include "python/state/python.h"

/* frame.owner: enum _frameowner in pycore_frame.h */
#define FRAME_OF_THREAD 0
#define FRAME_OF_GENERATOR 1
#define FRAME_OF_OBJECT 2
#define FRAME_OF_INTERPRETER 3	/* a marker without locals; 4 as well */

/* co_flags: a generator's, coroutine's or async generator's code. */
#define CODE_IS_GENERATOR (0x20u | 0x80u | 0x200u)

/* A reference in a frame; 3.14 and later keep flags in the low bits. */
struct frame_ref {
	raddr object;		/* 0: none */
	bool counted;		/* the frame owns a reference */
};

struct frame {
	raddr address;
	struct frame_ref code;
	uint8_t owner;
	const uint8_t *slots;	/* nr_slots words; NULL: none */
	uint64_t nr_slots, nr_locals, nr_filled;
	struct {
		raddr items;	/* str objects */
		uint64_t nr;
	} names[3];		/* of the locals, one list after the other */
};

/* False: it can't be read as a frame.  `address` is that of a frame object up
 * to 3.10, of an interpreter frame from 3.11 on. */
bool frames_open(struct python *py, raddr address, struct frame *ret);

/* What slot `i` of nr_slots refers to. */
struct frame_ref frames_slot(const struct python *py, const struct frame *f,
			     uint64_t i);
/* The name of slot `i` of nr_locals, a str object; 0 unknown. */
raddr frames_slot_name(struct python *py, const struct frame *f, uint64_t i);

/*
 * What the code object at `code` is called (qualified where the version has
 * it), and its file.  Escaped; "" unknown.  The caller frees it.
 */
char *frames_function(struct python *py, raddr code);
char *frames_file(struct python *py, raddr code);

/* Has the generator at `obj` no frame any more?  3.11 and later. */
bool frames_is_cleared(struct python *py, raddr obj);

/* A member of the frame: `offset` is the layout's. */
struct frame_ref frames_ref(struct python *py, const struct frame *f,
			    uint32_t offset);

#endif
