/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/mimalloc.h - the blocks of memory that mimalloc has given out.
 *
 * Free-threaded CPython has all objects from mimalloc, those for the collector
 * from heaps of their own, and finds them there: it keeps no lists.  A segment
 * has 32 MiB at a multiple of 32 MiB, and begins with what is known of its
 * pages (Include/internal/mimalloc/mimalloc/types.h):
 *
 *	segment   cookie ... slices[0 .. slice_entries]
 *	                       |  mi_page_t of a page, or a part of one
 *	+---------------+------+--------+-----------------+-- ...
 *	| mi_segment_t  | page: blocks  | page: blocks    |
 *	+---------------+---------------+-----------------+-- ...
 *	  64 KiB slices
 *
 * Segments are found by their cookies, not by the heaps of each thread and the
 * lists of what dead threads left behind: a thread may have been stopped while
 * it changed these.
 */
#ifndef PYTHON_LOCATE_MIMALLOC_H
#define PYTHON_LOCATE_MIMALLOC_H

#include "python/state/python.h"

/* Which heap of its thread a page is of: Include/internal/pycore_mimalloc.h */
enum mimalloc_heap {
	MIMALLOC_MEM,
	MIMALLOC_OBJECT,	/* objects that are not for the collector */
	MIMALLOC_GC,		/* those that are */
	MIMALLOC_GC_PRE,	/* likewise, with a pre-header of two words */
};

struct mimalloc_result {
	unsigned int nr_segments;
	uint64_t nr_bad;	/* pages of which something can't be */
};

/* Called for a block that is in use, or is about to be. */
typedef void mimalloc_visit(struct python *py, raddr block,
			    enum mimalloc_heap heap, void *context);

/*
 * Every block in the collector's heaps of every thread, living or dead.
 * `inside` lies in some block; it tells what the cookies are.
 */
void mimalloc_walk(struct python *py, raddr inside, mimalloc_visit *visit,
		   void *context, struct mimalloc_result *ret);

/* A segment of mimalloc's, where no object is known; 0: none is there. */
raddr mimalloc_any(struct python *py);

/* The block that `addr` lies in; 0: none that mimalloc has given out. */
raddr mimalloc_block(struct python *py, raddr addr);

#endif
