/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/sites/allocation.h - where memory was allocated, as tracemalloc recorded
 * it.
 *
 * An allocation is a block that the target's tracemalloc traces.  Its traceback
 * is a run of sites, the most recent call first.  Blocks of the same traceback
 * share one.  All of it is owned by struct heap_allocations.
 */
#ifndef HEAP_ALLOCATION_H
#define HEAP_ALLOCATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"

struct heap_site {
	uint32_t file;		/* index in heap_allocations.files */
	uint32_t line;		/* 0: unknown */
};
VEC_DEFINE(heap_site_vec, struct heap_site);

struct heap_traceback {
	uint64_t first;		/* index in heap_allocations.sites */
	uint32_t nr;		/* of sites, from 1 */
	uint32_t total;		/* frames that there were; at least `nr`, but
				   CPython counts no further than 65,535 */
};
VEC_DEFINE(heap_traceback_vec, struct heap_traceback);

struct heap_allocation {
	uint64_t address, size;	/* of the block, bytes */
	uint32_t traceback;	/* index in heap_allocations.tracebacks */
	uint32_t domain;	/* 0: CPython's own allocators */
};
VEC_DEFINE(heap_allocation_vec, struct heap_allocation);

struct heap_allocations {
	/* Was tracemalloc looked for?  False: the capture is of a pyheld that
	 * did not know it. */
	bool known;
	/* Is `v` what tracemalloc traces?  False: it does not run, or it has
	 * no trace. */
	bool traced;
	struct heap_allocation_vec v; /* ascending by domain, then address */
	struct heap_traceback_vec tracebacks;
	struct heap_site_vec sites;
	struct str_vec files;	/* each name once, but for those that are
				   left out of a capture */
};

/* Free all that `a` owns; it is empty then. */
void heap_allocations_release(struct heap_allocations *a);

/* Sort `v`, and drop all but one of those of the same block.  Returns how many
 * were dropped. */
uint64_t heap_allocations_sort(struct heap_allocations *a);

/* Is `v` in order, do all indices lead to what is there, and is the sum of all
 * sizes at most INT64_MAX? */
bool heap_allocations_fit(const struct heap_allocations *a);

/*
 * The allocation of an object at `address`; NULL: it is not known.  A PyGC_Head
 * and a managed dict may lie before the object in its block.
 */
const struct heap_allocation *
heap_allocations_find(const struct heap_allocations *a, uint64_t address);

/* The site of the most recent call of a traceback. */
static inline struct heap_site
heap_allocations_site(const struct heap_allocations *a, uint32_t traceback)
{
	return a->sites.v[a->tracebacks.v[traceback].first];
}

#endif
