/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-memory.h - the ledger of memory (heap/memory.h) in a
 * capture: five tables, which older captures do not have.
 */
#ifndef HEAP_CAPTURE_CAPTURE_MEMORY_H
#define HEAP_CAPTURE_CAPTURE_MEMORY_H

#include "heap/capture/capture-format.h"
#include "heap/capture/capture-row.h"

/* How many rows the table has; it is one of TABLE_MEMORY .. TABLE_MALLOCS. */
uint64_t memory_rows(enum table table, const struct heap_memory *m);

/* Add the fields of row `i`, which is below memory_rows(), to `row`. */
void memory_write_row(enum table table, const struct heap_memory *m,
		      uint64_t i, struct str *row);

/* Read a row and add it to the ledger of `h`. */
void memory_read_row(enum table table, struct row *r, struct heap *h);

/*
 * When all tables have been read: set what is unexplained, or empty the ledger
 * if the capture has none.  `h` has its types and the number of its objects.
 * False: it refers to what is not there, or its sums are impossible.
 */
bool memory_settle(struct heap *h);

#endif
