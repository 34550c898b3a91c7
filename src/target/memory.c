/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "target/memory.h"

void memory_add(struct memory *m, const struct segment *s)
{
	unsigned int nr = m->nr_segments;

	/* The capacity doubles at powers of two; it is not in the struct. */
	if (!(nr & (nr - 1)))
		m->segments = xreallocarray(m->segments, nr ? 2 * nr : 1,
					    sizeof(*m->segments));
	m->segments[nr] = *s;
	m->segments[nr].index = nr;
	m->nr_segments++;
	m->last = NULL;
}

static void segment_free(struct segment *s)
{
	if (s->release)
		s->release(s);
	free(s->filled);
}

void memory_release(struct memory *m)
{
	for (unsigned int i = 0; i < m->nr_segments; i++)
		segment_free(&m->segments[i]);
	free(m->segments);
	*m = (struct memory)MEMORY_INIT;
}

static int compare_segments(const void *pa, const void *pb)
{
	const struct segment *a = pa, *b = pb;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* Keep the part of `s` behind `end`; false: nothing can be kept. */
static bool cut_segment(struct segment *s, raddr end)
{
	/* A lazy segment counts chunks from its start, and release() needs
	 * `bytes` as it was. */
	if (s->end <= end || s->filled || s->release)
		return false;
	s->bytes += end - s->start;
	s->start = end;
	return true;
}

struct error *memory_sort(struct memory *m)
{
	unsigned int nr = 0, overlaps = 0;
	raddr end = 0, where = 0;

	if (m->nr_segments)
		qsort(m->segments, m->nr_segments, sizeof(*m->segments),
		      compare_segments);
	for (unsigned int i = 0; i < m->nr_segments; i++) {
		struct segment s = m->segments[i];
		bool keep = s.start < s.end;

		if (keep && nr && s.start < end) {
			where = s.start;
			overlaps++;
			keep = cut_segment(&s, end);
		}
		if (!keep) {
			segment_free(&s);
			continue;
		}
		end = s.end;
		s.index = nr;
		m->segments[nr++] = s;
	}
	m->nr_segments = nr;
	m->last = NULL;
	if (overlaps)
		return error_new(ERR_CORRUPT,
				 "%u pieces of memory overlap, one at 0x%llx",
				 overlaps, (unsigned long long)where);
	return NULL;
}

/* Most segments of a program are larger, and there are few large ones. */
#define RECENT_BYTES (UINT64_C(1) << 20)

static const struct segment *search(struct memory *m, raddr addr)
{
	unsigned int low = 0, high = m->nr_segments;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct segment *s = &m->segments[middle];

		if (addr < s->start) {
			high = middle;
		} else if (addr >= s->end) {
			low = middle + 1;
		} else {
			m->last = s;
			m->recent[addr / RECENT_BYTES % MEMORY_RECENT] = middle;
			return s;
		}
	}
	return NULL;
}

static inline const struct segment *find(struct memory *m, raddr addr)
{
	unsigned int recent = m->recent[addr / RECENT_BYTES % MEMORY_RECENT];
	const struct segment *s;

	if (likely(recent < m->nr_segments)) {
		s = &m->segments[recent];
		if (likely(addr >= s->start && addr < s->end)) {
			m->last = s;
			return s;
		}
	}
	return search(m, addr);
}

const struct segment *memory_find(struct memory *m, raddr addr)
{
	return find(m, addr);
}

static bool is_filled(const struct segment *s, uint64_t chunk)
{
	return s->filled[chunk / 8] >> (chunk % 8) & 1;
}

static uint64_t nr_chunks(const struct segment *s)
{
	return (s->end - s->start + SEGMENT_CHUNK - 1) / SEGMENT_CHUNK;
}

/* With all chunks here, the segment leaves the slow path. */
static void stop_being_lazy(struct segment *s)
{
	uint64_t nr = nr_chunks(s);

	for (uint64_t i = 0; i < nr; i++)
		if (!is_filled(s, i))
			return;
	free(s->filled);
	s->filled = NULL;
}

static bool fill_range(struct segment *s, uint64_t offset, uint64_t len)
{
	uint64_t size = s->end - s->start;
	uint64_t chunk = offset / SEGMENT_CHUNK;
	uint64_t last = (offset + len - 1) / SEGMENT_CHUNK;
	bool filled = false;

	for (; chunk <= last; chunk++) {
		uint64_t start = chunk * SEGMENT_CHUNK;

		if (is_filled(s, chunk))
			continue;
		if (!s->fill(s, start, MIN(SEGMENT_CHUNK, size - start)))
			return false;
		s->filled[chunk / 8] |= 1 << (chunk % 8);
		filled = true;
	}
	if (filled)
		stop_being_lazy(s);
	return true;
}

const uint8_t *memory_at_slow(struct memory *m, raddr addr, uint64_t len)
{
	const struct segment *found = find(m, addr);
	struct segment *s;

	if (!found || len > found->end - addr)
		return NULL;
	s = &m->segments[found->index];
	if (s->filled && len && !fill_range(s, addr - s->start, len))
		return NULL;
	return s->bytes + (addr - s->start);
}

bool memory_has_array(struct memory *m, raddr addr, uint64_t nr, uint64_t size)
{
	uint64_t len;

	if (__builtin_mul_overflow(nr, size, &len))
		return false;
	if (!len)
		return true;
	for (;;) {
		const struct segment *s = memory_find(m, addr);

		if (!s)
			return false;
		if (len <= s->end - addr)
			return true;
		len -= s->end - addr;
		addr = s->end;
	}
}

struct error *memory_read(struct memory *m, raddr addr, void *buf,
			  uint64_t len)
{
	uint8_t *to = buf;

	while (len) {
		const struct segment *s = memory_find(m, addr);
		const uint8_t *from;
		uint64_t part;

		if (!s)
			return &error_fault;
		part = MIN(len, s->end - addr);
		from = memory_at(m, addr, part);
		if (!from)
			return &error_fault;
		memcpy(to, from, part);
		to += part;
		addr += part;
		len -= part;
	}
	return NULL;
}

const char *memory_string(struct memory *m, raddr addr, uint64_t max)
{
	const struct segment *s = memory_find(m, addr);
	uint64_t room, at = 0;

	if (!s)
		return NULL;
	/* The NUL is one more byte than the text; `max` may be UINT64_MAX. */
	room = s->end - addr;
	if (max < room)
		room = max + 1;
	while (at < room) {
		uint64_t part = SEGMENT_CHUNK - (addr + at - s->start) %
						SEGMENT_CHUNK;
		const uint8_t *p;

		part = MIN(part, room - at);
		p = memory_at(m, addr + at, part);
		if (!p)
			return NULL;
		if (memchr(p, 0, part))
			return (const char *)(p - at);
		at += part;
	}
	return NULL;
}
