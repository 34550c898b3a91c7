/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of the areas: reserved, touched, and given back. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target/live/copy.h"
#include "target/residency.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

#define HUGE_PAGE (2ULL << 20)
/* Bytes that are touched page by page. */
#define FEW_PAGES (4 * MEMORY_PAGE)
/* A heap that moves from one copy to the next makes an area each time. */
#define MAX_AREAS 1000

/* --- reserve --- */

void *copy_map(int file, uint64_t offset, uint64_t len)
{
	uint64_t size = round_up(len, MEMORY_PAGE), room = size + HUGE_PAGE;
	uint8_t *first = mmap(NULL, room, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			      0);
	uint64_t before;
	void *mapped;

	if (first == MAP_FAILED)
		return MAP_FAILED;
	before = (offset - (uintptr_t)first) % HUGE_PAGE;
	mapped = mmap(first + before, size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_NORESERVE | MAP_FIXED, file,
		      (off_t)offset);
	if (mapped == MAP_FAILED) {
		munmap(first, room);
		return MAP_FAILED;
	}
	/* Give back what is around it. */
	if (before)
		munmap(first, before);
	munmap(first + before + size, room - before - size);
	return mapped;
}

/* Addresses for the area: of the file, if there is one. */
static void *map_area(struct copy *c, struct area *a)
{
	uint64_t len = a->end - a->start;

	if (c->file < 0)
		return mmap(NULL, len, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	a->offset = c->file_size;
	if (ftruncate(c->file, (off_t)(a->offset + len)))
		return MAP_FAILED;
	return copy_map(c->file, a->offset, len);
}

bool copy_reserve(struct copy *c, struct area *a)
{
	void *p = a->start < a->end ? map_area(c, a) : MAP_FAILED;

	if (p == MAP_FAILED)
		return false;
	c->file_size += round_up(a->end - a->start, HUGE_PAGE);
	/* With huge pages, one page that is written could take 2 MB. */
	madvise(p, a->end - a->start, MADV_NOHUGEPAGE);
	a->bytes = p;
	return true;
}

/* --- touch --- */

static void touch(uint8_t *bytes, uint64_t len)
{
	/* For a few pages, the call costs more than it saves. */
	if (len > FEW_PAGES && !madvise(bytes, len, MADV_POPULATE_WRITE))
		return;
	/* Before Linux 5.14. */
	for (uint64_t i = 0; i < len; i += MEMORY_PAGE) {
		volatile uint8_t *p = bytes + i;
		uint8_t byte = *p;

		*p = byte;
	}
}

/*
 * Make huge pages of a file in memory, whatever the system's setting for such
 * files is: since Linux 6.1.  A page of each is needed to begin with.
 */
static void collapse(uint8_t *bytes, uint64_t len)
{
	for (uint64_t i = 0; i < len; i += HUGE_PAGE)
		touch(bytes + i, MEMORY_PAGE);
	madvise(bytes, len, MADV_COLLAPSE);
}

void copy_populate(const struct copy *c, uint8_t *bytes, uint64_t len)
{
	uintptr_t start = (uintptr_t)bytes;
	uintptr_t huge = round_up(start, HUGE_PAGE);
	uintptr_t huge_end = (start + len) / HUGE_PAGE * HUGE_PAGE;

	/* Huge pages are faster to touch and to copy to; all of each is used,
	 * so that none wastes memory. */
	if (huge < huge_end) {
		madvise(bytes + (huge - start), huge_end - huge,
			MADV_HUGEPAGE);
		if (c->file >= 0)
			collapse(bytes + (huge - start), huge_end - huge);
	}
	touch(bytes, len);
}

/* --- what earlier copies have left --- */

void copy_note(struct copy *c)
{
	range_vec_reserve(&c->noted, c->ranges.nr);
	for (size_t i = 0; i < c->ranges.nr; i++)
		range_vec_push(&c->noted, c->ranges.v[i]);
	residency_join(&c->noted);
}

static void zero(const struct copy *c, const struct area *a, raddr start,
		 raddr end)
{
	uint8_t *p = a->bytes + (start - a->start);

	if (madvise(p, end - start, c->file < 0 ? MADV_DONTNEED : MADV_REMOVE))
		memset(p, 0, end - start);
}

static void drop(struct copy *c, raddr start, raddr end)
{
	for (size_t i = 0; i < c->areas.nr; i++) {
		const struct area *a = &c->areas.v[i];

		if (MAX(a->start, start) < MIN(a->end, end))
			zero(c, a, MAX(a->start, start), MIN(a->end, end));
	}
}

void copy_clean(struct copy *c)
{
	size_t next = 0;

	for (size_t i = 0; i < c->noted.nr; i++) {
		raddr at = c->noted.v[i].start, end = c->noted.v[i].end;

		while (next < c->ranges.nr && c->ranges.v[next].end <= at)
			next++;
		for (size_t j = next; at < end; j++) {
			raddr stop = end, behind = end;

			if (j < c->ranges.nr && c->ranges.v[j].start < end) {
				stop = MAX(at, c->ranges.v[j].start);
				behind = c->ranges.v[j].end;
			}
			if (at < stop)
				drop(c, at, stop);
			at = MAX(stop, behind);
		}
	}
	c->noted.nr = 0;
	copy_note(c);
}

void copy_bound_areas(struct copy *c)
{
	if (c->areas.nr <= MAX_AREAS + c->pieces.nr)
		return;
	for (size_t i = 0; i < c->areas.nr; i++)
		munmap(c->areas.v[i].bytes,
		       c->areas.v[i].end - c->areas.v[i].start);
	c->areas.nr = 0;
	c->noted.nr = 0;
	c->touched = 0;
	/* What can't be cut off is only not given back. */
	if (c->file >= 0 && !ftruncate(c->file, 0))
		c->file_size = 0;
}
