/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/mapped.h - memory that Python objects have mapped: mmap.mmap.
 */
#ifndef PYTHON_MEMORY_MAPPED_H
#define PYTHON_MEMORY_MAPPED_H

#include "native/native.h"
#include "python/state/python.h"

/*
 * Make a block of the memory of each mmap.mmap, whole pages of it, and claim it
 * as REGION_OTHER.  What others have claimed is left out.  It comes before
 * malloc_mapped(), which would take such memory for its own if it begins like a
 * chunk.
 */
void mapped_claim(struct python *py, struct native *n);

#endif
