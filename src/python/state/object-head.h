/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/state/object-head.h - the words that every object begins with, and
 * those before it.
 *
 * PyObject is in Include/object.h, PyGC_Head in Include/cpython/objimpl.h.
 */
#ifndef PYTHON_STATE_OBJECT_HEAD_H
#define PYTHON_STATE_OBJECT_HEAD_H

#include "python/state/python.h"

/* A PyGC_Head is before each object of the collector's; free-threaded builds
 * have none. */
#define GC_HEAD_SIZE 16

/* Its two words are _gc_next and _gc_prev; their low bits are flags. */
#define GC_LINK_MASK (~3ull)
#define GC_PREV_FINALIZED 1

/* ob_gc_bits of free-threaded builds: Include/internal/pycore_gc.h */
#define GC_BIT_TRACKED 1
#define GC_BIT_FINALIZED 2
#define GC_BIT_FROZEN 8
#define GC_BIT_DEFERRED 64	/* counts one reference more than there are */

/* object_head_refcount() of free-threaded builds. */
uint32_t object_head_split_refcount(const struct python *py, const uint8_t *p);

/*
 * The reference count of the object whose bytes `p` points at, as
 * heap.refcount has it: REFCOUNT_IMMORTAL for an immortal object, 0 for a dead
 * one.  layout.object_size bytes must be readable.
 */
static inline uint32_t object_head_refcount(const struct python *py,
					    const uint8_t *p)
{
	uint64_t full;
	uint32_t low;

	if (unlikely(py->free_threaded))
		return object_head_split_refcount(py, p);
	full = get_u64(p + py->layout.object_refcount);
	low = (uint32_t)full;
	/* From 3.12 on bit 31 of the low word marks immortal objects. */
	if (py->minor >= 12)
		return (int32_t)low < 0 ? REFCOUNT_IMMORTAL : low;
	return full >= REFCOUNT_IMMORTAL ? REFCOUNT_IMMORTAL : low;
}

/* From 3.11 on: where the managed dict of the object at `obj` is. */
static inline raddr object_head_managed_dict(const struct python *py,
					     raddr obj)
{
	return obj - (py->free_threaded ? 8 : 8 + GC_HEAD_SIZE);
}

/* In 3.11: where the pointer to the values of the object at `obj` is. */
static inline raddr object_head_values(raddr obj)
{
	return obj - 16 - GC_HEAD_SIZE;
}

#endif
