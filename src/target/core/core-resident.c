/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "target/core/core-resident.h"

/* Segments that share bytes could have any number of them. */
#define MAX_RANGES (16U << 20)

static bool is_zero(const uint8_t *p, uint64_t len)
{
	static const uint8_t zeros[MEMORY_PAGE];

	return !memcmp(p, zeros, len);
}

static void scan(struct target *t, const struct core_load *l)
{
	const uint8_t *bytes = t->core->bytes + l->offset;
	uint64_t len;

	for (uint64_t at = 0; at < l->present; at += len) {
		len = MIN(MEMORY_PAGE, l->present - at);
		if (!is_zero(bytes + at, len))
			residency_add(&t->residency, l->start + at,
				      l->start + at + len);
	}
}

/* Without holes: the pages that are not all zero. */
static void scan_all(struct target *t)
{
	const struct core *c = t->core;
	uint64_t left = c->size;

	for (size_t i = 0; i < c->loads.nr; i++) {
		const struct core_load *l = &c->loads.v[i];

		/* The offset of a segment without bytes may be anything. */
		if (!l->present)
			continue;
		/* Segments of a forged core may share bytes: read no more than
		 * the file has. */
		if (l->present > left) {
			residency_add(&t->residency, l->start,
				      l->start + l->present);
			continue;
		}
		left -= l->present;
		scan(t, l);
	}
}

/* A hole is as long as a page at least; if it is not, it is at the end of a
 * segment that is followed by padding. */
static uint64_t page_end(uint64_t at)
{
	return round_up(at, MEMORY_PAGE);
}

/*
 * Add what of a segment is in no hole of the file.  False: the file system
 * can't tell.
 */
static bool add_data(struct target *t, const struct core_load *l, bool *hole)
{
	const struct core *c = t->core;
	uint64_t at = l->offset, end = l->offset + l->present;

	while (at < end) {
		off_t data = lseek(c->fd, (off_t)at, SEEK_DATA);
		off_t stop;

		/* ENXIO: nothing but a hole. */
		if (data < 0 && errno != ENXIO)
			return false;
		*hole |= data < 0 || (uint64_t)data >= at + MEMORY_PAGE;
		if (data < 0 || (uint64_t)data >= end)
			return true;
		stop = lseek(c->fd, data, SEEK_HOLE);
		if (stop <= data)
			return false;
		residency_add(&t->residency, l->start + (data - l->offset),
			      l->start + MIN(page_end(stop - l->offset),
					     l->present));
		at = (uint64_t)stop;
	}
	return true;
}

/*
 * The kernel makes holes for pages that are not there, and writes a page of
 * zeros if it is.  False: the file has no holes, as gcore writes it or after it
 * was copied, or too many.
 */
static bool find_holes(struct target *t)
{
	const struct core *c = t->core;
	bool hole = false;

	for (size_t i = 0; i < c->loads.nr; i++)
		if (!add_data(t, &c->loads.v[i], &hole) ||
		    t->residency.present.nr > MAX_RANGES)
			return false;
	return hole;
}

/*
 * The part of a library's data that the dynamic linker makes read-only after
 * its relocation lies directly before the part that stays writable.
 */
static bool is_relro(const struct mapping_vec *maps, size_t i)
{
	const struct mapping *m = &maps->v[i], *next = m + 1;

	return i + 1 < maps->nr && !(m->prot & SEGMENT_EXEC) &&
	       next->prot & SEGMENT_WRITE && next->inode == m->inode &&
	       next->start == m->end &&
	       next->offset == m->offset + (m->end - m->start);
}

/* A core does not tell which pages of a file differ from it. */
static void find_changed(struct target *t)
{
	for (size_t i = 0; i < t->mappings.nr; i++) {
		const struct mapping *m = &t->mappings.v[i];
		struct range r = { m->start, m->end };

		if (m->inode && (m->prot & SEGMENT_WRITE ||
				 is_relro(&t->mappings, i)))
			range_vec_push(&t->residency.changed, r);
	}
	residency_join(&t->residency.changed);
}

void core_find_resident(struct target *t)
{
	if (!find_holes(t)) {
		t->residency.present.nr = 0;
		scan_all(t);
	}
	find_changed(t);
	residency_sort(&t->residency);
	t->residency.basis = RESIDENCY_CORE;
}
