/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/lump.h - raw blocks that several objects hold.
 *
 * A lump is memory that several objects have pointers to and that none of them
 * clearly owns.  It is freed when the last of them goes, so its bytes are in
 * the retained size of what all its holders are retained by.  A lump is no
 * object: it is not counted, and has no type and no edges.
 */
#ifndef HEAP_LUMP_H
#define HEAP_LUMP_H

#include "heap/object.h"

struct heap_lump {
	uint64_t bytes;		/* of its blocks, as in heap.bytes */
	uint64_t first;		/* in heap.lump_holders */
	uint32_t nr;
};
VEC_DEFINE(heap_lump_vec, struct heap_lump);

/* An object, or an earlier lump. */
struct heap_lump_holder {
	oid object;		/* OID_NONE: a lump */
	uint32_t lump;
};
VEC_DEFINE(heap_lump_holder_vec, struct heap_lump_holder);

#endif
