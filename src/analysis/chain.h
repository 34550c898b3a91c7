/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/chain.h - reference chains: what keeps an object, or any of many,
 * alive.
 *
 * The targets are one object or many (all objects of some types).  A chain is a
 * shortest path from a GC root to a target that passes through no other target
 * and through no object twice.  Its last holder is the object, or the place
 * that is a root, that refers to the target itself.
 *
 * The holders nearest to roots come first, with one chain each.  If there are
 * fewer holders than chains wanted, chains over more references of the same
 * holders follow, in turns.  Holders are sorted by: known root before native
 * root; distance; the more telling chain (see reach.h); more targets held;
 * address.
 */
#ifndef ANALYSIS_CHAIN_H
#define ANALYSIS_CHAIN_H

#include "analysis/graph/path.h"
#include "analysis/graph/reach.h"
#include "analysis/graph/referrers.h"

struct chain_options {
	size_t count;		/* at most this many chains */
	size_t holders;		/* list at most this many references to an
				   unreached target */
};
#define CHAIN_OPTIONS_DEFAULT { .count = 1, .holders = 10 }

struct chain {
	struct root root;
	/* From the root's object to the target, which is the last step.  If
	 * there is a single step, the target is the root's object. */
	struct path steps;
	/* How many references to targets the last holder has; 1 of a place. */
	uint32_t nr_held;
};
VEC_DEFINE(chain_vec, struct chain);

struct chains {
	struct chain_vec v;
	/* All holders, shown or not: objects and places that refer to targets,
	 * are no targets, and are reachable without going through one. */
	uint64_t nr_holders;
	/* A chain to the object that holds more than half of the targets, if
	 * it is the last holder of no chain in `v`; else it has no steps. */
	struct chain most;
	/*
	 * No target is reachable from a root: only garbage, or nothing, holds
	 * them.  The rest is about one of them, `example`: the target of the
	 * lowest address.
	 */
	bool unreached;
	oid example;
	/* The nearest cycle of garbage that leads to it: a closed path; and a
	 * shortest chain from there to it.  Both begin with the same object,
	 * and both are empty if no cycle leads to it. */
	struct path cycle, from_cycle;
	struct referrers holders;
};

/*
 * Find chains to the targets: `nr` objects of `h`, in any order, deduplicated.
 * If `nr` is 0, there are no chains, and `unreached` is false.  The caller
 * releases `*ret` by chain_release().
 */
void chain_find(struct heap *h, const oid *targets, size_t nr,
		const struct chain_options *options, struct chains *ret);
void chain_release(struct chains *c);

#endif
