/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/gil.h - which thread holds the GIL.
 */
#ifndef PYTHON_LOCATE_GIL_H
#define PYTHON_LOCATE_GIL_H

#include "python/state/python.h"

/*
 * Where the process says it, for a snapshot.  Nothing is said (all is 0) of
 * builds without a GIL, and where interpreters have GILs of their own.
 */
struct holder_words gil_words(struct python *py);

/* In a snapshot: have all interpreters that GIL? */
bool gil_is_common(struct python *py, const struct holder_words *words);

#endif
