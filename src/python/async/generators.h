/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/async/generators.h - heap.generators and heap.codes: where
 * generators, coroutines and async generators stand.
 */
#ifndef PYTHON_ASYNC_GENERATORS_H
#define PYTHON_ASYNC_GENERATORS_H

#include "python/state/python.h"

/* Fill them, when all objects and frames are there. */
void generators_load(struct python *py);

#endif
