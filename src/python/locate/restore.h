/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/restore.h - CPython's static types, if a truncated core lacks
 * them.
 *
 * The data of a shared CPython lies behind the arenas, so that it is the first
 * to be lost, and without its static types no object can be read.  Most of what
 * they say never changes: names, sizes, functions.  So the data is taken from
 * the file, as it was when the process began.  What is set at run time (dicts,
 * reference counts, the runtime's state) is not there.
 */
#ifndef PYTHON_LOCATE_RESTORE_H
#define PYTHON_LOCATE_RESTORE_H

#include "target/target.h"

/*
 * Add to t->memory what is missing of a CPython's data, with a warning.
 *
 * ERR_CORRUPT: what was added overlaps what is there.
 */
struct error *restore_static_types(struct target *t) MUST_CHECK;

#endif
