/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-stacks.h - rows of frames, threads and stacks.
 */
#ifndef HEAP_CAPTURE_CAPTURE_STACKS_H
#define HEAP_CAPTURE_CAPTURE_STACKS_H

#include "heap/capture/capture-format.h"
#include "heap/capture/capture-row.h"
#include "heap/heap.h"

/* Of TABLE_FRAMES, TABLE_THREADS and TABLE_STACKS: how many rows one has. */
uint64_t stacks_rows(enum table table, const struct heap *h);

/* Append the fields of row number `i` of such a table to `row`. */
void stacks_write_row(enum table table, const struct heap *h, uint64_t i,
		      struct str *row);

/* Read such a row and add it to the heap.  Who opens the capture checks the
 * numbers of threads, stacks and objects. */
void stacks_read_row(enum table table, struct row *r, struct heap *h);

#endif
