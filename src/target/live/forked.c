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

/* A look at pagemap: so many pages, and so many times in each mapping.  The
 * kernel holds the lock of the process's mappings for one look at a time. */
#define LOOK ((raddr)512 * MEMORY_PAGE)
#define MAX_LOOKS 64

/* About how many bytes of the mapping other processes map, too. */
static uint64_t shared_of(struct pages *p, const struct mapping *m)
{
	uint64_t step = (m->end - m->start + LOOK * MAX_LOOKS - 1) /
			(LOOK * MAX_LOOKS);
	uint64_t shared = 0, own = 0;

	for (raddr at = m->start; at < m->end; at += MIN(step * LOOK,
							 m->end - at))
		pages_count(p, at, MIN(at + LOOK, m->end), &shared, &own);
	return shared * step;
}

/*
 * Not from smaps_rollup: for that, the kernel holds the lock until it has seen
 * all pages of a mapping, 10 to 35 ms for each GiB, and the process waits in
 * each mmap() and munmap().
 */
bool forked_shares(int dir, const struct mapping_vec *maps)
{
	uint64_t shared = 0;
	struct pages p;

	pages_open(&p, dir);
	for (size_t i = 0; i < maps->nr && shared < LEAST_SHARED; i++)
		if (mapping_kind(&maps->v[i]) == MAPPING_ANON &&
		    !maps->v[i].shared)
			shared += shared_of(&p, &maps->v[i]);
	pages_close(&p);
	return shared >= LEAST_SHARED;
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
