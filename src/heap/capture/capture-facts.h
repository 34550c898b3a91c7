/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-facts.h - rows of the tables of heap/fact.h, heap/lump.h
 * and heap/sites/allocation.h, and of struct heap_pointed.
 */
#ifndef HEAP_CAPTURE_CAPTURE_FACTS_H
#define HEAP_CAPTURE_CAPTURE_FACTS_H

#include "heap/capture/capture-format.h"
#include "heap/capture/capture-row.h"
#include "heap/heap.h"

/* Of TABLE_FACTS, TABLE_TEXT_HASHES, TABLE_CODES, TABLE_GENERATORS,
 * TABLE_FUTURES, TABLE_POINTED and TABLE_LUMPS: how many rows one has. */
uint64_t facts_rows(enum table table, const struct heap *h);

/* Append the fields of row number `i` of such a table to `row`. */
void facts_write_row(enum table table, const struct heap *h, uint64_t i,
		     struct str *row);

/* Read such a row and add it to the heap, if it says something to us.  Who
 * opens the capture checks the numbers of objects. */
void facts_read_row(enum table table, struct row *r, struct heap *h);

/* Of the tables of allocations: how many rows one has. */
uint64_t allocations_rows(enum table table, const struct heap_allocations *a);

/* Append the fields of row number `i` to `row`; that of TABLE_ALLOCATIONS is
 * written against the row before it. */
void allocations_write_row(enum table table, const struct heap_allocations *a,
			   uint64_t i, struct str *row);

/* Add the row to `a`.  Whether indices lead to what is there is checked later
 * (heap_allocations_fit()). */
void allocations_read_row(enum table table, struct row *r,
			  struct heap_allocations *a);

#endif
