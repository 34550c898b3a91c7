/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * graph.h - heaps for tests, from a line of text.
 *
 *	a->b b->c c->a; root m:a f:b; type app.Node/heap,del a b; refs a=2
 *
 * Sections are separated by `;`.  One without a keyword has edges `a->b`, in
 * the order of the references of `a`, and lone objects `a`.  Keywords:
 *
 *	root m:a	a counted root: m(odule), f(rame), b(uiltins), t(ype),
 *			i(nterpreter), n(ative), s(tack of a frame), a(texit
 *			callback); `m~:a` is not counted
 *	type NAME a b	their type, else "object"; NAME/class,heap,del,legacy,
 *			dict,descriptor
 *	class NAME=a	the class of this type, which is above, as an object
 *	refs a=2	the reference count, or a=immortal; else as many as the
 *			edges and the counted roots make
 *	gen a=255	the generation, else 2
 *	size a=100	else 16
 *	flags a=4	OBJECT_*
 *	unvisited a=2	the last 2 of its edges are not visited, else 0
 *	len a=3		heap_length(), else -1
 *	text a='x'	heap_preview(), else the name
 *	lru a=8:5	a functools.lru_cache: its bound (-1: none) and length
 *	deque a=8:5	a collections.deque: likewise
 *
 * A word with `#N` in it stands for N words with 0 .. N - 1 in its place:
 * `a->b#2` is `a->b0 a->b1`, `type T b#2` gives both that type.
 *
 * Objects get ids in the order in which they are named first, and addresses
 * 16 apart in that order.  An edge is named as its referent, without what
 * follows an `@`: `.x` is an attribute, `['x']` and `[3]` are items, `stack` a
 * slot of a stack, and what ends in ".d" is a `__dict__`.  These but for the
 * stack have an expression.  All else is a field of that name.  Errors in the
 * text end the test.
 */
#ifndef TESTS_UNIT_SUPPORT_GRAPH_H
#define TESTS_UNIT_SUPPORT_GRAPH_H

#include "analysis/graph/path.h"
#include "heap/heap.h"

void graph_build(struct heap *h, const char *text);

/* The object of this name, which must be there; its name. */
oid graph_oid(const struct heap *h, const char *name);
const char *graph_name(const struct heap *h, oid o);

/* "a b c" for a path; checks that every step's edge leads to its object. */
void graph_path(const struct heap *h, const struct path *p, struct str *ret);

/*
 * A random graph of `nr` objects and `nr_edges` edges; some roots, surplus
 * references, untracked, frozen, immortal and scanned objects, and classes
 * too.  The same `seed` gives the same.
 */
void graph_random(struct heap *h, unsigned int seed, uint32_t nr,
		  uint32_t nr_edges);

/* Numbers that are the same everywhere: 0 .. limit - 1. */
uint32_t graph_rand(uint64_t *state, uint32_t limit);

#endif
