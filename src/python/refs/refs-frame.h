/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/refs-frame.h - what frame objects and generators hold.
 */
#ifndef PYTHON_REFS_REFS_FRAME_H
#define PYTHON_REFS_REFS_FRAME_H

#include "python/refs/refs.h"

enum refs_result refs_frame(struct python *py, raddr obj, struct refs *ret);
/* Also of a coroutine and an async generator. */
enum refs_result refs_frame_generator(struct python *py, raddr obj,
				      struct refs *ret);

#endif
