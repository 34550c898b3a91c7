/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/free-lists.h - objects that are dead, and that CPython
 * keeps to use their blocks for the next ones.
 *
 * A free list begins in the interpreter's state, in a thread's, or in static
 * data of CPython.  It is an array of objects, or a chain of them with their
 * number beside its head.  Up to 3.13 the objects keep a reference count of 0
 * (Objects/floatobject.c, tupleobject.c, dictobject.c ...); from 3.14 on their
 * first word is the link (Include/internal/pycore_freelist.h).  Floats have it
 * in the place of their type before.
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

/* Add the raw blocks of such objects to `ret`, in order.  The blocks of objects
 * have been taken. */
void free_lists_find(struct python *py, struct native *n,
		     struct free_object_vec *ret);

#endif
