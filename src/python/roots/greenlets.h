/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/greenlets.h - greenlets: their frames and their C stacks.
 *
 * A greenlet that does not run keeps the frame where it switched away, and
 * the part of its C stack that others needed, in a block on the heap:
 *
 *	start            start + saved              stop
 *	|<--- in the copy --->|<--- still in place --->|
 *
 * Known are greenlet 0.4 and 1 (a struct in C) and 2 and 3 (a C++ object
 * behind the Python object), on all CPythons that they are for.
 */
#ifndef PYTHON_ROOTS_GREENLETS_H
#define PYTHON_ROOTS_GREENLETS_H

#include "python/state/python.h"

struct greenlet {
	raddr object;
	raddr top_frame;	/* a frame object; 0: it runs, has not begun,
				   has ended, or has C functions alone */
	raddr start, stop;	/* of its C stack; 0: it has none */
	raddr copy;
	uint64_t saved;		/* bytes in the copy */
};

/* The base that is greenlet.greenlet, of the class at `type`, or the class
 * itself; 0: it has none. */
raddr greenlets_base(struct python *py, raddr type);

/* `base` is the greenlet.greenlet that the class of the object has.  False:
 * what is there is no state of a greenlet that we know. */
bool greenlets_open(struct python *py, raddr obj, raddr base,
		    struct greenlet *ret);

/* Where the word at `addr` is that the greenlet would see there: in the copy,
 * or at `addr`. */
raddr greenlets_at(const struct greenlet *g, raddr addr);

#endif
