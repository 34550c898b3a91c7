/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/gc.h - the collector's generation lists.
 *
 * struct _gc_runtime_state of Include/internal/pycore_gc.h.
 */
#ifndef PYTHON_LOCATE_GC_H
#define PYTHON_LOCATE_GC_H

#include "python/state/python.h"

/*
 * Fill interp->gc from the layout, and check it while the target runs.
 * ERR_CORRUPT: the lists can't be where the layout says.
 */
struct error *gc_locate(struct python *py, struct interpreter *interp)
	MUST_CHECK;

/* The gate of a snapshot: it is closed while a collection runs, in any
 * interpreter. */
struct gate gc_gate(const struct python *py);

/*
 * Add the objects of all lists with their generations to the heap, and fill
 * heap.interpreters.  ERR_CORRUPT: the lists are damaged.
 */
struct error *gc_load(struct python *py) MUST_CHECK;

#endif
