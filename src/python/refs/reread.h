/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/reread.h - the references of one object of the heap, once more.
 */
#ifndef PYTHON_REFS_REREAD_H
#define PYTHON_REFS_REREAD_H

#include "python/refs/refs.h"

/*
 * Append the references of `o`, in the order of its edges, together with those
 * that the heap dropped because they lead to no object.  True: a reader found
 * them, with names if refs->named.  False: the emulator found them, without
 * names.
 */
bool reread_refs(struct python *py, oid o, struct refs *refs);

#endif
