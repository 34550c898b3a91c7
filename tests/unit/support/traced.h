/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traced.h - allocations of a heap, as tracemalloc would have recorded them.
 *
 *	traced_add(&h.allocations, 0x1000, 64, "app.py:7 main.py:1");
 *	heap_allocations_sort(&h.allocations);
 */
#ifndef TESTS_UNIT_SUPPORT_TRACED_H
#define TESTS_UNIT_SUPPORT_TRACED_H

#include "heap/sites/allocation.h"

/*
 * Add a block of domain 0 at the end.  Its traceback is `sites`, FILE:LINE with
 * spaces between, the most recent call first.  Equal names of files share one,
 * and so do equal tracebacks.
 */
void traced_add(struct heap_allocations *a, uint64_t address, uint64_t size,
		const char *sites);

/* Add "FILE:LINE" of the `nr` sites from number `first` on, as above. */
void traced_sites(const struct heap_allocations *a, uint64_t first,
		  uint64_t nr, struct str *ret);

#endif
