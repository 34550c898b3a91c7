/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-stacks.h - rows of frames, threads and stacks.
 */
#ifndef HEAP_CAPTURE_CAPTURE_STACKS_H
#define HEAP_CAPTURE_CAPTURE_STACKS_H

#include "heap/capture/capture-row.h"
#include "heap/heap.h"

/* Add the fields of a row of TABLE_FRAMES, TABLE_THREADS or TABLE_STACKS to
 * `row`. */
void capture_frame_write(const struct heap *h, const struct heap_frame *f,
			 struct str *row);
void capture_thread_write(const struct heap_thread *t, struct str *row);
void capture_stack_write(const struct heap_stack *s, struct str *row);
/* Read such a row and add it to the heap.  Who opens the capture checks the
 * numbers of threads, stacks and objects. */
void capture_frame_read(struct row *r, struct heap *h);
void capture_thread_read(struct row *r, struct heap *h);
void capture_stack_read(struct row *r, struct heap *h);

#endif
