/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/find/suspects-types.h - the types of the newest heap by
 * name, for comparing with older heaps: the numbers of types are each heap's
 * own.
 *
 * For growth types of one name are taken together, as classes that are made
 * again and again have no other.
 */
#ifndef ANALYSIS_SUSPECTS_FIND_SUSPECTS_TYPES_H
#define ANALYSIS_SUSPECTS_FIND_SUSPECTS_TYPES_H

#include "analysis/suspects/suspect.h"

struct named_type {
	const char *name;
	uint64_t address;
	uint32_t type;		/* in heap.types */
};
VEC_DEFINE(named_type_vec, struct named_type);

/* Append the types of `h` that have a name, by name; of equal ones the lower
 * address first.  The names are the heap's. */
void suspects_types_sort(const struct heap *h, struct named_type_vec *ret);
/* The number of the first type of that name; UINT32_MAX: none has it, or `name`
 * is NULL. */
uint32_t suspects_types_find(const struct named_type_vec *v, const char *name);
/* The number of the type that is `t` of another heap of the same process: it
 * has that name and that address, or, if none has, that name. */
uint32_t suspects_types_find_same(const struct named_type_vec *v,
				  const struct heap_type *t);

/*
 * By how many bytes the objects of each type of s->heap grew since `older`, by
 * number of the type.  Those of equal names have the same value, that of all of
 * them.  The caller frees it.
 */
int64_t *suspects_types_growth(const struct suspects *s,
			       const struct heap *older);

#endif
