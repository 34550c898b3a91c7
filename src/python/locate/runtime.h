/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/runtime.h - which CPython of a target is read: its _PyRuntime,
 * its version, its build and its layout.
 *
 * A process may have several: a program with a CPython in it, and libpython for
 * something else.  The one that was started is taken.
 */
#ifndef PYTHON_LOCATE_RUNTIME_H
#define PYTHON_LOCATE_RUNTIME_H

#include "python/state/python.h"

/*
 * Sets of `py`: runtime, runtime_size (0: unknown), hexversion, minor, what its
 * build is, layout, layout_source, and by_search.  From then on symbols of
 * other CPythons in the target are not found: module.ignored.
 *
 * ERR_UNSUPPORTED: there is none, or one that can't be read.
 */
struct error *runtime_find(struct python *py) MUST_CHECK;

#endif
