/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/live/forked.h"
#include "target/proc.h"

/*
 * Who still shares a page of such a window had the window before the fork().
 * It is as large as an arena of pymalloc: what is allocated later is mostly
 * in other ones.
 */
#define WINDOW ((raddr)1 << 20)

/* Less than this is not worth the slower way of reading. */
#define LEAST_SHARED ((uint64_t)1 << 20)

/* Linux before 5.4 has no Pss_Anon: then it seems that all is shared. */
bool forked_shares(int dir)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	uint64_t all, share;

	if (!proc_read(dir, "smaps_rollup", &text))
		return false;
	all = proc_field_u64(&text, "Anonymous") * 1024;
	share = proc_field_u64(&text, "Pss_Anon") * 1024;
	/* Of a page that two share, each has a half. */
	return all > share && all - share >= LEAST_SHARED / 2;
}

struct window {
	raddr start;
	uint64_t shared, own;
};

static void window_end(const struct window *w, struct residency *r)
{
	r->shared += w->shared;
	r->copied += w->shared ? w->own : 0;
}

void forked_find(struct pages *p, struct residency *r)
{
	struct window w = { 0, 0, 0 };
	raddr next;

	for (size_t i = 0; i < r->present.nr; i++) {
		struct range range = r->present.v[i];

		for (raddr at = range.start; at < range.end; at = next) {
			raddr start = at & ~(WINDOW - 1);

			next = MIN(start + WINDOW, range.end);
			if (start != w.start) {
				window_end(&w, r);
				w = (struct window){ start, 0, 0 };
			}
			pages_count(p, at, next, &w.shared, &w.own);
		}
	}
	window_end(&w, r);
}
