/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/objects/interned-strs.h - how many strings are interned, and what they
 * take.
 *
 * A str says so itself, so they are noted while the objects are read, when its
 * head is in the cache.  They are summed up when the bytes of all are known.
 */
#ifndef PYTHON_OBJECTS_INTERNED_STRS_H
#define PYTHON_OBJECTS_INTERNED_STRS_H

#include "python/state/python.h"

struct interned_strs {
	struct oid_vec of[NR_INTERNINGS];
};

void interned_strs_release(struct interned_strs *s);
/* Add `o`, an object of exactly str, if it is interned.  Once for each. */
void interned_strs_note(struct python *py, oid o, struct interned_strs *s);
/* Set info.interned of the heap, which has the bytes of its objects. */
void interned_strs_sum(const struct interned_strs *s, struct heap *h);

#endif
