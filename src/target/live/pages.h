/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/pages.h - which pages of a process are there.
 */
#ifndef TARGET_LIVE_PAGES_H
#define TARGET_LIVE_PAGES_H

#include "target/memory.h"

/* Adjacent pages. */
struct range {
	raddr start, end;
};
VEC_DEFINE(range_vec, struct range);

enum pages_wanted {
	PAGES_PRESENT,	/* present or swapped, but for the shared zero page */
	PAGES_PRIVATE,	/* those of them that are not the file's */
	PAGES_SWAPPED,
};

struct pages {
	int fd;		/* /proc/PID/pagemap, or -1 */
	bool can_scan;	/* PAGEMAP_SCAN works (Linux 6.7) */
};

void pages_open(struct pages *p, int dir);
void pages_close(struct pages *p);

/*
 * Add the wanted ranges of [start, end) to `ret`, in order; false: it can't
 * be told.
 */
bool pages_find(struct pages *p, raddr start, raddr end,
		enum pages_wanted wanted, struct range_vec *ret);

/* A page that its own process can't read either (MADV_GUARD_INSTALL). */
bool pages_is_guard(struct pages *p, raddr addr);

#endif
