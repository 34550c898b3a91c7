/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/async/async.h - find the facts of a generator, a task or a future.
 */
#ifndef HEAP_ASYNC_ASYNC_H
#define HEAP_ASYNC_ASYNC_H

#include "heap/heap.h"

/* The row of `o`, or NULL; the heap owns it. */
const struct heap_generator *async_generator_of(const struct heap *h, oid o);
const struct heap_future *async_future_of(const struct heap *h, oid o);

/* Is each row's object one of the heap's, and are they in order? */
bool async_fit(const struct heap *h);
#endif
