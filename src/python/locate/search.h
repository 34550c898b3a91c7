/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/search.h - find CPython when no symbol tells where it is, or
 * which version it is: by what must hold in its memory.
 */
#ifndef PYTHON_LOCATE_SEARCH_H
#define PYTHON_LOCATE_SEARCH_H

#include "python/state/python.h"

/*
 * Find _PyRuntime in the memory of `py->target`: set `runtime`,
 * `runtime_size` (0: unknown), `hexversion`, `free_threaded`, `debug`, and of
 * the known types type, object, dict, str and int.  False: there is none.
 */
bool search_runtime(struct python *py);

/*
 * The version of the CPython before 3.13 whose _PyRuntime is at py->runtime:
 * set `hexversion` to what its sys.hexversion is.  False: nothing agrees.  The
 * layout and the known types are undefined then as well as after success.
 */
bool search_version(struct python *py);

#endif
