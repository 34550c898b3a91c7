/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/load.h - fill the heap; and read one object's references again.
 */
#ifndef PYTHON_LOAD_H
#define PYTHON_LOAD_H

#include "python/state.h"

/*
 * The references of an object of the heap, in the order of its edges, but
 * with those that the heap dropped because they lead to no object.
 * True: by a reader that gives names (when refs->named); false: by the
 * emulator or a scan, without names.
 */
bool load_refs_again(struct python *py, oid o, struct refs *refs);

#endif
