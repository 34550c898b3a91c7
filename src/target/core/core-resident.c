/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "target/core/core-maps.h"
#include "target/core/core-resident.h"

static bool is_zero(const uint8_t *p, uint64_t len)
{
	static const uint8_t zeros[MEMORY_PAGE];

	return !memcmp(p, zeros, len);
}

/* Bytes of whole pages at `p` that need not be read, as they are in a hole. */
static uint64_t skip_hole(const struct target *t, const uint8_t *p)
{
	return core_hole(t, p) & ~(MEMORY_PAGE - 1);
}

static void scan(struct target *t, const struct core_load *l)
{
	const uint8_t *bytes = t->core->bytes + l->offset;
	bool was_zero = false;
	uint64_t len;

	for (uint64_t at = 0; at < l->present; at += len) {
		len = MIN(MEMORY_PAGE, l->present - at);
		if (!is_zero(bytes + at, len)) {
			residency_add(&t->residency, l->start + at,
				      l->start + at + len);
			was_zero = false;
			continue;
		}
		/* Asking costs more than to read a page: ask once for many. */
		if (!was_zero)
			len = MAX(len, skip_hole(t, bytes + at));
		was_zero = true;
	}
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
	const struct core *c = t->core;
	uint64_t left = c->size;

	for (size_t i = 0; i < c->loads.nr; i++) {
		const struct core_load *l = &c->loads.v[i];

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
	find_changed(t);
	residency_sort(&t->residency);
	t->residency.basis = RESIDENCY_CORE;
}
