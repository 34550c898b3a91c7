/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/stacks/stacks.h - a heap as a tree of stacks, for flame graphs.
 *
 * Profilers sum up samples by their stack of calls.  Here a sample is an
 * object, and its stack is the chain from a GC root to it:
 *
 *	module app				the root
 *	app.CACHE: dict				a step, and what it leads to
 *	[...]: app.Session
 *	.user: app.User
 *
 * Each object counts once, at a shortest chain as `pyheld chain` shows them
 * (analysis/graph/reach.h): it is one that exists, and that somebody can cut.
 * The dominator tree would not do: what two objects share has no dominator but
 * the root, so a profile would not say who holds it.  The sums are exact: all
 * objects and all heap_bytes() are in the tree.
 *
 * Chains become one stack where they differ in what says nothing:
 *
 *  - Indexes and keys are "[...]".  A key has its name if it is an identifier
 *    and all dicts at this place have at most STACKS_KEYS_MAX of these.
 *  - A __dict__ is part of its object, and code with all that is in it part
 *    of its function.
 *  - What is recursive (a linked list, a tree) is one frame: a step with the
 *    same text and type as one above it leads back there.
 *
 * Garbage, what native code holds and what is immortal have a root of their
 * own, and what a guessed reference leads to has a frame of its own.
 *
 * The tree is bounded: frames that say little are summed up as STACKS_CUT below
 * the frame that they would hang on.
 *
 * stacks-build.h makes it.
 */
#ifndef OUTPUT_STACKS_STACKS_H
#define OUTPUT_STACKS_STACKS_H

#include "analysis/graph/tally.h"
#include "heap/heap.h"

#define STACKS_TOP UINT32_MAX
#define STACKS_CUT "(left out)"
#define STACKS_KEYS_MAX 32

struct stacks_frame {
	/* The index of the frame that it hangs on, which is lower;
	 * STACKS_TOP: none. */
	uint32_t above;
	uint32_t name;		/* in stacks.names */
	/* Of a frame that hangs on none, what kind of root it is, static text:
	 * "module", "thread", "builtins", "type", "interpreter", "native code",
	 * "immortal", "garbage" or "left out"; else NULL. */
	const char *root;
	struct tally self;	/* the objects at this very place */
	struct tally sum;	/* and those at all frames below it */
};
VEC_DEFINE(stacks_frame_vec, struct stacks_frame);

/* A name that one frame or several have. */
struct stacks_name {
	uint64_t start;		/* in stacks.bytes; a NUL ends it */
	int32_t function;	/* in heap.frames: it is that function; -1:
				   it is none, or one that may not be told */
};
VEC_DEFINE(stacks_name_vec, struct stacks_name);

/* What of the objects a profile sums up. */
enum stacks_value { STACKS_BYTES, STACKS_OBJECTS, NR_STACKS_VALUES };
#define STACKS_VALUES "bytes|objects"

struct stacks {
	/* In preorder; of those that hang on one frame, STACKS_CUT first, then
	 * those of the most bytes. */
	struct stacks_frame_vec v;
	struct stacks_name_vec names;
	struct str bytes;	/* of the names */
	struct tally all;	/* of all frames: of the heap */
	uint32_t deepest;	/* frames of the longest stack */
	/* Frames that were summed up as STACKS_CUT: how many, and the bytes
	 * below which a frame was cut. */
	uint64_t nr_cut, least;
};

static inline const char *stacks_text(const struct stacks *s, uint32_t name)
{
	return s->bytes.s + s->names.v[name].start;
}

/* What of `t` is summed up. */
static inline uint64_t stacks_value(const struct tally *t,
				    enum stacks_value value)
{
	return value == STACKS_BYTES ? t->bytes : t->nr;
}

/* The indexes of frame `f` and those above it into `ret`, which has room for
 * s->deepest: the top comes last.  Returns how many. */
uint32_t stacks_way(const struct stacks *s, uint32_t f, uint32_t *ret);

/* Free what `s`, which stacks_build() made, owns. */
void stacks_release(struct stacks *s);

/* One line on what was cut, to be shown with the tree; adds nothing if nothing
 * was. */
void stacks_add_cut(const struct stacks *s, struct str *out);

#endif
