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

void pages_open(struct pages *p, int dir)
{
	p->fd = openat(dir, "pagemap", O_RDONLY | O_CLOEXEC);
	if (p->fd < 0)
		rlimit_check(errno);
	p->can_scan = true;
	p->swapped = NULL;
}

void pages_close(struct pages *p)
{
	closep(&p->fd);
	p->fd = -1;
}

static void add_range(struct range_vec *ret, size_t first, raddr start,
		      raddr end)
{
	if (ret->nr > first && ret->v[ret->nr - 1].end == start)
		ret->v[ret->nr - 1].end = end;
	else
		range_vec_push(ret, (struct range){ start, end });
}

static bool scan(struct pages *p, raddr start, raddr end,
		 enum pages_wanted wanted, struct range_vec *ret)
{
	struct scan_region regions[512];
	size_t first = ret->nr;

	while (start < end) {
		struct scan_args args = {
			.size = sizeof(args),
			.start = start,
			.end = end,
			.regions = (uintptr_t)regions,
			.nr_regions = ARRAY_SIZE(regions),
			.category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
			/* Inverted and required: must not be set. */
			.category_mask = SCAN_ZERO,
			.category_inverted = SCAN_ZERO,
			.return_mask = SCAN_PRESENT | SCAN_SWAPPED,
		};
		int nr;

		if (wanted == PAGES_SWAPPED)
			args.category_anyof_mask = SCAN_SWAPPED;
		if (wanted == PAGES_PRIVATE) {
			args.category_mask |= SCAN_FILE;
			args.category_inverted |= SCAN_FILE;
		}
		nr = ioctl(p->fd, SCAN_IOCTL, &args);
		if (nr < 0 && errno == EINTR)
			continue;
		if (nr < 0 || args.walk_end <= start)
			return false;
		for (int i = 0; i < nr; i++) {
			add_range(ret, first, regions[i].start, regions[i].end);
			if (p->swapped && regions[i].categories & SCAN_SWAPPED)
				add_range(p->swapped, 0, regions[i].start,
					  regions[i].end);
		}
		start = args.walk_end;
	}
	return true;
}

static bool is_wanted(uint64_t word, enum pages_wanted wanted)
{
	if (!(word & (PAGEMAP_PRESENT | PAGEMAP_SWAPPED)))
		return false;
	if (wanted == PAGES_SWAPPED)
		return word & PAGEMAP_SWAPPED;
	return wanted == PAGES_PRESENT || !(word & PAGEMAP_FILE);
}

static bool read_words(struct pages *p, raddr start, raddr end,
		       enum pages_wanted wanted, struct range_vec *ret)
{
	uint64_t words[4096];
	size_t first = ret->nr;

	if (end - start > PAGEMAP_MAX)
		return false;
	while (start < end) {
		size_t nr = MIN((end - start) / MEMORY_PAGE, ARRAY_SIZE(words));
		ssize_t n = pread(p->fd, words, nr * 8,
				  start / MEMORY_PAGE * 8);

		if (n < 8)
			return false;
		for (ssize_t i = 0; i < n / 8; i++, start += MEMORY_PAGE) {
			if (!is_wanted(words[i], wanted))
				continue;
			add_range(ret, first, start, start + MEMORY_PAGE);
			if (p->swapped && words[i] & PAGEMAP_SWAPPED)
				add_range(p->swapped, 0, start,
					  start + MEMORY_PAGE);
		}
	}
	return true;
}

bool pages_find(struct pages *p, raddr start, raddr end,
		enum pages_wanted wanted, struct range_vec *ret)
{
	size_t nr = ret->nr;

	if (p->fd < 0 || start % MEMORY_PAGE || end % MEMORY_PAGE)
		return false;
	if (p->can_scan) {
		if (scan(p, start, end, wanted, ret))
			return true;
		p->can_scan = false;
		ret->nr = nr;
	}
	if (read_words(p, start, end, wanted, ret))
		return true;
	ret->nr = nr;
	return false;
}

void pages_count(struct pages *p, raddr start, raddr end, uint64_t *shared,
		 uint64_t *own)
{
	uint64_t words[512];

	while (p->fd >= 0 && start < end) {
		size_t nr = MIN((end - start) / MEMORY_PAGE, ARRAY_SIZE(words));
		ssize_t n = pread(p->fd, words, nr * 8,
				  (off_t)(start / MEMORY_PAGE * 8));

		if (n < 8)
			return;
		for (ssize_t i = 0; i < n / 8; i++, start += MEMORY_PAGE) {
			if (!(words[i] & PAGEMAP_PRESENT) ||
			    words[i] & PAGEMAP_FILE)
				continue;
			*(words[i] & PAGEMAP_OWN ? own : shared) += MEMORY_PAGE;
		}
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
