/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/frame-chunks.h - the memory of CPython's own stacks for frames.
 *
 * Since 3.11 each thread state has a stack of chunks, in which the frames of
 * Python functions lie (Include/cpython/pystate.h, struct _stack_chunk).  Each
 * chunk has a mapping of its own.
 */
#ifndef PYTHON_MEMORY_FRAME_CHUNKS_H
#define PYTHON_MEMORY_FRAME_CHUNKS_H

#include "native/native.h"
#include "python/state/python.h"

/* Claim the chunks of all threads of all interpreters: REGION_FRAMES. */
void frame_chunks_claim(struct python *py, struct native *n);

/*
 * Claim chunks that no thread state has any more.  A process that was forked
 * from one with several threads drops their thread states, and keeps their
 * chunks for ever (seen in 3.12).  They are looked for in what nobody else has
 * claimed.
 */
void frame_chunks_claim_lost(struct python *py, struct native *n);

#endif
