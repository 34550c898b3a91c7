/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/known.h - how many of the references that an object counts are known.
 */
#ifndef HEAP_KNOWN_H
#define HEAP_KNOWN_H

#include "heap/heap.h"

/*
 * For each object: the edges that own a reference to it, its counted roots, and
 * what heap_nobodys() says.  A known reference need not be counted: the number
 * may be higher than heap.refcount.  The caller frees the array, which has
 * h->nr_objects items.  heap.borrowed must be sorted.
 */
uint32_t *heap_known(const struct heap *h);

#endif
