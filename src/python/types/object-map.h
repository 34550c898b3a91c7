/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/types/object-map.h - from an address to its oid, in constant time;
 * adding objects to the heap.
 */
#ifndef PYTHON_TYPES_OBJECT_MAP_H
#define PYTHON_TYPES_OBJECT_MAP_H

#include "python/state/python.h"

struct error *object_map_init(struct python *py) MUST_CHECK;
void object_map_release(struct python *py);

/* The oid of the object at `addr` if it was added, else OID_NONE. */
oid object_map_find(struct python *py, raddr addr);

/*
 * The oid of the object at `addr`.  Adds it to the heap, and its class to
 * py->types, if it looks like an object: aligned, mapped, alive, its type is a
 * class.  OID_NONE: it does not; or it was not added, and py->complete is set.
 */
oid object_map_add(struct python *py, raddr addr);

#endif
