/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/names/names.h - from a ref_name to the words of a heap_name.
 */
#ifndef PYTHON_NAMES_NAMES_H
#define PYTHON_NAMES_NAMES_H

#include "heap/naming.h"
#include "python/refs/refs.h"

/*
 * Fill `*n` with the name of a reference from an instance of `type`.  Not for
 * the kinds that enum code_kind has: heap/naming.h makes their words.
 */
void names_make(struct python *py, raddr type, const struct ref_name *ref,
		struct heap_name *n);
/* heap_type.subscript of instances of `t`. */
uint8_t names_subscript(struct python *py, const struct pytype *t);

#endif
