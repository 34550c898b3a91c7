/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-allocations.h - what tracemalloc traces, as tables of a
 * capture.  A row of TABLE_ALLOCATIONS is written against the one before it.
 */
#ifndef HEAP_CAPTURE_CAPTURE_ALLOCATIONS_H
#define HEAP_CAPTURE_CAPTURE_ALLOCATIONS_H

#include "heap/capture/capture-format.h"
#include "heap/capture/capture-row.h"

/* How many rows one of the tables has. */
uint64_t allocations_rows(enum table table, const struct heap_allocations *a);

/* Append the fields of row number `i` to `row`. */
void allocations_write_row(enum table table, const struct heap_allocations *a,
			   uint64_t i, struct str *row);

/* Add the row to `a`.  Whether indices lead to what is there is checked later
 * (heap_allocations_fit()). */
void allocations_read_row(enum table table, struct row *r,
			  struct heap_allocations *a);

#endif
