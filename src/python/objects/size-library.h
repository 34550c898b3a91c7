/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/size-library.h - __sizeof__ of types of the standard library
 * that are written in C and have one of their own.
 */
#ifndef PYTHON_OBJECTS_SIZE_LIBRARY_H
#define PYTHON_OBJECTS_SIZE_LIBRARY_H

#include <stddef.h>

#include "python/state/python.h"

/* The row of the type with that tp_name; 0: it has none. */
uint8_t size_library_find(const char *name);
/* The size of an instance of `t`, whose size_row is not 0, in bytes; without
 * what lies before the object. */
uint64_t size_library_of(struct python *py, const struct pytype *t, raddr obj);
/* sys.getsizeof() of the bytes object at `bytes`, as it says it; 0: none. */
uint64_t size_library_bytes(struct python *py, raddr bytes);
/*
 * The layout to read an instance of `t` with, whose struct changed in bugfix
 * releases: that of the row whose `field`, an offset in struct layout, is the
 * class's size, else of the row that is next smaller.
 */
const struct layout *size_library_layout(struct python *py,
					 const struct pytype *t, size_t field);
/* What ctypes knows of `class`, one of its classes; 0: nothing.  The members
 * stginfo_* of the layout are in it. */
raddr size_library_stginfo(struct python *py, raddr class);

#endif
