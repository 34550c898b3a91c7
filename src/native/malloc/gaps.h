/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/gaps.h - memory in main's heap that is not malloc's.
 *
 * A program may call sbrk() itself.  malloc() sees that when it needs more
 * memory: it ends its chunks with a fence, and goes on behind what the program
 * has taken (sysmalloc() of glibc).  Nothing says where that is.
 */
#ifndef NATIVE_MALLOC_GAPS_H
#define NATIVE_MALLOC_GAPS_H

#include "target/memory.h"

/* All zeros: nothing was looked at yet. */
struct gaps {
	raddr start, end;
	uint64_t *leads;	/* by 16 bytes from `start`: chunks from there
				   lead to the end or to a fence */
};

/*
 * Where the chunks go on that a fence before `at` has ended: the first address
 * from which chunks lead to `end`, or to the next fence; `end`: nowhere.  `at`
 * is a multiple of 16, and all of [at, end) is in memory.
 *
 * The first call looks at all of the range and keeps a bit for 16 bytes; later
 * ones, which have the same end and an address further up, only look at what
 * lies before the result.  So all of them together are linear.
 */
raddr gaps_next(struct gaps *g, struct memory *m, raddr at, raddr end);
void gaps_release(struct gaps *g);

#endif
