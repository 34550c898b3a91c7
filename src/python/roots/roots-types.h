/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/roots-types.h - what the state of static types holds.
 */
#ifndef PYTHON_ROOTS_ROOTS_TYPES_H
#define PYTHON_ROOTS_ROOTS_TYPES_H

#include "python/roots/roots.h"

/* The state of static builtin types in r->interpreter: 3.12 and later. */
void roots_types(struct roots *r);
/*
 * The roots of the static types among the objects from `from` on; roots_load()
 * did those that were there.  Call it for objects that were found since, until
 * it adds none.
 */
void roots_types_load(struct python *py, oid from);

#endif
