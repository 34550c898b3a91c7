/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/values/ndarray.h - numpy's arrays and their dtypes as data.
 *
 * Their structs are part of numpy's ABI, and are as here in all builds of numpy
 * 1.7 and later on x86-64 (numpy/core/include/numpy/ndarraytypes.h).  What is
 * read is the target's word: no shape, stride or pointer is checked.
 */
#ifndef PYTHON_VALUES_NDARRAY_H
#define PYTHON_VALUES_NDARRAY_H

#include "python/state/python.h"

#define NDARRAY_MAX_ND 64	/* NPY_MAXDIMS; 32 in numpy 1 */

struct ndarray_dtype {
	bool is_numpy_2;	/* the struct is that of numpy 2 */
	uint8_t kind;		/* a letter: 'f', 'O' ...; 0: unreadable */
	bool has_objects;	/* items have pointers to objects */
	uint64_t size;		/* bytes of an item */
};

struct ndarray {
	raddr data, dimensions, base, descr;
	uint32_t nd;		/* dimensions; at most NDARRAY_MAX_ND */
	bool owns_data;
	struct ndarray_dtype dtype;
};

/* The dtype at `descr`. */
void ndarray_read_dtype(struct python *py, raddr descr,
			struct ndarray_dtype *ret);

/* The bytes of all items, wherever they are; 0: the shape is impossible. */
uint64_t ndarray_data_size(struct python *py, const struct ndarray *a);

/* The array at `obj`.  false: it is none, `*ret` is undefined. */
bool ndarray_read(struct python *py, raddr obj, struct ndarray *ret);

/* Is each item one pointer to an object, which the array owns?  NULL is an item
 * that nobody has set: None. */
static inline bool ndarray_has_objects(const struct ndarray *a)
{
	return a->owns_data && a->dtype.kind == 'O' && a->dtype.size == 8;
}

/* The items of an array, in the order of array.flat. */
struct ndarray_iter {
	struct python *py;
	uint64_t left;		/* items to come */
	uint32_t nd;
	uint64_t at;		/* address of the next item */
	uint64_t index[NDARRAY_MAX_ND];
	uint64_t length[NDARRAY_MAX_ND];
	uint64_t stride[NDARRAY_MAX_ND];
};

/* false: the shape is impossible, or can't be read. */
bool ndarray_iter_init(struct python *py, const struct ndarray *a,
		       struct ndarray_iter *ret);
/* The address of the next item.  Call it at most it->left times. */
raddr ndarray_iter_next(struct ndarray_iter *it);

#endif
