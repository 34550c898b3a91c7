/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/async/futures.h - heap.futures: asyncio's tasks and futures; and all
 * that runs or waits by turns.
 */
#ifndef PYTHON_ASYNC_FUTURES_H
#define PYTHON_ASYNC_FUTURES_H

#include "python/state/python.h"

/* Fill heap.generators, heap.codes and heap.futures, when all objects and
 * frames are there. */
void async_load(struct python *py);

#endif
