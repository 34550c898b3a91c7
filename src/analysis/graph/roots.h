/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/graph/roots.h - the GC roots, where searches start.
 *
 * Known roots are the places in heap.roots.  Native roots are found by
 * counting: an object that is unreached, but has more references than the graph
 * accounts for, is held by native code.
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
	/* Index in heap.roots; ROOT_NO_PLACE: a root found by counting. */
	uint32_t place;
	/*
	 * Of a root found by counting: how many of its references the graph
	 * does not account for; REFCOUNT_IMMORTAL: the object is immortal, so
	 * that nothing need hold it; 0: it is garbage (reach_add_garbage()).
	 */
	uint32_t surplus;
};
VEC_DEFINE(root_vec, struct root);

/*
 * How telling a kind of root is; 0 is the most telling.  Of two chains of equal
 * length the one from the root of the lower rank is taken.
 */
extern const uint8_t roots_rank[NR_ROOT_KINDS];

/*
 * Is it a slot of a frame's evaluation stack?  Such a root is temporary: no
 * name holds the object, and soon nothing may.  So a chain starts there only if
 * no other known root reaches the object.
 */
bool roots_is_temporary(const struct heap *h, const struct root *root);

/* Append all of heap.roots, sorted by rank; equal ones keep their order. */
void roots_known(const struct heap *h, struct root_vec *ret);

/*
 * How many references to each object all objects' references and all counted
 * roots account for.  References from a scan for pointers account for nothing:
 * it is better to call garbage held than a held object garbage.  The caller
 * frees the array, which has h->nr_objects items.
 */
uint32_t *roots_count(const struct heap *h);

/*
 * Append a native root for each object whose `distance` (see struct reach) is
 * ROOTS_UNREACHED and that has more references than `known`, which
 * roots_count() gave.  `known` may be NULL: they are counted then, if it is
 * needed.
 */
void roots_native(const struct heap *h, const uint32_t *known,
		  const uint32_t *distance, struct root_vec *ret);

/*
 * How many references each object of the type has that no tp_traverse visits,
 * though their owner is known.  1 for a link of a functools.lru_cache: the
 * cache has its links in a list, which its traverse leaves out
 * (lru_cache_tp_traverse() in Modules/_functoolsmodule.c, 3.8 to 3.15).
 */
uint32_t roots_unvisited(const struct heap_type *type);

/* Append a root for each immortal object whose `distance` is
 * ROOTS_UNREACHED. */
void roots_immortal(const struct heap *h, const uint32_t *distance,
		    struct root_vec *ret);

/*
 * Is it an interned string that no longer goes away?  A dict that keeps its
 * referents only as long as they live (OBJECT_KEEPS_NOTHING) and that is a
 * known root has it, and it is immortal.
 */
bool roots_is_interned(const struct heap *h, oid o);

/* The namespace of a module: the object to which its reference `__dict__`
 * leads. */
struct namespace {
	oid module, object;
	uint32_t edge;
};
VEC_DEFINE(namespace_vec, struct namespace);

/* At most this many references of an object are asked for their names. */
#define ROOTS_NAMESPACE_EDGES_MAX 1024

/* The index of the first of these references of `o` (of any type) that is named
 * `__dict__`; UINT32_MAX: there is none. */
uint32_t roots_namespace_edge(struct heap *h, oid o);

/* Append the namespaces of all module roots, in their order, deduplicated. */
void roots_namespaces(struct heap *h, struct namespace_vec *ret);

#endif
