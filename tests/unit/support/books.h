/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * books.h - ledgers of memory for tests (heap/memory.h).
 *
 *	graph_build(&h, "type numpy.ndarray a");
 *	books_line(&h, PART_RAW, "numpy.ndarray", 30 * MIB, 4);
 *	books_line(&h, PART_CODE, "/lib/libc.so.6", 2 * MIB, 1);
 *	books_close(&h, 33 * MIB);
 */
#ifndef TESTS_UNIT_SUPPORT_BOOKS_H
#define TESTS_UNIT_SUPPORT_BOOKS_H

#include "heap/heap.h"

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)

/*
 * Add a line.  `subject` is the name of a type of `h`, which must be there, if
 * lines of the part have a type; else the line's name.  NULL: none.
 */
void books_line(struct heap *h, enum memory_part part, const char *subject,
		uint64_t bytes, uint64_t count);

/* Set what is resident, by pagemap; what no line has is unexplained. */
void books_close(struct heap *h, uint64_t resident);

#endif
