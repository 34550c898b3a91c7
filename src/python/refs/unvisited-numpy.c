/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * References of numpy's dtypes and scalars; its arrays are in unvisited.c.
 * Nearly all of its types have no tp_traverse.
 * Their structs are part of numpy's ABI, and are as here in all builds of
 * numpy 1.7 and later on x86-64 (numpy/core/include/numpy/ndarraytypes.h).
 * Offsets count from the end of PyObject, with which the structs begin.
 */
#include "python/layout/fields.h"
#include "python/refs/unvisited-library.h"
#include "python/state/words.h"
#include "python/values/ndarray.h"

/* PyVoidScalarObject, which begins with PyVarObject. */
#define VOID_DESCR 16
#define VOID_BASE 32

/*
 * PyArray_Descr begins with the class of its scalars.  Then:
 *
 *	numpy 1			numpy 2
 *	24	subarray	24	item size
 *	32	fields		32	alignment, a small number
 *	40	names		40	metadata
 *	56	metadata	72	subarray
 *				80	fields
 *				88	names
 *
 * In numpy 2 only dtypes that numpy 1 has, too, have the last three.  A
 * subarray is a block of {dtype, shape}.
 */
#define DESCR_TYPE 0
#define DESCR_SIZE_2 104	/* with what only those dtypes have */

static void add_field(const struct unvisited_object *o, uint32_t offset,
		      enum ref_field field)
{
	unvisited_add_word(o, o->py->layout.object_size + offset, REF_FIELD,
			   field);
}

void unvisited_numpy_void(const struct unvisited_object *o)
{
	add_field(o, VOID_DESCR, FIELD_ARRAY_DTYPE);
	add_field(o, VOID_BASE, FIELD_ARRAY_BASE);
}

static void add_subarray(const struct unvisited_object *o, uint32_t offset)
{
	raddr subarray = word_at(o->py, o->obj,
				 o->py->layout.object_size + offset);

	if (!subarray)
		return;
	refs_add(o->refs, word_at(o->py, subarray, 0), REF_FIELD,
		 FIELD_DTYPE_BASE);
	refs_add(o->refs, word_at(o->py, subarray, 8), REF_FIELD,
		 FIELD_SHAPE);
}

static void add_parts(const struct unvisited_object *o, uint32_t subarray,
		      uint32_t fields, uint32_t names)
{
	add_subarray(o, subarray);
	add_field(o, fields, FIELD_DTYPE_FIELDS);
	add_field(o, names, FIELD_DTYPE_NAMES);
}

void unvisited_numpy_dtype(const struct unvisited_object *o)
{
	uint32_t head = o->py->layout.object_size;
	struct ndarray_dtype dtype;

	ndarray_read_dtype(o->py, o->obj, &dtype);
	add_field(o, DESCR_TYPE, FIELD_DTYPE_TYPE);
	if (!dtype.is_numpy_2) {
		add_parts(o, 24, 32, 40);
		add_field(o, 56, FIELD_METADATA);
		return;
	}
	add_field(o, 40, FIELD_METADATA);
	if (o->type->basicsize == head + DESCR_SIZE_2)
		add_parts(o, 72, 80, 88);
}
