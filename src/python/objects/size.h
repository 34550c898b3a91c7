/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/size.h - sys.getsizeof() of an object, in bytes.
 */
#ifndef PYTHON_OBJECTS_SIZE_H
#define PYTHON_OBJECTS_SIZE_H

#include "python/state/python.h"

/* Fill t->sizer and t->size_row of a class; its bases are loaded. */
void size_choose(struct python *py, struct pytype *t);
/* The size of the object at `obj`, an instance of `t`, with what lies before
 * the object. */
uint64_t size_of(struct python *py, const struct pytype *t, raddr obj);

#endif
