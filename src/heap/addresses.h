/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/addresses.h - from addresses to the objects of a heap.
 *
 * For heaps that come from files: 8 to 16 bytes an object.  Where a file says
 * that more than one object has an address, it is the first one's.  Who makes
 * a file can't tell where an address will lie in the table, so that many in
 * one place would make it slow.
 */
#ifndef HEAP_ADDRESSES_H
#define HEAP_ADDRESSES_H

#include "heap/heap.h"

struct addresses {
	const uint64_t *address; /* the heap's */
	oid *slots;		/* open addressing; OID_NONE: free */
	unsigned int shift;
	uint64_t salt;
};

/* The heap must outlive it, and get no more objects. */
void addresses_build(const struct heap *h, struct addresses *ret);
oid addresses_find(const struct addresses *a, uint64_t address);
void addresses_release(struct addresses *a);

#endif
