/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/object.h - what an object of a heap is called, and its flags.
 *
 * An object is a dense 32-bit id (oid): 0 .. heap.nr_objects - 1.  The columns
 * of struct heap are indexed by it.
 */
#ifndef HEAP_OBJECT_H
#define HEAP_OBJECT_H

#include <stdint.h>

#include "base/vec.h"

typedef uint32_t oid;
#define OID_NONE UINT32_MAX	/* no object */
VEC_DEFINE(oid_vec, oid);

/* heap.refcount[]: an immortal object, or a count of 2^32 - 1 or more. */
#define REFCOUNT_IMMORTAL UINT32_MAX

/* Counts from here on say nothing: the data of 3.11's frozen modules begins at
 * 999999999, and nobody has 8 GB of references to one object. */
#define REFCOUNT_FROZEN 900000000

/* heap.generation[]: 0, 1, 2 or one of these. */
#define GENERATION_UNTRACKED 255 /* the collector does not track it */
#define GENERATION_PERMANENT 3	/* gc.freeze() */

/* heap.flags[] */
#define OBJECT_FINALIZED 1	/* its finalizer has run already */
#define OBJECT_EMULATED 2	/* references by its emulated tp_traverse */
#define OBJECT_SCANNED 4	/* references by a scan for pointers: see
				   heap_is_guess() */
#define OBJECT_UNREAD 8		/* its references could not be read */
#define OBJECT_WEAK_REFERENT 16	/* some weak reference points to it */
#define OBJECT_BORROWS 32	/* it does not own all references that it has:
				   see heap_owns() */
#define OBJECT_DEFERRED 64	/* only the collector frees it: one of the
				   references that it counts is nobody's */
#define OBJECT_KEEPS_NOTHING 128 /* its referents die although it refers to
				    them: see heap_keeps() */

#endif
