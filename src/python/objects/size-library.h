/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/size-library.h - __sizeof__ of types of the standard library
 * that are written in C and have one of their own.
 */
#ifndef PYTHON_OBJECTS_SIZE_LIBRARY_H
#define PYTHON_OBJECTS_SIZE_LIBRARY_H

#include "python/state/python.h"

/* The row of the type with that tp_name; 0: it has none. */
uint8_t size_library_find(const char *name);
/* The size of an instance of `t`, whose size_row is not 0, in bytes; without
 * what lies before the object. */
uint64_t size_library_of(struct python *py, const struct pytype *t, raddr obj);
/* sys.getsizeof() of the bytes object at `bytes`, as it says it; 0: none. */
uint64_t size_library_bytes(struct python *py, raddr bytes);

#endif
