/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/free-lists.h - objects that are dead, and that CPython
 * keeps to use their blocks for the next ones.
 *
 * Up to 3.13 most of them keep their type and have a reference count of 0
 * (Objects/tupleobject.c, dictobject.c ...): claims-hidden.h finds these where
 * it looks at all blocks, on a list or not.  This is about those that do not
 * look like objects, as a link to the next one has overwritten a part: floats
 * have it in the place of their type (Objects/floatobject.c), and from 3.14 on
 * it is the first word of all (Include/internal/pycore_freelist.h).
 *
 * Such a list begins in the interpreter's state, in a thread's, or in static
 * data of CPython, and has its number beside its head.
 */
#ifndef PYTHON_ALLOCATORS_FREE_LISTS_H
#define PYTHON_ALLOCATORS_FREE_LISTS_H

#include "native/native.h"
#include "python/state/python.h"

struct free_object {
	uint32_t block;		/* number in n->blocks */
	uint32_t type;		/* index in py->types */
};
VEC_DEFINE(free_object_vec, struct free_object);

/* Add the raw blocks of these objects to `ret`, in order.  The blocks of
 * objects have been taken. */
void free_lists_find(struct python *py, struct native *n,
		     struct free_object_vec *ret);

#endif
