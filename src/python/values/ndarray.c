/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/state/words.h"
#include "python/values/ndarray.h"

/* PyArrayObject_fields.  Offsets count from the end of PyObject, with which all
 * structs begin. */
#define ARRAY_DATA 0
#define ARRAY_ND 8		/* int */
#define ARRAY_DIMENSIONS 16	/* and strides behind them, in one block */
#define ARRAY_BASE 32
#define ARRAY_DESCR 40
#define ARRAY_FLAGS 48		/* int */

#define ARRAY_OWNDATA 4

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

void ndarray_read_dtype(struct python *py, raddr descr,
			struct ndarray_dtype *ret)
{
	raddr fields = descr + py->layout.object_size;
	uint64_t alignment = word_at(py, fields, DESCR_ALIGNMENT_2);
	bool new = alignment > 0 && alignment < MAX_ALIGNMENT;
	uint8_t flags = byte_at(py, fields, new ? DESCR_FLAGS_2 :
						  DESCR_FLAGS_1);

	*ret = (struct ndarray_dtype){
		.is_numpy_2 = new,
		.kind = byte_at(py, fields, DESCR_KIND),
		.has_objects = flags & DESCR_HAS_OBJECTS,
		.size = new ? word_at(py, fields, DESCR_SIZE_2) :
			      (uint32_t)int_at(py, fields, DESCR_SIZE_1),
	};
}

bool ndarray_read(struct python *py, raddr obj, struct ndarray *ret)
{
	raddr fields = obj + py->layout.object_size;
	int32_t flags = int_at(py, fields, ARRAY_FLAGS);

	*ret = (struct ndarray){
		.data = word_at(py, fields, ARRAY_DATA),
		.dimensions = word_at(py, fields, ARRAY_DIMENSIONS),
		.base = word_at(py, fields, ARRAY_BASE),
		.descr = word_at(py, fields, ARRAY_DESCR),
		.nd = (uint32_t)int_at(py, fields, ARRAY_ND),
		.owns_data = flags & ARRAY_OWNDATA,
	};
	if (ret->nd > NDARRAY_MAX_ND || !ret->descr)
		return false;
	ndarray_read_dtype(py, ret->descr, &ret->dtype);
	return true;
}

uint64_t ndarray_data_size(struct python *py, const struct ndarray *a)
{
	uint64_t size = a->dtype.size;

	for (uint32_t i = 0; i < a->nd; i++)
		if (__builtin_mul_overflow(size, word_at(py, a->dimensions,
							 i * 8), &size))
			return 0;
	return size;
}

bool ndarray_iter_init(struct python *py, const struct ndarray *a,
		       struct ndarray_iter *ret)
{
	const uint8_t *shape = memory_at(py->memory, a->dimensions,
					 (uint64_t)a->nd * 16);

	if (!shape && a->nd)
		return false;
	ret->py = py;
	ret->left = 1;
	ret->nd = a->nd;
	ret->at = a->data;
	for (uint32_t i = 0; i < a->nd; i++) {
		ret->index[i] = 0;
		ret->length[i] = get_u64(shape + (size_t)i * 8);
		ret->stride[i] = get_u64(shape + ((size_t)a->nd + i) * 8);
		if (__builtin_mul_overflow(ret->left, ret->length[i],
					   &ret->left))
			return false;
	}
	return true;
}

raddr ndarray_iter_next(struct ndarray_iter *it)
{
	raddr at = it->at;

	it->left--;
	for (uint32_t i = it->nd; i-- > 0;) {
		it->at += it->stride[i];
		if (++it->index[i] < it->length[i])
			break;
		it->at -= it->stride[i] * it->length[i];
		it->index[i] = 0;
	}
	return at;
}
