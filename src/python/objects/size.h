/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/size.h - sys.getsizeof() of an object, in bytes.
 */
#ifndef PYTHON_OBJECTS_SIZE_H
#define PYTHON_OBJECTS_SIZE_H

#include "python/state/python.h"

/* Fill t->sizer, t->size_row and t->sized_as of a class; its bases are
 * loaded. */
void size_choose(struct python *py, struct pytype *t);
/*
 * Is size_of() of instances of `t` what sys.getsizeof() says?  False: a class
 * has a __sizeof__ that is not known, of Python or of an extension module.
 */
bool size_is_known(struct python *py, const struct pytype *t);
/* The size of the object at `obj`, an instance of `t`, with what lies before
 * the object.  If it is not known, that of the nearest rule that is. */
uint64_t size_of(struct python *py, const struct pytype *t, raddr obj);

#endif
