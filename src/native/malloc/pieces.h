/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/pieces.h - the main arena where brk() failed.
 *
 * Something may be mapped behind the heap, or a limit forbids it to grow.
 * malloc then takes pieces of anonymous memory, and chunks lie in them as in
 * the heap.  Nothing leads to a piece.  It begins with a page, and its chunks
 * end at a page, either with the arena's top or with two chunks of 16 bytes.
 * (They are to have 1 MiB or more.  In 2.36, where two arguments of
 * sysmalloc_mmap_fallback() are confused, they have less.)
 */
#ifndef NATIVE_MALLOC_PIECES_H
#define NATIVE_MALLOC_PIECES_H

#include "native/malloc/chunks.h"

/* Walk the chunks of all pieces. */
void pieces_walk(struct chunks *c);

#endif
