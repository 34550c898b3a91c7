/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/size-numpy.h - __sizeof__ of numpy's arrays and scalars, as
 * array_sizeof() and gentype_sizeof() of numpy/core/src/multiarray say it.
 *
 * Each function gives the bytes beyond the object itself.
 */
#ifndef PYTHON_OBJECTS_SIZE_NUMPY_H
#define PYTHON_OBJECTS_SIZE_NUMPY_H

#include "python/state/python.h"

typedef uint64_t size_numpy(struct python *py, const struct pytype *t,
			    raddr obj);

/* An array: shape and strides, and the data if they are its own. */
size_numpy size_numpy_array;
/* A scalar of so many bytes: they count twice. */
size_numpy size_numpy_1, size_numpy_2, size_numpy_4, size_numpy_8,
	size_numpy_16, size_numpy_32;
/* A scalar of a structured dtype. */
size_numpy size_numpy_void;

#endif
