/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/size-dict.h - the size of a dict and of its table of keys.
 */
#ifndef PYTHON_OBJECTS_SIZE_DICT_H
#define PYTHON_OBJECTS_SIZE_DICT_H

#include "python/state/words.h"

/* dict.__sizeof__(), in bytes, without what lies before the object. */
uint64_t size_dict(struct python *py, const struct pytype *t, raddr obj);
/* The size of a PyDictKeysObject, in bytes; `keys` are its first bytes, as many
 * as keys_indices of the layout. */
uint64_t size_dict_keys(const struct python *py, struct words keys);

#endif
