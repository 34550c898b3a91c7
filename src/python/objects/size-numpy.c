/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/objects/size-numpy.h"
#include "python/state/words.h"
#include "python/values/ndarray.h"

/* PyVoidScalarObject, which begins with PyVarObject: where its dtype is, from
 * the end of PyObject on. */
#define VOID_DESCR 16

uint64_t size_numpy_array(struct python *py, const struct pytype *t UNUSED,
			  raddr obj)
{
	struct ndarray a;

	if (!ndarray_read(py, obj, &a))
		return 0;
	return 16 * (uint64_t)a.nd +
	       (a.owns_data ? ndarray_data_size(py, &a) : 0);
}

#define SCALAR(bytes) \
	uint64_t size_numpy_##bytes(struct python *py UNUSED, \
				    const struct pytype *t UNUSED, \
				    raddr obj UNUSED) \
	{ \
		return bytes; \
	}

SCALAR(1)
SCALAR(2)
SCALAR(4)
SCALAR(8)
SCALAR(16)
SCALAR(32)

uint64_t size_numpy_void(struct python *py, const struct pytype *t UNUSED,
			 raddr obj)
{
	raddr descr = word_at(py, obj, py->layout.object_size + VOID_DESCR);
	struct ndarray_dtype dtype;

	if (!descr)
		return 0;
	ndarray_read_dtype(py, descr, &dtype);
	return dtype.size;
}
