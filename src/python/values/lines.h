/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/values/lines.h - from an offset in bytecode to a source line.
 *
 * co_lnotab up to 3.9, co_linetable of 3.10, and the location table of 3.11
 * and later (Objects/locations.md, Objects/codeobject.c).
 */
#ifndef PYTHON_VALUES_LINES_H
#define PYTHON_VALUES_LINES_H

#include "python/values/frames.h"

/* The line that the frame is at; 0 unknown. */
int32_t lines_of_frame(struct python *py, const struct frame *f);

/* The line of the bytecode at `offset` bytes in the code object `code`; 0
 * unknown. */
int32_t lines_find(struct python *py, raddr code, int64_t offset);

#endif
