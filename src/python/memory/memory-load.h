/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/memory-load.h - the ledger of a process that was read.
 */
#ifndef PYTHON_MEMORY_MEMORY_LOAD_H
#define PYTHON_MEMORY_MEMORY_LOAD_H

#include "python/state/python.h"

/*
 * Fill py->heap->memory.  The heap has all its objects and types; this may add
 * types, and no objects.
 */
void memory_load(struct python *py);

#endif
