/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/roots-label.h - what a thread and a frame are called.
 */
#ifndef PYTHON_ROOTS_ROOTS_LABEL_H
#define PYTHON_ROOTS_ROOTS_LABEL_H

#include "heap/heap.h"

/* "thread 4242 'MainThread'"; the caller frees it. */
char *roots_label_thread(const struct heap_thread *ht);
/* "thread 4242 'MainThread', handler (/srv/app.py:12)"; the caller frees it. */
char *roots_label_frame(const struct heap *h, const struct heap_frame *hf);

#endif
