/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tiny.h - a heap that has one of everything that a capture holds.
 *
 * A handful of objects whose names and reprs use every kind of code and text
 * of heap/naming.h; with roots, frames, threads and what else there is.
 */
#ifndef TESTS_UNIT_SUPPORT_TINY_H
#define TESTS_UNIT_SUPPORT_TINY_H

#include "heap/heap.h"

void tiny_build(struct heap *h);

#endif
