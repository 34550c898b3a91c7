/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/log.h"
#include "target/live/forked.h"
#include "target/live/resident.h"
#include "target/live/smaps.h"
#include "target/proc.h"

/*
 * Without PAGEMAP_SCAN a word is read for each page, present or not.  Memory
 * that can't be read is mostly a reservation, of up to terabytes, with nothing
 * in it: when it is larger than this, its sum has to do.
 */
#define WORDS_MAX (16ULL << 30)

struct look {
	struct copy *copy;
	struct residency *ret;
	struct range_vec all;	/* present, or were swapped out */
	uint64_t by_sum;	/* swapped bytes of mappings in no range */
	struct smap_vec smaps;
	bool read_smaps;	/* `smaps` are read, or can't be */
};

static void look_release(struct look *l)
{
	range_vec_release(&l->all);
	smap_vec_release(&l->smaps);
}

/* What the kernel says of the mapping; NULL: nothing. */
static const struct smap *smap_of(struct look *l, const struct mapping *m)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!l->read_smaps && proc_read(l->copy->live->dir, "smaps", &text))
		smaps_parse(&text, &l->smaps);
	l->read_smaps = true;
	return smaps_find(&l->smaps, m->start);
}

static bool find_pages(struct look *l, const struct mapping *m)
{
	struct pages *p = &l->copy->pages;

	if (!p->can_scan && mapping_kind(m) == MAPPING_SKIP &&
	    m->end - m->start > WORDS_MAX)
		return false;
	return pages_find(p, m->start, m->end, PAGES_PRESENT, &l->all);
}

/* No page of it can be told: take the first ones. */
static void take_sum(struct look *l, const struct mapping *m)
{
	const struct smap *s = smap_of(l, m);
	struct range r = { m->start, m->end };

	if (!s)
		return;
	l->by_sum += s->swapped;
	r.end = m->start + MIN(m->end - m->start, s->resident);
	if (r.start < r.end)
		range_vec_push(&l->all, r);
}

static void add_ranges(struct range_vec *to, const struct copy *c,
		       const struct piece *p)
{
	for (size_t i = p->first_range; i < p->end_range; i++)
		range_vec_push(to, c->ranges.v[i]);
}

/* `piece` is NULL if nothing was copied of the mapping. */
static void look_at(struct look *l, const struct mapping *m,
		    const struct piece *piece)
{
	if (piece && piece->from_file && !m->shared)
		add_ranges(&l->ret->changed, l->copy, piece);
	if (piece && piece->exact)
		add_ranges(&l->all, l->copy, piece);
	else if (!find_pages(l, m))
		take_sum(l, m);
}

/* Add what is in `all` and not in `swapped`, and count the pages that are in
 * both. */
static void subtract(struct look *l, const struct range_vec *swapped)
{
	struct pages *pages = &l->copy->pages;
	size_t next = 0;

	for (size_t i = 0; i < l->all.nr; i++) {
		struct range r = l->all.v[i];

		while (next < swapped->nr && swapped->v[next].end <= r.start)
			next++;
		for (size_t j = next; j < swapped->nr; j++) {
			raddr start = MAX(swapped->v[j].start, r.start);
			raddr end = MIN(swapped->v[j].end, r.end);

			if (start >= end)
				break;
			residency_add(l->ret, r.start, start);
			l->ret->swapped += pages_not_guards(pages, start, end);
			r.start = end;
		}
		residency_add(l->ret, r.start, r.end);
	}
}

/* Huge pages of hugetlbfs are present, but not in Rss. */
static bool is_hugetlb(struct look *l, const struct mapping *m, bool any)
{
	const struct smap *s = any ? smap_of(l, m) : NULL;

	return s && s->hugetlb;
}

void resident_find(struct copy *c, struct residency *ret)
{
	CLEANUP(look_release) struct look l = { .copy = c, .ret = ret };
	CLEANUP(str_release) struct str status = STR_INIT;
	struct range_vec *swapped = &c->swapped;
	size_t next = 0;
	bool huge;

	if (!proc_read(c->live->dir, "status", &status))
		str_cut(&status, 0);
	ret->page_tables = proc_field_u64(&status, "VmPTE") * 1024;
	huge = proc_field_u64(&status, "HugetlbPages") > 0;
	c->pages.ahead = 0;
	for (size_t i = 0; i < c->mappings.nr; i++) {
		const struct mapping *m = &c->mappings.v[i];
		const struct piece *piece = NULL;

		if (m->end > c->pages.ahead)
			c->pages.ahead = maps_crowd_end(&c->mappings, i);
		if (next < c->pieces.nr && c->pieces.v[next].mapping == i)
			piece = &c->pieces.v[next++];
		/* From there on, pages are the kernel's, and no process's. */
		if (m->start < MEMORY_ADDRESS_END && !is_hugetlb(&l, m, huge))
			look_at(&l, m, piece);
	}
	residency_join(&l.all);
	residency_join(swapped);
	residency_join(&ret->changed);
	subtract(&l, swapped);
	residency_sort(ret);
	if (c->live->is_forked)
		forked_find(&c->pages, ret);
	ret->swapped += l.by_sum;
	ret->basis = c->pages.fd >= 0 ? RESIDENCY_PAGEMAP :
		     l.smaps.nr ? RESIDENCY_SMAPS : RESIDENCY_UNKNOWN;
	if (c->pages.fd >= 0 && !c->pages.can_scan)
		log_info("memory: this kernel has no PAGEMAP_SCAN (Linux 6.7): "
			 "pages that were read but never written count as "
			 "resident");
}
