/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/roots-frames.h - locals and evaluation stacks of the frames of
 * threads and greenlets.
 */
#ifndef PYTHON_ROOTS_ROOTS_FRAMES_H
#define PYTHON_ROOTS_ROOTS_FRAMES_H

#include "python/roots/greenlets.h"
#include "python/roots/roots.h"

/*
 * The frames of the thread state at `thread`, newest first; `index` is that of
 * the thread in heap.threads.
 */
void roots_frames(struct roots *r, raddr thread, uint32_t index);

/* The frames of a suspended greenlet, newest first; `stack` is the index of
 * its stack in heap.stacks. */
void roots_frames_of_greenlet(struct roots *r, const struct greenlet *g,
			      uint32_t stack);

#endif
