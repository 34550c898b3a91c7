/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/report/describe.h - what reports say of the process and its classes.
 */
#ifndef PYTHON_REPORT_DESCRIBE_H
#define PYTHON_REPORT_DESCRIBE_H

#include "python/state/python.h"

/* Each fills its part of the heap, when all objects are there. */
void describe_types(struct python *py);	/* names, shapes, flags of heap.types */
void describe_info(struct python *py);	/* heap.info */
void describe_weak(struct python *py);	/* heap.weak */

/*
 * Warn of objects whose tp_traverse is in a file that can't be had, and make a
 * note of them.  After the self-checks: such a heap is partial, but nothing is
 * wrong with it.
 */
void describe_left_out(struct python *py);

#endif
