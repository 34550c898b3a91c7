/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/tally.h - what to say of many objects: their types, and which one
 * of them tells most.
 */
#ifndef ANALYSIS_TALLY_H
#define ANALYSIS_TALLY_H

#include "heap/heap.h"

struct tally_type {
	uint32_t type;		/* index in heap.types */
	uint32_t nr;
	uint64_t bytes;
};
VEC_DEFINE(tally_type_vec, struct tally_type);

/* Their types: by objects, then name.  The caller owns the result. */
void tally_types(const struct heap *h, const oid *members, size_t nr,
		 struct tally_type_vec *ret);

/* Does `a` tell more than `b`?  The most: what has __del__, then what is of a
 * class made at run time; of equals the one of the lower address. */
bool tally_is_more_telling(const struct heap *h, oid a, oid b);

#endif
