/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rlimit.h"
#include "target/live/copy.h"
#include "target/maps.h"
#include "target/live/process.h"
#include "target/residency.h"
#include "target/room.h"


/* Bytes of an area around its mappings, for a heap that grows meanwhile. */
#define AREA_ROOM (256ULL << 20)
/* No program has addresses from here on, on x86-64 and aarch64. */
#define ADDRESS_END (1ULL << 48)

/* If pagemap can't be read, mappings up to this size are copied whole ... */
#define BLIND_MAX (1ULL << 30)
/* ... and those that have a file, or had one (.data), up to this size. */
#define ORPHAN_MAX (64ULL << 20)


/* The mappings of a process that was opened are used for so long. */
#define OPENED_NS 500000000ULL
/* Bytes by which their text may grow until it is read again. */
#define MAPS_MORE (64UL << 10)

/* iovecs and bytes of one call; the kernel ends a call at 2 GB. */
#define BATCH_VECS 1024
#define BATCH_BYTES (512UL << 20)
/* Bytes between two questions whether the copy goes on. */
#define ASK_BYTES (8UL << 20)

void copy_init(struct copy *c, struct live *live)
{
	*c = (struct copy){ .live = live, .maps = STR_INIT, .pages.fd = -1,
			    .file = -1 };
}

struct error *copy_share(struct copy *c)
{
	c->file = memfd_create("copy", MFD_CLOEXEC);
	if (c->file < 0)
		return error_errno(ERR_SYSTEM, errno, "can't make memory that "
				   "two processes share");
	return NULL;
}

static void forget_look(struct copy *c)
{
	pages_close(&c->pages);
	c->pieces.nr = 0;
	c->ranges.nr = 0;
}

void copy_release(struct copy *c)
{
	forget_look(c);
	maps_release(&c->mappings);
	str_release(&c->maps);
	piece_vec_release(&c->pieces);
	range_vec_release(&c->ranges);
	range_vec_release(&c->swapped);
	range_vec_release(&c->noted);
	for (size_t i = 0; i < c->areas.nr; i++) {
		struct area *a = &c->areas.v[i];

		if (!a->used)
			munmap(a->bytes, a->end - a->start);
	}
	area_vec_release(&c->areas);
	closep(&c->file);
}

/*
 * Add the ranges of a mapping that must be copied; false: none.  `*exact` is
 * set if they are those of its pages that are there.
 */
static bool find_ranges(struct copy *c, const struct mapping *m,
			enum mapping_kind kind, bool *exact)
{
	enum pages_wanted wanted = kind == MAPPING_ANON ? PAGES_PRESENT :
							  PAGES_PRIVATE;
	uint64_t size = m->end - m->start;
	struct range all = { m->start, m->end };
	size_t nr = c->ranges.nr;

	if (kind == MAPPING_DATA && file_is_lost(&c->live->files, m)) {
		wanted = PAGES_PRESENT;
		if (size <= ORPHAN_MAX) {
			/* Only for what it adds to c->swapped. */
			pages_find(&c->pages, m->start, m->end, PAGES_SWAPPED,
				   &c->ranges);
			c->ranges.nr = nr;
			range_vec_push(&c->ranges, all);
			return true;
		}
	}
	if (pages_find(&c->pages, m->start, m->end, wanted, &c->ranges)) {
		*exact = wanted == PAGES_PRESENT;
		return true;
	}
	if (size > (kind == MAPPING_FILE ? ORPHAN_MAX : BLIND_MAX)) {
		c->lost += kind == MAPPING_FILE ? 0 : size;
		return false;
	}
	range_vec_push(&c->ranges, all);
	return true;
}

static void look_at(struct copy *c, size_t index)
{
	const struct mapping *m = &c->mappings.v[index];
	enum mapping_kind kind = mapping_kind(m);
	struct piece p = { .mapping = index, .first_range = c->ranges.nr };

	if (kind == MAPPING_SKIP || (kind == MAPPING_FILE && m->shared) ||
	    !find_ranges(c, m, kind, &p.exact))
		return;
	p.end_range = c->ranges.nr;
	p.from_file = kind != MAPPING_ANON;
	/* Without pages that differ from the file, the mapping is lazy. */
	if (kind == MAPPING_FILE && p.first_range == p.end_range)
		return;
	piece_vec_push(&c->pieces, p);
}

/* While the process is stopped, its mappings are mostly those that were there
 * when the copy was prepared: then there is nothing to parse. */
static struct error *read_mappings(struct copy *c)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct error *err;

	str_reserve(&text, c->maps.len + MAPS_MORE);
	err = maps_text(c->live->dir, &text);
	if (err)
		return err;
	if (c->mappings.nr && text.len == c->maps.len &&
	    !memcmp(text.s, c->maps.s, text.len))
		return NULL;
	maps_release(&c->mappings);
	str_release(&c->maps);
	c->maps = text;
	text = (struct str)STR_INIT;
	return maps_parse(&c->maps, c->live->root, &c->mappings);
}

/* What was read when the process was opened serves to prepare the first copy,
 * unless that was long ago. */
static struct error *read_mappings_once(struct copy *c)
{
	struct live *l = c->live;

	if (!l->maps.len || c->maps.len ||
	    clock_ns(CLOCK_MONOTONIC) - l->maps_ns > OPENED_NS) {
		str_release(&l->maps);
		return read_mappings(c);
	}
	c->maps = l->maps;
	l->maps = (struct str)STR_INIT;
	return maps_parse(&c->maps, l->root, &c->mappings);
}

/* Find out what is to be copied of the mappings. */
static void look(struct copy *c)
{
	forget_look(c);
	c->lost = 0;
	pages_open(&c->pages, c->live->dir);
	c->pages.swapped = &c->swapped;
	for (size_t i = 0; i < c->mappings.nr; i++) {
		if (c->mappings.v[i].end > c->pages.ahead)
			c->pages.ahead = maps_crowd_end(&c->mappings, i);
		look_at(c, i);
	}
}

static const struct mapping *piece_mapping(const struct copy *c, size_t i)
{
	return &c->mappings.v[c->pieces.v[i].mapping];
}

/* From piece `i` on, the first one that does not touch the one before. */
static size_t end_of_run(const struct copy *c, size_t i)
{
	raddr end = piece_mapping(c, i)->end;

	while (++i < c->pieces.nr && piece_mapping(c, i)->start == end)
		end = piece_mapping(c, i)->end;
	return i;
}

/*
 * The index of the area that [start, end) lies in, or -1.  Pieces and areas are
 * in the same order, so the search begins at `hint`.
 */
static ssize_t find_area(const struct copy *c, raddr start, raddr end,
			 size_t hint)
{
	size_t nr = c->areas.nr;

	for (size_t i = 0; i < nr; i++) {
		size_t at = (hint + i) % nr;

		if (start >= c->areas.v[at].start && end <= c->areas.v[at].end)
			return at;
	}
	return -1;
}

/* Reserve an area for the run from piece `i` on, and for runs near it. */
static struct error *new_area(struct copy *c, size_t i, size_t end_run)
{
	raddr start = piece_mapping(c, i)->start;
	raddr own_end = piece_mapping(c, end_run - 1)->end, end = own_end;
	struct area a = { .used = false };
	/* Under a limit, what is reserved here would be missing elsewhere. */
	uint64_t room = rlimit_bounds_memory() ? 0 : AREA_ROOM;

	while (end_run < c->pieces.nr &&
	       piece_mapping(c, end_run)->start - end <= room) {
		end = piece_mapping(c, end_run)->end;
		end_run++;
	}
	a.start = start > room ? start - room : 0;
	a.end = MIN(end, ADDRESS_END) + room;
	if (!copy_reserve(c, &a)) {
		a.start = start;
		a.end = own_end;
		if (!copy_reserve(c, &a))
			return error_errno(ERR_SYSTEM, errno, "can't reserve "
					   "%" PRIu64 " bytes of addresses for "
					   "the copy", a.end - a.start);
	}
	area_vec_push(&c->areas, a);
	return NULL;
}

/* Decide where each piece is copied to. */
static struct error *place_pieces(struct copy *c)
{
	ssize_t at = 0;

	for (size_t i = 0; i < c->pieces.nr;) {
		size_t end = end_of_run(c, i);
		raddr start = piece_mapping(c, i)->start;
		const struct area *a;

		at = find_area(c, start, piece_mapping(c, end - 1)->end, at);
		if (at < 0) {
			struct error *err = new_area(c, i, end);

			if (err)
				return err;
			at = c->areas.nr - 1;
		}
		a = &c->areas.v[at];
		for (; i < end; i++) {
			raddr offset = piece_mapping(c, i)->start - a->start;

			c->pieces.v[i].area = at;
			c->pieces.v[i].bytes = a->bytes + offset;
		}
	}
	return NULL;
}

/* The range at *at, which moves on to the next one; false: that was all. */
static bool next_range(const struct copy *c, struct stretch_at *at,
		       struct stretch *ret)
{
	while (at->piece < c->pieces.nr) {
		const struct piece *p = &c->pieces.v[at->piece];

		if (at->range < p->first_range)
			at->range = p->first_range;
		if (at->range < p->end_range) {
			ret->range = c->ranges.v[at->range++];
			ret->bytes = p->bytes + (ret->range.start -
						 piece_mapping(c, at->piece)
							 ->start);
			return true;
		}
		at->piece++;
	}
	return false;
}

bool copy_stretch(const struct copy *c, struct stretch_at *at,
		  struct stretch *ret)
{
	struct stretch_at ahead;
	struct stretch next;

	if (!next_range(c, at, ret))
		return false;
	for (ahead = *at; next_range(c, &ahead, &next); *at = ahead) {
		if (next.range.start != ret->range.end ||
		    next.bytes != ret->bytes + (ret->range.end -
						ret->range.start))
			break;
		ret->range.end = next.range.end;
	}
	return true;
}

struct batch {
	struct iovec local[BATCH_VECS], remote[BATCH_VECS];
	unsigned int nr;
	uint64_t bytes;
};

/* Drop the first `len` bytes of `b` behind `*first`. */
static void batch_advance(struct batch *b, unsigned int *first, uint64_t len)
{
	while (len) {
		struct iovec *l = &b->local[*first], *r = &b->remote[*first];
		uint64_t part = MIN(len, l->iov_len);

		l->iov_base = (uint8_t *)l->iov_base + part;
		r->iov_base = (uint8_t *)r->iov_base + part;
		l->iov_len -= part;
		r->iov_len -= part;
		len -= part;
		if (!l->iov_len)
			(*first)++;
	}
}

static bool goes_on(struct copy *c)
{
	if (!c->ended && c->goes_on)
		c->ended = !c->goes_on(c->context);
	return !c->ended;
}

static struct error *batch_copy(struct copy *c, struct batch *b)
{
	unsigned int first = b->nr && goes_on(c) ? 0 : b->nr;

	while (first < b->nr) {
		ssize_t n = live_readv(c->live, b->local + first,
				       b->remote + first, b->nr - first);

		if (n < 0 && errno == ESRCH)
			return &error_gone;
		if (n < 0 && (errno == EPERM || errno == EACCES))
			return process_refused(c->live->dir, c->live->pid);
		if (n <= 0) {
			/* The kernel can't read this page: count it as lost. */
			uint64_t at = (uintptr_t)b->remote[first].iov_base;
			uint64_t skip = MEMORY_PAGE - at % MEMORY_PAGE;

			n = MIN(skip, b->remote[first].iov_len);
			/* An earlier copy may have read it. */
			memset(b->local[first].iov_base, 0, (size_t)n);
			if (!pages_is_guard(&c->pages, at))
				c->lost += n;
		} else {
			c->bytes += n;
		}
		batch_advance(b, &first, n);
	}
	b->nr = 0;
	b->bytes = 0;
	return NULL;
}

static struct error *batch_add(struct copy *c, struct batch *b, uint8_t *to,
			       raddr from, uint64_t len)
{
	uint64_t most = c->goes_on ? ASK_BYTES : BATCH_BYTES;

	while (len && !c->ended) {
		uint64_t part = MIN(len, most - b->bytes);

		b->local[b->nr] = (struct iovec){ to, part };
		b->remote[b->nr] = live_remote(from, part);
		b->nr++;
		b->bytes += part;
		to += part;
		from += part;
		len -= part;
		if (b->nr == BATCH_VECS || b->bytes == most) {
			struct error *err = batch_copy(c, b);

			if (err)
				return err;
		}
	}
	return NULL;
}

/* How many bytes would be copied now. */
static uint64_t bytes_wanted(const struct copy *c)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < c->ranges.nr; i++)
		bytes += c->ranges.v[i].end - c->ranges.v[i].start;
	return bytes;
}

static struct error *touch_pieces(struct copy *c)
{
	uint64_t bytes = bytes_wanted(c);
	struct error *err = room_check(c->live->pid, bytes, c->touched);
	struct stretch_at at = { 0, 0 };
	struct stretch s;

	if (err)
		return err;
	while (copy_stretch(c, &at, &s))
		copy_populate(c, s.bytes, s.range.end - s.range.start);
	c->touched = bytes;
	return NULL;
}

/*
 * Read the pages that are swapped out.  They come back one by one from a disk,
 * and the target must not be stopped for that long.
 */
static struct error *read_swapped(struct copy *c)
{
	const struct range_vec *swapped = &c->swapped;
	struct error *err = NULL;
	struct batch b;

	if (!swapped->nr)
		return NULL;
	/* An earlier look may have found others, at any addresses. */
	residency_join(&c->swapped);
	b.nr = 0;
	b.bytes = 0;
	for (size_t i = 0; !err && i < c->pieces.nr; i++) {
		const struct mapping *m = piece_mapping(c, i);
		uint8_t *bytes = c->pieces.v[i].bytes;

		for (size_t j = RANGE_BEHIND(swapped, m->start);
		     !err && j < swapped->nr && swapped->v[j].start < m->end;
		     j++) {
			raddr start = MAX(swapped->v[j].start, m->start);
			raddr end = MIN(swapped->v[j].end, m->end);

			err = batch_add(c, &b, bytes + (start - m->start),
					start, end - start);
		}
	}
	return err ? err : batch_copy(c, &b);
}

struct error *copy_prepare(struct copy *c)
{
	struct error *err = read_mappings_once(c);

	if (err)
		return err;
	c->ended = false;
	copy_note(c);
	look(c);
	copy_clean(c);
	copy_bound_areas(c);
	c->taken = false;
	for (size_t i = 0; i < c->mappings.nr; i++)
		if (mapping_kind(&c->mappings.v[i]) >= MAPPING_DATA)
			live_file(c->live, &c->mappings.v[i]);
	err = place_pieces(c);
	if (err)
		return err;
	err = touch_pieces(c);
	return err ? err : read_swapped(c);
}

/* A sample is made of windows, at even distances in all that is copied. */
#define WINDOW_BYTES (1ULL << 20)

/* Add what of the stretch, whose first byte is number `at` of all, lies in a
 * window; they begin each `gap` bytes. */
static struct error *sample_stretch(struct copy *c, struct batch *b,
				    const struct stretch *s, uint64_t at,
				    uint64_t gap, uint64_t *copied)
{
	uint64_t end = at + (s->range.end - s->range.start), from = at;
	struct error *err = NULL;

	while (!err && from < end) {
		uint64_t window = from / gap * gap;
		uint64_t to = MIN(end, window + WINDOW_BYTES);

		if (from < to) {
			err = batch_add(c, b, s->bytes + (from - at),
					s->range.start + (from - at),
					to - from);
			*copied += to - from;
		}
		from = window + gap;
	}
	return err;
}

struct error *copy_sample(struct copy *c, uint64_t most, uint64_t *copied,
			  uint64_t *all)
{
	uint64_t nr = MAX(most / WINDOW_BYTES, 1), gap, sum = 0;
	uint64_t bytes = c->bytes, lost = c->lost;
	struct stretch_at at = { 0, 0 };
	struct error *err = NULL;
	struct stretch s;
	struct batch b = { .nr = 0 };

	*all = bytes_wanted(c);
	gap = MAX(*all / nr, WINDOW_BYTES);
	*copied = 0;
	c->ended = false;
	while (!err && copy_stretch(c, &at, &s)) {
		err = sample_stretch(c, &b, &s, sum, gap, copied);
		sum += s.range.end - s.range.start;
	}
	if (!err)
		err = batch_copy(c, &b);
	c->bytes = bytes;
	c->lost = lost;
	return err;
}

struct error *copy_take(struct copy *c)
{
	struct error *err = read_mappings(c);
	struct stretch_at at = { 0, 0 };
	struct stretch s;
	struct batch b;

	if (!err) {
		if (c->taken)
			copy_note(c);
		c->taken = true;
		look(c);
		err = place_pieces(c);
	}
	c->bytes = 0;
	c->ended = false;
	b.nr = 0;
	b.bytes = 0;
	while (!err && !c->ended && copy_stretch(c, &at, &s))
		err = batch_add(c, &b, s.bytes, s.range.start,
				s.range.end - s.range.start);
	return err ? err : batch_copy(c, &b);
}
