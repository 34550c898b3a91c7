/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/chain.h - what keeps an object, or any of many, alive.
 *
 * The targets are one object or many (all of some types).  A chain is a
 * shortest way from a root to a target that passes through no other target
 * and no object twice.  Its last holder is what refers to the target itself:
 * an object, or a root's place.
 *
 * Of all holders the nearest to roots come first, each with one chain.  When
 * there are fewer holders than chains wanted, more references of the same
 * holders follow, in turns.  Order: held by a known root before held natively;
 * distance; the more telling way (see reach.h); holders of more targets
 * first; address.
 */
#ifndef ANALYSIS_CHAIN_H
#define ANALYSIS_CHAIN_H

#include "analysis/graph/path.h"
#include "analysis/graph/reach.h"
#include "analysis/graph/referrers.h"

struct chain_options {
	size_t count;		/* chains wanted */
	size_t holders;		/* of an unreached target: so many listed */
};
#define CHAIN_OPTIONS_DEFAULT { .count = 1, .holders = 10 }

struct chain {
	struct root root;
	/* From the root's object to the target, which is the last step; a
	 * single step: the target is the root's object. */
	struct path steps;
	/* How many references to targets the last holder has: 1 for a place. */
	uint32_t nr_held;
};
VEC_DEFINE(chain_vec, struct chain);

struct chains {
	struct chain_vec v;
	/* All there are, shown or not: objects and places that hold targets,
	 * are reached without going through one and are no targets. */
	uint64_t nr_holders;
	/* Of an object that holds more than half of the targets, where it is
	 * none of those in `v`; else without steps. */
	struct chain most;
	/*
	 * Where no root leads to any target: it is held by garbage, or by
	 * nothing.  The rest tells of the lowest-addressed target.
	 */
	bool unreached;
	oid example;
	/* A shortest way to it from a cycle of garbage, and that cycle: closed,
	 * it begins and ends with the first step of `from_cycle`.  Both are
	 * empty when no cycle leads to it. */
	struct path cycle, from_cycle;
	struct referrers holders;
};

/*
 * `targets`: `nr` objects of `h`, in any order, none twice.  None at all:
 * no chains, and not `unreached`.
 */
void chain_find(struct heap *h, const oid *targets, size_t nr,
		const struct chain_options *options, struct chains *ret);
void chain_release(struct chains *c);

#endif
