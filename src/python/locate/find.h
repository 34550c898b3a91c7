/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/find.h - find CPython in a target: before the stop,
 * and after it.
 */
#ifndef PYTHON_LOCATE_FIND_H
#define PYTHON_LOCATE_FIND_H

#include "python/state/python.h"

/*
 * Version, build, layout and known types of the CPython in `t`, into a zeroed
 * `py`.  ERR_UNSUPPORTED: there is none, or one that can't be read.
 */
struct error *find_python(struct target *t, struct python *py) MUST_CHECK;

/*
 * In the snapshot: check the layout against what must hold, find interpreters
 * and what else is nobody's symbol.  ERR_CORRUPT names the failed check.
 */
struct error *find_in_snapshot(struct python *py) MUST_CHECK;

/* A positive int in sys.__dict__; false: not there. */
bool find_sys_int(struct python *py, const char *name, uint64_t *ret);

#endif
