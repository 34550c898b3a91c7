/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What numpy's objects own.  Their structs are part of numpy's ABI, and are as
 * here in all builds of numpy 1.7 and later on x86-64
 * (numpy/core/include/numpy/ndarraytypes.h).  Offsets count from the end of
 * PyObject, with which the structs begin.
 */
#include <string.h>

#include "python/raw/raw-read.h"
#include "python/state/words.h"
#include "python/values/ndarray.h"

/* PyArrayObject_fields: the struct's size is 72 or more from 1.20 on. */
#define ARRAY_DATA 0
#define ARRAY_BUFFER_INFO 64
#define ARRAY_SIZE_1_20 72

#define VOID_OWNDATA 4

/* PyArray_Descr, behind what python/values/ndarray.h reads; in numpy 2 only
 * dtypes that numpy 1 has, too, have them. */
#define DESCR_SUBARRAY_1 24
#define DESCR_FUNCTIONS_1 48
#define DESCR_METADATA_1 64
#define DESCR_SUBARRAY_2 72
#define DESCR_METADATA_2 96

/* PyVoidScalarObject */
#define VOID_DATA 8
#define VOID_DESCR 16
#define VOID_FLAGS 24

/* Kinds of items without pointers, if none of their fields is an object.  The
 * items of 'T', numpy 2's StringDType, may point to memory of their own. */
#define LEAF_KINDS "biufcmMSUV"

static bool has_leaf_items(const struct ndarray_dtype *t)
{
	return t->kind && strchr(LEAF_KINDS, t->kind) && !t->has_objects;
}

/* The references of arrays of objects are told: python/refs/unvisited.h. */
static unsigned int flags_of_data(const struct ndarray *a)
{
	if (ndarray_has_objects(a))
		return RAW_REFERENCES;
	return has_leaf_items(&a->dtype) ? RAW_LEAF : 0;
}

/*
 * PyArrayObject: the data unless they are another object's, one block with
 * shape and strides, and what was made for its buffers.  The pointer to the
 * last one has 2 added to it (numpy/core/src/multiarray/buffer.c).
 */
bool raw_read_ndarray(struct raw_reader *r)
{
	const uint32_t head = r->py->layout.object_size;
	struct ndarray a;
	raddr info;

	if (!ndarray_read(r->py, r->obj, &a))
		return false;
	raw_add(r, a.dimensions, (uint64_t)a.nd * 16, RAW_DIMENSIONS,
		RAW_LEAF);
	if (a.owns_data)
		raw_add_sized(r, head + ARRAY_DATA,
			      ndarray_data_size(r->py, &a), RAW_DATA,
			      flags_of_data(&a));
	if (r->native->basicsize < head + ARRAY_SIZE_1_20)
		return true;
	info = raw_word(r, head + ARRAY_BUFFER_INFO);
	if ((info & 3) == 2)
		raw_add(r, info - 2, 0, RAW_BUFFER, 0);
	return true;
}

/*
 * PyArray_Descr: base and shape of a subarray; the unit of times.  A dtype that
 * a program has registered with numpy 1 may have functions of its own.
 */
bool raw_read_dtype(struct raw_reader *r)
{
	const uint32_t head = r->py->layout.object_size;
	struct ndarray_dtype t;

	ndarray_read_dtype(r->py, r->obj, &t);
	if (!t.is_numpy_2) {
		raw_add_word(r, head + DESCR_SUBARRAY_1, RAW_EXTRA,
			     RAW_REFERENCES);
		raw_add_word(r, head + DESCR_FUNCTIONS_1, RAW_TABLE,
			     RAW_SHARED);
		raw_add_word(r, head + DESCR_METADATA_1, RAW_STATE, 0);
		return true;
	}
	if (r->type->basicsize < head + DESCR_METADATA_2 + 8)
		return true;
	r->knows_class = r->type->basicsize == head + DESCR_METADATA_2 + 8;
	raw_add_word(r, head + DESCR_SUBARRAY_2, RAW_EXTRA, RAW_REFERENCES);
	raw_add_word(r, head + DESCR_METADATA_2, RAW_STATE, 0);
	return true;
}

bool raw_read_numpy_void(struct raw_reader *r)
{
	const uint32_t head = r->py->layout.object_size;
	raddr descr = raw_word(r, head + VOID_DESCR);
	struct ndarray_dtype t;

	if (!descr)
		return false;
	ndarray_read_dtype(r->py, descr, &t);
	if (int_at(r->py, r->obj, head + VOID_FLAGS) & VOID_OWNDATA)
		raw_add_sized(r, head + VOID_DATA, t.size, RAW_DATA,
			      has_leaf_items(&t) ? RAW_LEAF : 0);
	return true;
}

/* A str, and behind its struct a copy as UCS-4 and the format of a buffer. */
bool raw_read_numpy_str(struct raw_reader *r)
{
	const uint32_t copy = r->py->layout.str_size;

	raw_read_str(r);
	raw_add_word(r, copy, RAW_BUFFER, RAW_LEAF);
	if (r->native->basicsize >= copy + 16)
		raw_add_word(r, copy + 8, RAW_CODES, RAW_LEAF);
	return true;
}
