/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/repr.h - what repr() would say of objects that are no
 * literals: complex numbers, ranges, dates, paths ...
 */
#ifndef PYTHON_OBJECTS_REPR_H
#define PYTHON_OBJECTS_REPR_H

#include "python/state/python.h"

/* The row of the static type with that tp_name; 0: it has none. */
uint8_t repr_find(const char *name);
/*
 * Add what the object at `obj` shows, as heap/naming.h has it; `t` has a
 * repr_row.  False: nothing, or it can't be read.
 */
bool repr_text(struct python *py, const struct pytype *t, raddr obj,
	       struct str *ret);

#endif
