/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/heaps.h - where the heaps of the arenas are.
 *
 * The main arena has the memory that brk() gave, [heap].  Where brk() failed,
 * because something is mapped in its way, it goes on in pieces of anonymous
 * memory.  The heaps of other arenas lie at multiples of 64 MiB, or of less
 * (tunable hugetlb), and begin with struct heap_info.
 */
#ifndef NATIVE_MALLOC_HEAPS_H
#define NATIVE_MALLOC_HEAPS_H

#include "native/malloc/chunks.h"

/* Walk the chunks of all heaps. */
void heaps_walk(struct chunks *c);

#endif
