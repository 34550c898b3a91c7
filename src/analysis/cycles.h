/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/cycles.h - objects that keep each other alive.
 *
 * A cycle here is a strongly connected component: more than one object, or
 * one that refers to itself.
 *
 * In every CPython nearly all modules, classes and functions are in one giant
 * component: a function refers to the namespace of its module, that to the
 * function, an instance to its class, the class to its methods.  So an instance
 * that a global holds is in it as well.  This component hides the cycles that a
 * program made.  Therefore a component is marked CYCLE_MACHINERY if it has a
 * class in it, a module (an object of a module root, or of the type that most
 * of these have), or the namespace of a module root.  The components that are
 * left of it without these are added as CYCLE_WITHIN: cycles of data.
 */
#ifndef ANALYSIS_CYCLES_H
#define ANALYSIS_CYCLES_H

#include "analysis/graph/garbage.h"
#include "analysis/graph/path.h"
#include "analysis/graph/reach.h"

enum cycle_kind {
	CYCLE_DATA,		/* no class or module in it */
	CYCLE_MACHINERY,	/* a class, module or namespace is in it */
	CYCLE_WITHIN,		/* part of a CYCLE_MACHINERY, without these */
	NR_CYCLE_KINDS,
};
/* "data", "machinery", "within" */
extern const char *const cycle_kind_names[NR_CYCLE_KINDS];

enum cycle_state {
	CYCLE_GARBAGE,		/* the target's collector would free it now */
	CYCLE_HELD,		/* reachable from a known or native root */
	CYCLE_LOST,		/* unreachable, but the collector will not free
				 * it: an object in it, or one that refers to
				 * it, is untracked or frozen */
	NR_CYCLE_STATES,
};
/* "garbage", "held", "lost" */
extern const char *const cycle_state_names[NR_CYCLE_STATES];

/* cycle.flags */
#define CYCLE_HAS_DEL 1		/* an object's class has __del__ */
#define CYCLE_LEGACY_DEL 2	/* ... tp_del: never collected */
#define CYCLE_FINALIZED 4	/* some object's finalizer has run already */
#define CYCLE_SCANNED 8		/* some references in it are a guess */

struct cycle {
	uint64_t first;		/* index of its objects in cycles.members */
	uint32_t nr;		/* objects */
	uint32_t flags;		/* CYCLE_* as above */
	uint64_t bytes;		/* the sum of their heap_bytes() */
	enum cycle_kind kind;
	enum cycle_state state;
	uint32_t outer;		/* CYCLE_WITHIN: index of its component */
	oid telling;		/* its most telling object: see telling.h */
	oid entry;		/* CYCLE_HELD: the object nearest to a root */
	oid lowest;		/* the object of the lowest address */
};
VEC_DEFINE(cycle_vec, struct cycle);

struct cycles {
	/* Cycles of all kinds: most objects first, then most bytes, then lowest
	 * address. */
	struct cycle_vec all;
	struct oid_vec members;	/* the oids of each cycle, ascending */
	/* Garbage, without CYCLE_WITHIN, which would count twice. */
	uint32_t nr_garbage;
	uint64_t garbage_objects, garbage_bytes;
};

/* `reach` is of all of `h`, without search barriers; `garbage` is of `h`.  The
 * caller releases `*ret` by cycles_release(). */
void cycles_build(struct heap *h, const struct reach *reach,
		  const struct garbage *garbage, struct cycles *ret);
void cycles_release(struct cycles *c);

/*
 * A shortest closed path through the most telling object of `cycle`, which is
 * the first and the last step.  The caller owns it.
 */
void cycles_loop(const struct heap *h, const struct cycles *c,
		 const struct cycle *cycle, struct path *ret);

/* The chain that holds a CYCLE_HELD is reach_path(reach, cycle->entry, ret). */

#endif
