/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/chunk.h - struct malloc_chunk of glibc: 8 bytes that belong to
 * the chunk before it, and a size with flags in its low bits.
 */
#ifndef NATIVE_MALLOC_CHUNK_H
#define NATIVE_MALLOC_CHUNK_H

#define CHUNK_FLAGS UINT64_C(7)
#define CHUNK_PREVIOUS_IN_USE 1
#define CHUNK_MAPPED 2
#define CHUNK_NOT_MAIN 4
#define CHUNK_HEADER 16		/* from a chunk to what the program got */
#define CHUNK_MIN 32
#define CHUNK_ALIGN 16
/* The two last chunks of a piece of the heap, if another one follows it. */
#define CHUNK_FENCE UINT64_C(16)

#endif
