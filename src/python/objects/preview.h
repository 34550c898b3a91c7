/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/preview.h - what a report shows of one object.
 */
#ifndef PYTHON_OBJECTS_PREVIEW_H
#define PYTHON_OBJECTS_PREVIEW_H

#include "python/state/python.h"

/* Add the text of the object at `obj`, as heap/naming.h has it; false: it has
 * none. */
bool preview_text(struct python *py, const struct pytype *t, raddr obj,
		  struct str *ret);
/* len() of the object at `obj`; -1: it has none that pyheld knows. */
int64_t preview_length(struct python *py, const struct pytype *t, raddr obj);

#endif
