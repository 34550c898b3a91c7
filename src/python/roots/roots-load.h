/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/roots-load.h - all GC roots: heap.roots, heap.frames and
 * heap.threads.
 *
 * Objects that only a root holds are added to the heap.
 */
#ifndef PYTHON_ROOTS_ROOTS_LOAD_H
#define PYTHON_ROOTS_ROOTS_LOAD_H

#include "python/state/python.h"

/* The roots of threads and of their frames; comes first. */
void roots_load_threads(struct python *py);
/* All others. */
void roots_load(struct python *py);

#endif
