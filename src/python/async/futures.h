/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/async/futures.h - heap.futures: asyncio's tasks and futures.
 */
#ifndef PYTHON_ASYNC_FUTURES_H
#define PYTHON_ASYNC_FUTURES_H

#include "python/state/python.h"

/* Fill heap.futures, when all objects are there. */
void futures_load(struct python *py);

#endif
