/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/claims/claims-missing.h - references that are counted, and that
 * neither an object nor a root of the heap has.
 *
 * Native code holds them, for example.  Few objects have any, and hardly one
 * has many: it takes a byte an object.
 */
#ifndef PYTHON_CLAIMS_CLAIMS_MISSING_H
#define PYTHON_CLAIMS_CLAIMS_MISSING_H

#include "heap/heap.h"

/* Objects that miss that many or more are listed. */
#define CLAIMS_MISSES_MANY UINT8_MAX

struct claims_many {
	oid object;
	uint32_t nr;
};
VEC_DEFINE(claims_many_vec, struct claims_many);

/* All zeros: not counted. */
struct claims_missing {
	uint8_t *nr;		/* by object, at most CLAIMS_MISSES_MANY */
	struct claims_many_vec many; /* ascending */
};

/* `known` is heap_known().  The caller releases *ret, which is all zeros
 * before. */
void claims_missing_count(struct claims_missing *ret, const struct heap *h,
			  const uint32_t *known);
void claims_missing_release(struct claims_missing *m);

/* How many references to `o` nobody has; 0: they were not counted. */
uint32_t claims_missing_of(const struct claims_missing *m, oid o);

/* Has nobody one or more of the references to `o`? */
static inline bool claims_missing_any(const struct claims_missing *m, oid o)
{
	return m->nr && m->nr[o];
}

#endif
