/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/stacks/stacks-build.h - make the tree of stacks of a heap.
 *
 * Linear in objects and references.  Takes 21 bytes an object while it is
 * built, and some hundred bytes a frame.
 */
#ifndef OUTPUT_STACKS_STACKS_BUILD_H
#define OUTPUT_STACKS_STACKS_BUILD_H

#include "base/error.h"
#include "output/stacks/stacks.h"

#define STACKS_MAX_FRAMES 20000

/*
 * Build the tree of `h`, which must have details (session_open_details() or a
 * capture), of about `max` frames: those of the most bytes, and for each at
 * most one STACKS_CUT.  The caller releases `*ret` by stacks_release(), also
 * after an error.
 *
 * ERR_UNSUPPORTED: the heap has no details.  ERR_CORRUPT: the capture is
 * damaged.
 */
struct error *stacks_build(struct heap *h, size_t max,
			   struct stacks *ret) MUST_CHECK;

#endif
