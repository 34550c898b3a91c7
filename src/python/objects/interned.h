/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/interned.h - the dicts of interned strings.
 *
 * Such a dict maps each interned string to itself.  A string does not count
 * these two references, and leaves the dict when it is freed; immortal ones
 * stay (Objects/unicodeobject.c).
 */
#ifndef PYTHON_LOCATE_INTERNED_H
#define PYTHON_LOCATE_INTERNED_H

#include "python/state/python.h"

/*
 * Fill py->interned.  From 3.12 on an interpreter's state leads to its dict.
 * Until 3.11 there is one, in a static variable without a global symbol, so
 * the data of the file that has the runtime is searched for a pointer to such a
 * dict.  Where that is not in the target's memory, there is none.
 */
void interned_find(struct python *py);

#endif
