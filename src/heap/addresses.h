/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/addresses.h - find the object of a heap that is at an address.
 *
 * For heaps that come from files; a heap that is read from a target has the
 * object map instead.  It takes 8 to 16 bytes an object.  Where a file says
 * that several objects have one address, the first of them is found.
 *
 * The author of a file can't foresee where an address goes in the table, and
 * so can't make look-ups slow by choosing addresses.
 */
#ifndef HEAP_ADDRESSES_H
#define HEAP_ADDRESSES_H

#include "heap/heap.h"

struct addresses;

/*
 * An index of all objects of `h`, for the caller to free.  The heap must
 * outlive it, and get no more objects.
 */
struct addresses *addresses_new(const struct heap *h);

/* The object at `address`; OID_NONE: no object starts there. */
oid addresses_find(const struct addresses *a, uint64_t address);

/* NULL is fine. */
void addresses_free(struct addresses *a);

#endif
