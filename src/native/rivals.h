/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/rivals.h - one owner of several who claim the same.
 *
 * Rule 8 of native/owners.h.
 */
#ifndef NATIVE_RIVALS_H
#define NATIVE_RIVALS_H

#include "native/owners.h"

/* Who claims a component: kind << 32 | id. */
struct rival {
	uint64_t who;
	uint32_t votes;		/* pointers that it has to it */
	uint32_t held;		/* by how many of the asked ones */
	uint32_t asked;		/* by whom it was counted last */
};
VEC_DEFINE(rival_vec, struct rival);

static inline uint64_t rival_of(enum owner_kind kind, uint32_t id)
{
	return (uint64_t)kind << 32 | id;
}

/* The component's claims, one by one; and the same as rivals, once each.  All
 * zeros has none. */
struct rivals {
	struct u64_vec claims;
	struct rival_vec all;
};

/*
 * Who of those in r->claims, which are not empty, is the owner?  If they share
 * it, that is a new entry of o->shared.  Empties `r`.
 */
struct owner rivals_settle(struct rivals *r, struct owners *o);
void rivals_release(struct rivals *r);

#endif
