/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/roots.h - where searches start.
 *
 * Known roots are the places in heap.roots.  Native roots are found by
 * counting: an object that no known root reaches, yet with more references
 * than the graph accounts for, is held by somebody whom nobody knows.
 */
#ifndef ANALYSIS_GRAPH_ROOTS_H
#define ANALYSIS_GRAPH_ROOTS_H

#include "heap/heap.h"

#define ROOT_NO_PLACE UINT32_MAX
/* In a column of distances: no root reaches the object. */
#define ROOTS_UNREACHED UINT32_MAX

struct root {
	oid object;
	enum root_kind kind;
	/* Index in heap.roots; ROOT_NO_PLACE: found by counting. */
	uint32_t place;
	/*
	 * Found by counting: how many references are unaccounted for, or
	 * REFCOUNT_IMMORTAL: an immortal object, which nobody need hold; 0:
	 * garbage (see reach_add_garbage()).
	 */
	uint32_t surplus;
};
VEC_DEFINE(root_vec, struct root);

/*
 * How telling a kind of root is, 0 the most: of two ways of equal length the
 * one from the lower rank is shown.
 */
extern const uint8_t roots_rank[NR_ROOT_KINDS];

/*
 * What a frame computes with right now: no name holds it, and a moment later
 * nothing may.  It explains only what nothing else does.
 */
bool roots_is_temporary(const struct heap *h, const struct root *root);

/* Add all of heap.roots, by rank, else in their order there. */
void roots_known(const struct heap *h, struct root_vec *ret);

/*
 * Add a native root for each object whose `distance` (see struct reach) is
 * ROOTS_UNREACHED and that has more references than all objects' references
 * and all counted roots account for.  What was only scanned for pointers
 * accounts for nothing: to say "held" of garbage is better than "garbage" of
 * what is held.
 */
void roots_native(const struct heap *h, const uint32_t *distance,
		  struct root_vec *ret);

/*
 * How many references each object of the type has that nothing visits, though
 * it is known who owns them: the links of functools.lru_cache are in a list of
 * the cache, whose traverse leaves them out (lru_cache_tp_traverse() of
 * CPython's Modules/_functoolsmodule.c, 3.8 to 3.15).
 */
uint32_t roots_unvisited(const struct heap_type *type);

/* Add the immortal objects that are still unreached. */
void roots_immortal(const struct heap *h, const uint32_t *distance,
		    struct root_vec *ret);

/* A module's names: the object that its edge `__dict__` leads to. */
struct namespace {
	oid module, object;
	uint32_t edge;
};
VEC_DEFINE(namespace_vec, struct namespace);

/* Of an object's references so many are asked for their names. */
#define ROOTS_NAMESPACE_EDGES_MAX 1024

/* The first edge of `o`, a module or another, that is named `__dict__`, if it
 * is among so many; UINT32_MAX: none. */
uint32_t roots_namespace_edge(struct heap *h, oid o);

/* Add those of all module roots, in their order, each module once. */
void roots_namespaces(struct heap *h, struct namespace_vec *ret);

#endif
