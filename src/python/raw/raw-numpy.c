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

/* PyArrayObject_fields */
#define ARRAY_DATA 0
#define ARRAY_ND 8		/* int */
#define ARRAY_DIMENSIONS 16
#define ARRAY_DESCR 40
#define ARRAY_FLAGS 48		/* int */
#define ARRAY_BUFFER_INFO 64	/* from the struct's size 72 on: 1.20 */
#define ARRAY_SIZE_1_20 72

#define ARRAY_OWNDATA 4
#define MAX_ND 64		/* NPY_MAXDIMS; 32 in numpy 1 */

/*
 * PyArray_Descr:	numpy 1			numpy 2
 *	8		kind			kind
 *	11		flags, a char
 *	16		item size, an int	flags, 8 bytes
 *	24		subarray		item size, 8 bytes
 *	32		fields: an object	alignment, a small number
 */
#define DESCR_KIND 8
#define DESCR_FLAGS_1 11
#define DESCR_SIZE_1 16
#define DESCR_FLAGS_2 16
#define DESCR_SIZE_2 24
#define DESCR_ALIGNMENT_2 32
#define MAX_ALIGNMENT 4096

#define DESCR_HAS_OBJECTS 1	/* NPY_ITEM_REFCOUNT */

/* Behind that; in numpy 2 only dtypes that numpy 1 has, too, have them. */
#define DESCR_SUBARRAY_1 24
#define DESCR_FUNCTIONS_1 48
#define DESCR_METADATA_1 64
#define DESCR_SUBARRAY_2 72
#define DESCR_METADATA_2 96

/* PyVoidScalarObject */
#define VOID_DATA 0
#define VOID_DESCR 8
#define VOID_FLAGS 16

/* Kinds of items without pointers, if none of their fields is an object.  The
 * items of 'T', numpy 2's StringDType, may point to memory of their own. */
#define LEAF_KINDS "biufcmMSUV"

static bool is_numpy_2(struct python *py, raddr fields)
{
	uint64_t alignment = word_at(py, fields, DESCR_ALIGNMENT_2);

	return alignment > 0 && alignment < MAX_ALIGNMENT;
}

static uint64_t item_size(struct python *py, raddr descr)
{
	raddr fields = descr + py->layout.object_size;

	if (is_numpy_2(py, fields))
		return word_at(py, fields, DESCR_SIZE_2);
	return (uint32_t)int_at(py, fields, DESCR_SIZE_1);
}

static bool has_leaf_items(struct python *py, raddr descr)
{
	raddr fields = descr + py->layout.object_size;
	uint8_t kind = byte_at(py, fields, DESCR_KIND);
	uint8_t flags = byte_at(py, fields, is_numpy_2(py, fields) ?
						    DESCR_FLAGS_2 :
						    DESCR_FLAGS_1);

	return kind && strchr(LEAF_KINDS, kind) && !(flags & DESCR_HAS_OBJECTS);
}

/* The bytes of all items; 0: impossible. */
static uint64_t data_size(struct python *py, uint64_t size, raddr dimensions,
			  unsigned int nd)
{
	for (unsigned int i = 0; i < nd; i++)
		if (__builtin_mul_overflow(size, word_at(py, dimensions, i * 8),
					   &size))
			return 0;
	return size;
}

/*
 * PyArrayObject: the data unless they are another object's, one block with
 * shape and strides, and what was made for its buffers.  The pointer to the
 * last one has 2 added to it (numpy/core/src/multiarray/buffer.c).
 */
bool raw_read_ndarray(struct raw_reader *r)
{
	const uint32_t head = r->py->layout.object_size;
	raddr dimensions = raw_word(r, head + ARRAY_DIMENSIONS);
	raddr descr = raw_word(r, head + ARRAY_DESCR), info;
	uint32_t nd = (uint32_t)int_at(r->py, r->obj, head + ARRAY_ND);
	int32_t flags = int_at(r->py, r->obj, head + ARRAY_FLAGS);

	if (nd > MAX_ND || !descr)
		return false;
	raw_add(r, dimensions, (uint64_t)nd * 16, RAW_DIMENSIONS, RAW_LEAF);
	if (flags & ARRAY_OWNDATA)
		raw_add_sized(r, head + ARRAY_DATA,
			      data_size(r->py, item_size(r->py, descr),
					dimensions, nd), RAW_DATA,
			      has_leaf_items(r->py, descr) ? RAW_LEAF : 0);
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

	if (!is_numpy_2(r->py, r->obj + head)) {
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

	if (!descr)
		return false;
	if (int_at(r->py, r->obj, head + VOID_FLAGS) & ARRAY_OWNDATA)
		raw_add_sized(r, head + VOID_DATA, item_size(r->py, descr),
			      RAW_DATA,
			      has_leaf_items(r->py, descr) ? RAW_LEAF : 0);
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
