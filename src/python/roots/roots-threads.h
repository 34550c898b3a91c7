/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/roots-threads.h - between the files that read threads.
 */
#ifndef PYTHON_ROOTS_ROOTS_THREADS_H
#define PYTHON_ROOTS_ROOTS_THREADS_H

#include "python/roots/roots.h"

/* "thread 4242 'MainThread'"; the caller frees it. */
char *roots_thread_label(const struct heap_thread *ht);
/* And behind it ", handler (/srv/app.py:12)". */
char *roots_frame_label(const struct heap *h, const struct heap_frame *hf);

/* Frames of the thread state at `thread`, newest first; `index` is its place
 * in heap.threads. */
void roots_frames(struct roots *r, raddr thread, uint32_t index);

#endif
