/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/pages.h - which pages of a process are in memory.
 *
 * From /proc/PID/pagemap: with PAGEMAP_SCAN where the kernel has it (Linux
 * 6.7), else a word for each page.
 */
#ifndef TARGET_LIVE_PAGES_H
#define TARGET_LIVE_PAGES_H

#include "target/range.h"

enum pages_wanted {
	PAGES_PRESENT,	/* present or swapped, but not the shared zero page */
	PAGES_PRIVATE,	/* as PAGES_PRESENT, without pages of the file */
	PAGES_SWAPPED,	/* swapped out */
};

/* Adjacent pages that are alike: present or swapped out. */
struct pages_seen {
	raddr start, end;
	bool is_file;		/* of a file, or of shared memory */
	bool is_swapped;
};
VEC_DEFINE(pages_seen_vec, struct pages_seen);

/* The words of pagemap that are read at once to count pages. */
#define PAGES_WORDS 512

struct pages {
	int fd;		/* /proc/PID/pagemap, or -1 */
	bool can_scan;	/* PAGEMAP_SCAN works (Linux 6.7) */
	/* Set by the caller: pages_find() adds the swapped pages that it comes
	 * upon, and maybe guard pages; NULL: it does not. */
	struct range_vec *swapped;
	/*
	 * Set by the caller: pages_find() may look at once at everything up to
	 * this address, and answer later calls from that.  With 60,000 mappings
	 * of a page each, a system call for each of them takes longer than all
	 * else.  0: it looks anew each time, at what it is asked for alone.
	 */
	raddr ahead;
	/* What was looked at in [seen_start, seen_end), in order. */
	struct pages_seen_vec seen;
	raddr seen_start, seen_end;
	/* Of pagemap, from the page with the number first_word on. */
	uint64_t words[PAGES_WORDS], first_word;
	size_t nr_words;
};

/* `dir` is /proc/PID.  If its pagemap can't be opened, pages_find() fails. */
void pages_open(struct pages *p, int dir);
void pages_close(struct pages *p);

/*
 * Add the ranges of adjacent wanted pages between `start` and `end`, which are
 * multiples of MEMORY_PAGE, to `ret`, in order.  False: nobody can tell; `ret`
 * is then as it was.
 */
bool pages_find(struct pages *p, raddr start, raddr end,
		enum pages_wanted wanted, struct range_vec *ret);

/*
 * Of the anonymous pages in [start, end), which are multiples of MEMORY_PAGE,
 * add the bytes of those that other processes map, too, to *shared, and of
 * those that only this process maps to *own.  Nothing is added if nobody can
 * tell.  The word of a page is read once, with those of the pages behind it,
 * for calls that go upwards.
 */
void pages_count(struct pages *p, raddr start, raddr end, uint64_t *shared,
		 uint64_t *own);

/*
 * How many bytes of the pages in [start, end), which were swapped out, are no
 * guard pages.  If pagemap can't be read, all of them.
 */
uint64_t pages_not_guards(struct pages *p, raddr start, raddr end);

/* Is the page at `addr` one that not even its process can read
 * (MADV_GUARD_INSTALL)? */
bool pages_is_guard(struct pages *p, raddr addr);

#endif
