/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/uncounted.h - heap.hidden: references that are counted and that
 * no tp_traverse visits.
 */
#ifndef PYTHON_REFS_UNCOUNTED_H
#define PYTHON_REFS_UNCOUNTED_H

#include "python/state/python.h"

/* Fill heap.hidden, when all is read. */
void uncounted_load(struct python *py);

#endif
