/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/types/type-names.h - what classes are called.
 *
 * A static class has its name in tp_name.  A core may have left that out; then
 * modules and the classes' own dicts tell it.
 */
#ifndef PYTHON_TYPES_TYPE_NAMES_H
#define PYTHON_TYPES_TYPE_NAMES_H

#include "python/state/python.h"

/*
 * The tp_name of `type`, or what type_names_find() says.  NULL: it has none.
 * Untrusted bytes, valid as long as `py`.
 */
const char *type_names_of(struct python *py, raddr type);
/* Is its tp_name this one? */
bool type_names_is(struct python *py, raddr type, const char *name);

/*
 * "module.Class" as the class says it at run time, escaped; "" unknown.  The
 * caller frees it.
 */
char *type_names_full(struct python *py, const struct pytype *t);

/*
 * The name of a type whose tp_name a core left out; where nothing tells it,
 * one made of its address.  NULL: `type` is no such type.  Valid as long as
 * `py`.
 */
const char *type_names_find(struct python *py, raddr type);
/*
 * The type of that name among those, or if CPython was found by a search, among
 * all static types that modules and their types lead to; 0: none.
 */
raddr type_names_address(struct python *py, const char *name);
void type_names_release(struct python *py);

#endif
