/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/mimalloc.h - the blocks of memory that mimalloc has given out.
 *
 * Free-threaded CPython has all objects from mimalloc, those for the collector
 * from heaps of their own, and finds them there: it keeps no lists.  Builds
 * with a GIL have mimalloc too, for PYTHONMALLOC=mimalloc; all is in heap MEM
 * there.  A segment has 32 MiB at a multiple of 32 MiB, and begins with what is
 * known of its pages (Include/internal/mimalloc/mimalloc/types.h).  One for a
 * block of more than 16 MiB is as large as the block needs.
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

/*
 *	page	      blocks			    end
 *	+--------------+-------+-------+-- ...	 --+
 *	| margin       | block | block |	   |
 *	+--------------+-------+-------+-- ...	 --+
 */
struct mimalloc_page {
	raddr start, end;	/* of its slices */
	raddr blocks;		/* the first block */
	uint64_t block_size;
	uint32_t nr;		/* blocks that have ever been on a free list;
				   those behind them were never used */
	enum mimalloc_heap heap;
	const uint8_t *free;	/* a bit for each of `nr` blocks */
	bool is_broken;		/* a list of free blocks can't be so; those
				   that it does not lead to count as used */
};

static inline bool mimalloc_is_free(const struct mimalloc_page *p, uint32_t i)
{
	return p->free[i / 8] & 1 << i % 8;
}

static inline raddr mimalloc_block_at(const struct mimalloc_page *p, uint32_t i)
{
	return p->blocks + i * p->block_size;
}

struct mimalloc_segment {
	raddr start, pages, end; /* `pages`: behind what is known of them */
};

/* Who goes through segments; a function may be NULL. */
struct mimalloc_visitor {
	/* Before the segment's pages; false: they are passed over. */
	bool (*segment)(struct python *py, const struct mimalloc_segment *s,
			void *context);
	void (*page)(struct python *py, const struct mimalloc_page *p,
		     void *context);
	/* Slices that no page has. */
	void (*unused)(struct python *py, raddr start, raddr end,
		       void *context);
	void *context;
};

struct mimalloc_result {
	unsigned int nr_segments;
	uint64_t nr_bad;	/* pages of which something can't be */
};

/*
 * Every page of every thread, living or dead, by the order of segments in
 * memory.  `inside` lies in some block; it tells what the cookies are.
 */
void mimalloc_walk(struct python *py, raddr inside,
		   const struct mimalloc_visitor *visitor,
		   struct mimalloc_result *ret);

/* A segment of mimalloc's, where no object is known; 0: none is there. */
raddr mimalloc_any(struct python *py);

/* The block that `addr` lies in; 0: none that mimalloc has given out.  Where
 * there may be no mimalloc, ask mimalloc_is_segment() before. */
raddr mimalloc_block(struct python *py, raddr addr);

/* Is what `addr` lies in like a segment? */
bool mimalloc_is_segment(struct python *py, raddr addr);

#endif
