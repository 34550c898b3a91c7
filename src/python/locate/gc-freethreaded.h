/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/gc-freethreaded.h - the collector's objects of a build without
 * the GIL: those in mimalloc's heaps that ob_gc_bits says are tracked.
 */
#ifndef PYTHON_LOCATE_GC_FREETHREADED_H
#define PYTHON_LOCATE_GC_FREETHREADED_H

#include "python/state/python.h"

/*
 * Add the objects of all interpreters to the heap; they are counted for `hi`.
 * ERR_CORRUPT: no object lies in a block of mimalloc.
 */
struct error *gc_freethreaded_load(struct python *py,
				   struct heap_interpreter *hi) MUST_CHECK;

#endif
