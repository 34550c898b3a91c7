/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/roots.h - what the files that find roots share.
 */
#ifndef PYTHON_ROOTS_ROOTS_H
#define PYTHON_ROOTS_ROOTS_H

#include "python/state/python.h"

struct roots {
	struct python *py;
	const struct interpreter *interpreter;
	bool main;		/* expressions are for the main interpreter */
	uint64_t spent;		/* bytes of names and of frames so far: a
				   hostile target could ask for any number */
	bool full;		/* that was too much; a warning was given */
};

struct new_root {
	enum root_kind kind;
	raddr object;		/* 0: there is none, nothing is added */
	bool counted;
	int32_t frame;		/* index in heap.frames, with ROOT_FRAME */
	char *expression;	/* or NULL */
	/* As in struct heap_root. */
	enum root_slot slot;
	uint32_t number, thread;
	bool likely;
};

/*
 * Add a root; the format makes heap_root.name, which is escaped.  Takes over
 * the expression, also where nothing is added because `object` is 0 or no
 * object.
 */
void roots_add(struct roots *r, const struct new_root *root, const char *format,
	       ...) PRINTF(3, 4);

/* A counted ROOT_INTERPRETER without an expression. */
#define roots_add_state(r, addr, ...)                                          \
	roots_add((r),                                                         \
		  &(struct new_root){ .kind = ROOT_INTERPRETER,                \
				      .object = (addr), .counted = true,       \
				      .frame = -1 },                           \
		  __VA_ARGS__)

/* Count bytes; sets r->full when they were too many. */
void roots_spend(struct roots *r, uint64_t bytes);

/* A list that bites its tail is noticed before long (Brent). */
struct roots_cycle {
	raddr mark;
	uint64_t steps, limit;
};

static inline bool roots_cycle(struct roots_cycle *c, raddr at)
{
	if (at == c->mark)
		return true;
	if (c->steps++ == c->limit) {
		c->mark = at;
		c->steps = 0;
		c->limit = c->limit * 2 + 1;
	}
	return false;
}

#endif
