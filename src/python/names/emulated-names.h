/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/names/emulated-names.h - names for references that the emulator found.
 */
#ifndef PYTHON_NAMES_EMULATED_NAMES_H
#define PYTHON_NAMES_EMULATED_NAMES_H

#include "python/refs/refs.h"

/*
 * How the object at `obj`, an instance of `t`, holds what its emulated
 * tp_traverse visited, to[0 .. nr - 1]: append `nr` names to `ret`.
 */
void emulated_names_find(struct python *py, const struct pytype *t, raddr obj,
			 const raddr *to, size_t nr,
			 struct ref_name_vec *ret);

#endif
