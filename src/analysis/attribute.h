/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/attribute.h - whether `.name` finds what an instance's dict has.
 *
 * A data descriptor in a class (a property, a slot) comes before the
 * instance's own attribute of that name: Objects/object.c,
 * PyObject_GenericGetAttr().
 */
#ifndef ANALYSIS_ATTRIBUTE_H
#define ANALYSIS_ATTRIBUTE_H

#include "heap/heap.h"

/*
 * Does the class of `o` have a data descriptor for the dict's entry that is
 * named `key` ("['name']")?  False where that can't be seen.
 */
bool attribute_is_hidden(struct heap *h, oid o, const char *key);

#endif
