/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/cycles.h - objects that keep each other alive.
 *
 * A cycle here is a strongly connected component: more than one object, or
 * one that refers to itself.
 *
 * In a CPython nearly all modules, classes and functions are one giant
 * component: a function refers to its module's names, these to the function,
 * an instance to its class, the class to its methods.  So an instance that a
 * global holds is in it as well.  That is true, and hides the cycles that
 * somebody made.  Therefore a component that has a class, a module (an entry
 * of the module roots, or of the type of most of these) or the namespace of a
 * module root in it is marked CYCLE_MACHINERY, and the components that are
 * left of it without these follow as CYCLE_WITHIN: cycles of data.
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
	CYCLE_HELD,		/* a root reaches it, which may be native */
	CYCLE_LOST,		/* no root reaches it, nor will the collector
				 * free it: something in it or that leads to it
				 * is untracked or frozen */
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
	uint64_t first;		/* of its objects in cycles.members */
	uint32_t nr;
	uint32_t flags;
	uint64_t bytes;
	enum cycle_kind kind;
	enum cycle_state state;
	uint32_t outer;		/* CYCLE_WITHIN: index of its component */
	oid telling;		/* its most telling object: with __del__, of a
				 * class made at run time, else any */
	oid entry;		/* HELD: the one nearest to a root */
	oid lowest;		/* the one of the lowest address */
};
VEC_DEFINE(cycle_vec, struct cycle);

struct cycles {
	/* By objects, then bytes, then lowest address; all kinds. */
	struct cycle_vec all;
	struct oid_vec members;	/* of each cycle, ascending oids */
	/* Without CYCLE_WITHIN, which would count twice: */
	uint32_t nr_garbage;
	uint64_t garbage_objects, garbage_bytes;
};

/* `reach` is of all of `h` without ends. */
void cycles_build(struct heap *h, const struct reach *reach,
		  const struct garbage *garbage, struct cycles *ret);
void cycles_release(struct cycles *c);

/*
 * The edges that close it: a shortest closed path through its most telling
 * object, which is the first and the last step.  The caller owns it.
 */
void cycles_loop(const struct heap *h, const struct cycles *c,
		 const struct cycle *cycle, struct path *ret);

/* Who holds a CYCLE_HELD: reach_path(reach, cycle->entry, ret). */

#endif
