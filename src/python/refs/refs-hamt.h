/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/refs-hamt.h - the tree of a contextvars.Context.
 */
#ifndef PYTHON_REFS_REFS_HAMT_H
#define PYTHON_REFS_REFS_HAMT_H

#include "python/refs/refs.h"

/* Is `type` that of a node with pairs, or of a node with an array of nodes? */
bool refs_hamt_is_pairs(struct python *py, raddr type);
bool refs_hamt_is_array(struct python *py, raddr type);

/* The readers of these nodes. */
enum refs_result refs_hamt_pairs(struct python *py, raddr obj,
				 struct refs *ret);
enum refs_result refs_hamt_array(struct python *py, raddr obj,
				 struct refs *ret);

#endif
