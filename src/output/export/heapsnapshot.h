/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/export/heapsnapshot.h - the graph as a heap snapshot of V8.
 *
 * Chrome's DevTools ("Load profile" of the Memory panel), MemLab and others
 * read this format, which is JSON: numbers of nodes, numbers of edges, strings.
 * Its fields are those of V8's src/profiler/heap-snapshot-generator.cc; what
 * they mean to a viewer is in DevTools' HeapSnapshot.ts:
 *
 *  - node 0 is the root.  Its children that are not `synthetic` are where
 *    distances are counted from, with 1; what only a synthetic child leads to
 *    comes later and is shown without a distance.
 *  - `weak` edges keep nothing alive.
 *  - the size of a node of type `hidden` or `array` is moved to its owner, so
 *    there are none here.
 *
 * Each known root (heap.roots) is a child of node 0, of type `native` and size
 * 0, with the root's name and one edge to its object.  Objects that native code
 * holds, immortal objects and garbage are behind one synthetic node each.
 * These are all roots that analysis/graph/dominators.h has, so the retained
 * size that a viewer computes for an object is the one that we compute.
 * A lump (heap/lump.h) is a node that its holders refer to.
 */
#ifndef OUTPUT_EXPORT_HEAPSNAPSHOT_H
#define OUTPUT_EXPORT_HEAPSNAPSHOT_H

#include <stdio.h>

#include "base/error.h"
#include "heap/heap.h"

/* The format has 32 bits for a size: what is larger is this many bytes. */
#define HEAPSNAPSHOT_SIZE_MAX UINT32_MAX

/*
 * Write `h` to `out`, in pieces.  Builds the dominators to find the roots, and
 * releases them; afterwards memory is up to 20 bytes an object, and at most
 * about 100 MB for names.
 *
 * ERR_SYSTEM: `out` or a temporary file can't be written.  ERR_UNSUPPORTED: the
 * heap has more nodes than the format can number.  If heap.failed is set
 * afterwards, what was written is wrong.
 */
struct error *heapsnapshot_write(struct heap *h, FILE *out) MUST_CHECK;

#endif
