/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/rlimit.h"
#include "target/live/pages.h"

/* From linux/fs.h of Linux 6.7; older headers lack it. */
struct scan_region {
	uint64_t start, end, categories;
};

struct scan_args {
	uint64_t size, flags, start, end, walk_end, regions, nr_regions,
		max_pages, category_inverted, category_mask,
		category_anyof_mask, return_mask;
};

#define SCAN_IOCTL _IOWR('f', 16, struct scan_args)
#define SCAN_FILE (1 << 2)
#define SCAN_PRESENT (1 << 3)
#define SCAN_SWAPPED (1 << 4)
#define SCAN_ZERO (1 << 5)

/* Bits of a word of /proc/PID/pagemap: admin-guide/mm/pagemap.rst. */
#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_SWAPPED (1ULL << 62)
#define PAGEMAP_FILE (1ULL << 61)
#define PAGEMAP_GUARD (1ULL << 58)
#define PAGEMAP_OWN (1ULL << 56)	/* no other process maps it (4.2) */

/*
 * Without PAGEMAP_SCAN a word is read for each page, also for absent ones.  So
 * a mapping must not be larger than this: 1 TB, for which 2 GB are read.
 */
#define PAGEMAP_MAX (1ULL << 40)

/* So many ranges are kept of what was looked at in advance, and up to 511
 * more. */
#define SEEN_MAX 16384

void pages_open(struct pages *p, int dir)
{
	*p = (struct pages){ .can_scan = true };
	p->fd = openat(dir, "pagemap", O_RDONLY | O_CLOEXEC);
	if (p->fd < 0)
		rlimit_check(errno);
}

void pages_close(struct pages *p)
{
	closep(&p->fd);
	p->fd = -1;
	pages_seen_vec_release(&p->seen);
}

static void add_range(struct range_vec *ret, size_t first, raddr start,
		      raddr end)
{
	if (ret->nr > first && ret->v[ret->nr - 1].end == start)
		ret->v[ret->nr - 1].end = end;
	else
		range_vec_push(ret, (struct range){ start, end });
}

/* --- looking --- */

static void add_seen(struct pages *p, const struct pages_seen *s)
{
	struct pages_seen *last = p->seen.nr ? &p->seen.v[p->seen.nr - 1] :
					       NULL;

	if (last && last->end == s->start && last->is_file == s->is_file &&
	    last->is_swapped == s->is_swapped)
		last->end = s->end;
	else
		pages_seen_vec_push(&p->seen, *s);
}

static bool scan(struct pages *p, raddr end)
{
	struct scan_region regions[512];

	while (p->seen_end < end && p->seen.nr < SEEN_MAX) {
		struct scan_args args = {
			.size = sizeof(args),
			.start = p->seen_end,
			.end = end,
			.regions = (uintptr_t)regions,
			.nr_regions = ARRAY_SIZE(regions),
			.category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
			/* Inverted and required: must not be set. */
			.category_mask = SCAN_ZERO,
			.category_inverted = SCAN_ZERO,
			.return_mask = SCAN_PRESENT | SCAN_SWAPPED | SCAN_FILE,
		};
		int nr = ioctl(p->fd, SCAN_IOCTL, &args);

		if (nr < 0 && errno == EINTR)
			continue;
		if (nr < 0 || args.walk_end <= p->seen_end)
			return false;
		for (int i = 0; i < nr; i++)
			add_seen(p, &(struct pages_seen){
				.start = regions[i].start,
				.end = regions[i].end,
				.is_file = regions[i].categories & SCAN_FILE,
				.is_swapped = regions[i].categories &
					      SCAN_SWAPPED });
		p->seen_end = args.walk_end;
	}
	return true;
}

static bool read_words(struct pages *p, raddr end)
{
	uint64_t words[4096];

	while (p->seen_end < end && p->seen.nr < SEEN_MAX) {
		size_t nr = MIN((end - p->seen_end) / MEMORY_PAGE,
				ARRAY_SIZE(words));
		ssize_t n = pread(p->fd, words, nr * 8,
				  (off_t)(p->seen_end / MEMORY_PAGE * 8));

		if (n < 8)
			return false;
		for (ssize_t i = 0; i < n / 8; i++) {
			raddr start = p->seen_end;

			p->seen_end += MEMORY_PAGE;
			if (words[i] & (PAGEMAP_PRESENT | PAGEMAP_SWAPPED))
				add_seen(p, &(struct pages_seen){
					.start = start,
					.end = p->seen_end,
					.is_file = words[i] & PAGEMAP_FILE,
					.is_swapped = words[i] &
						      PAGEMAP_SWAPPED });
		}
	}
	return true;
}

static void forget_seen(struct pages *p, raddr start)
{
	p->seen.nr = 0;
	p->seen_start = p->seen_end = start;
}

/* See the pages from `start` on, up to `end` or as many as are kept. */
static bool see(struct pages *p, raddr start, raddr end)
{
	forget_seen(p, start);
	if (p->can_scan) {
		if (scan(p, end))
			return true;
		p->can_scan = false;
		forget_seen(p, start);
	}
	if (end - start <= PAGEMAP_MAX && read_words(p, end))
		return true;
	forget_seen(p, start);
	return false;
}

/* --- asking --- */

static bool is_wanted(const struct pages_seen *s, enum pages_wanted wanted)
{
	if (wanted == PAGES_SWAPPED)
		return s->is_swapped;
	return wanted == PAGES_PRESENT || !s->is_file;
}

/* Add what is wanted of [start, end), which was seen. */
static void take_seen(struct pages *p, raddr start, raddr end,
		      enum pages_wanted wanted, size_t first,
		      struct range_vec *ret)
{
	const struct pages_seen *v = p->seen.v;

	for (size_t i = RANGE_BEHIND(&p->seen, start);
	     i < p->seen.nr && v[i].start < end; i++) {
		raddr from = MAX(v[i].start, start), to = MIN(v[i].end, end);

		if (!is_wanted(&v[i], wanted))
			continue;
		add_range(ret, first, from, to);
		if (p->swapped && v[i].is_swapped)
			add_range(p->swapped, 0, from, to);
	}
}

bool pages_find(struct pages *p, raddr start, raddr end,
		enum pages_wanted wanted, struct range_vec *ret)
{
	size_t nr = ret->nr;
	raddr ahead = MAX(p->ahead, end), next;

	if (p->fd < 0 || start % MEMORY_PAGE || end % MEMORY_PAGE)
		return false;
	for (raddr at = start; at < end; at = next) {
		bool seen = at >= p->seen_start && at < p->seen_end;

		if (!seen && !see(p, at, ahead) &&
		    (ahead == end || !see(p, at, end))) {
			ret->nr = nr;
			return false;
		}
		next = MIN(p->seen_end, end);
		take_seen(p, at, next, wanted, nr, ret);
	}
	/* Without a word of the caller's, it is looked at anew each time. */
	if (ahead == end)
		forget_seen(p, end);
	return true;
}

/* The word of the page at `addr`; NULL: nobody can tell. */
static const uint64_t *word_of(struct pages *p, raddr addr)
{
	uint64_t at = addr / MEMORY_PAGE - p->first_word;

	if (at >= p->nr_words) {
		ssize_t n = pread(p->fd, p->words, sizeof(p->words),
				  (off_t)(addr / MEMORY_PAGE * 8));

		p->first_word = addr / MEMORY_PAGE;
		p->nr_words = n < 8 ? 0 : (size_t)n / 8;
		at = 0;
	}
	return at < p->nr_words ? &p->words[at] : NULL;
}

void pages_count(struct pages *p, raddr start, raddr end, uint64_t *shared,
		 uint64_t *own)
{
	for (; p->fd >= 0 && start < end; start += MEMORY_PAGE) {
		const uint64_t *word = word_of(p, start);

		if (!word)
			return;
		if (*word & PAGEMAP_PRESENT && !(*word & PAGEMAP_FILE))
			*(*word & PAGEMAP_OWN ? own : shared) += MEMORY_PAGE;
	}
}

uint64_t pages_not_guards(struct pages *p, raddr start, raddr end)
{
	uint64_t words[512], bytes = end - start;

	while (p->fd >= 0 && start < end) {
		size_t nr = MIN((end - start) / MEMORY_PAGE, ARRAY_SIZE(words));
		ssize_t n = pread(p->fd, words, nr * 8,
				  (off_t)(start / MEMORY_PAGE * 8));

		if (n < 8)
			break;
		for (ssize_t i = 0; i < n / 8; i++, start += MEMORY_PAGE)
			if (words[i] & PAGEMAP_GUARD)
				bytes -= MEMORY_PAGE;
	}
	return bytes;
}

bool pages_is_guard(struct pages *p, raddr addr)
{
	off_t at = (off_t)(addr / MEMORY_PAGE * 8);
	uint64_t word;

	return p->fd >= 0 && pread(p->fd, &word, 8, at) == 8 &&
	       word & PAGEMAP_GUARD;
}
