/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * brute.h - the slow and plain way to what analysis/ finds cleverly.
 *
 * For graphs of some dozens of objects; written from the words of the headers,
 * not from the code that is tested.
 */
#ifndef TESTS_UNIT_SUPPORT_BRUTE_H
#define TESTS_UNIT_SUPPORT_BRUTE_H

#include "heap/heap.h"

#define BRUTE_MAX 64

/* What reach_build() should say of each object. */
#define BRUTE_UNREACHED 4	/* as a round */

struct brute_way {
	unsigned int round;	/* 0 known, 1 stack, 2 native, 3 immortal */
	uint32_t distance;
	unsigned int penalty;	/* within its round */
};
/* Is `o` of a class, or a class, that the module of this name does not define?
 * NULL: it is no module. */
bool brute_is_foreign(const struct heap *h, const char *module, oid o);
void brute_reach(struct heap *h, const bool *ends,
		 struct brute_way ways[BRUTE_MAX]);

/* Do the objects reach each other, in how many steps?  UINT32_MAX: never;
 * ret[o][o] is the shortest cycle through `o`.  NULL `within`: all. */
void brute_distances(const struct heap *h, const bool *within,
		     uint32_t ret[BRUTE_MAX][BRUTE_MAX]);

/* Which objects the collector would find. */
void brute_garbage(const struct heap *h, bool ret[BRUTE_MAX]);

/* References to `o` that are no guess, from objects and counted roots. */
uint32_t brute_known(const struct heap *h, oid o);

#endif
