/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/attribute.h - does `.name` give the entry of an instance's __dict__?
 *
 * A data descriptor in a class (a property, a slot) comes before the
 * instance's own attribute of that name: Objects/object.c,
 * PyObject_GenericGetAttr().
 */
#ifndef ANALYSIS_ATTRIBUTE_H
#define ANALYSIS_ATTRIBUTE_H

#include "heap/heap.h"

/*
 * Does the class of `o` have a data descriptor for the entry of its __dict__
 * whose key is the str `name`?  False also if the heap does not have the class,
 * its __mro__ or their dicts.
 */
bool attribute_is_hidden(struct heap *h, oid o, const char *name);

#endif
