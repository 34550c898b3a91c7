/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/unvisited-library.h - references that no tp_traverse visits, of
 * types of the standard library and of numpy.
 *
 * A type is known by its tp_name.  Names and structs are those of CPython 3.8
 * to 3.15, and of numpy 1.7 to 2.x.
 */
#ifndef PYTHON_REFS_UNVISITED_LIBRARY_H
#define PYTHON_REFS_UNVISITED_LIBRARY_H

#include "python/refs/refs.h"

/*
 * The row of the native type `t` (its tp_traverse is not subtype_traverse); 0:
 * instances have no such references, or they are not known.
 */
uint8_t unvisited_library_find(struct python *py, const struct pytype *t);

/*
 * Append to `ret` what the object at `obj` refers to and its tp_traverse does
 * not visit.  `row` is not 0 and is that of `native`, the nearest base of its
 * type `t` that is no subtype, or `t` itself.  What the tp_traverse visits
 * must have been appended before.  What can't be read is left out.
 */
void unvisited_library_add(struct python *py, uint8_t row,
			   const struct pytype *t, const struct pytype *native,
			   raddr obj, struct refs *ret);

/* For unvisited-library.c alone: what reads instances of one native type. */
struct unvisited_object {
	struct python *py;
	const struct pytype *type, *native;
	raddr obj;
	struct refs *refs;
};
typedef void unvisited_read(const struct unvisited_object *o);

/* Append the word of the object at `offset`; LAYOUT_NONE: nothing. */
void unvisited_add_word(const struct unvisited_object *o, uint32_t offset,
			enum ref_kind kind, uint64_t arg);

/* unvisited-numpy.c */
unvisited_read unvisited_numpy_dtype, unvisited_numpy_void;

#endif
