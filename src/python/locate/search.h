/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/search.h - find CPython in a core when no file and no symbol
 * tells where it is: by what must hold in its memory.
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

#endif
