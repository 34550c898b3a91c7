/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/rlimit.h"
#include "base/search.h"
#include "target/live/lazy.h"

/* Mappings up to this size are filled at once: RELRO and .data, which are read
 * a lot. */
#define COMPLETE_MAX (4ULL << 20)
/* Without a file, mappings up to this size are read at once: later the process
 * may be gone. */
#define READ_NOW_MAX (256ULL << 20)

/* A mapping of the segment. */
struct part {
	raddr start, end;
	uint64_t offset;	/* in the file, of `start` */
};
VEC_DEFINE(part_vec, struct part);

struct lazy {
	struct live *live;
	struct buffer *buffer;
	int fd;			/* of live->files; -1: read the process */
	raddr start;
	struct part_vec parts;	/* in order, they touch */
	const struct range *copied;
	size_t nr_copied;
	struct range_vec own;	/* `copied` of a segment */
};

struct buffer *buffer_new(uint8_t *bytes, uint64_t len)
{
	struct buffer *p = xmalloc(sizeof(*p));

	*p = (struct buffer){ bytes, len, 1 };
	return p;
}

void buffer_hold(struct buffer *p)
{
	p->references++;
}

void buffer_drop(struct buffer *p)
{
	if (--p->references)
		return;
	munmap(p->bytes, p->len);
	free(p);
}

void buffer_release_segment(struct segment *s)
{
	buffer_drop(s->fill_context);
}

/*
 * True if at least one byte was read: in the last page of a file, bytes past
 * its end are zero, and no process can have read bytes behind that page.
 */
static bool read_file(int fd, uint8_t *to, uint64_t offset, uint64_t len)
{
	uint64_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, to + done, len - done, offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += n;
	}
	return done > 0;
}

static bool read_process(struct live *l, uint8_t *to, raddr from, uint64_t len)
{
	struct iovec local = { to, len };
	struct iovec remote = live_remote(from, len);

	return live_readv(l, &local, &remote, 1) > 0;
}

/* True if at least one byte was read. */
static bool fill_gap(const struct lazy *z, uint8_t *to, raddr from,
		     uint64_t len)
{
	raddr end = from + len;
	bool filled = false;

	if (z->fd < 0)
		return read_process(z->live, to, from, len);
	for (size_t i = RANGE_BEHIND(&z->parts, from);
	     i < z->parts.nr && z->parts.v[i].start < end; i++) {
		const struct part *p = &z->parts.v[i];
		raddr at = MAX(from, p->start);

		filled |= read_file(z->fd, to + (at - from),
				    p->offset + (at - p->start),
				    MIN(end, p->end) - at);
	}
	return filled;
}

/* The first of the copied ranges that ends past `addr`. */
static size_t first_after(const struct lazy *z, raddr addr)
{
	return SEARCH_FIRST(z->nr_copied, i, z->copied[i].end > addr);
}

/*
 * Fill [at, end), except what was copied; `bytes` is at z->start.  False: a
 * part of it can't be filled, and *some tells whether another part is here.
 */
static bool fill_around(const struct lazy *z, uint8_t *bytes, raddr at,
			raddr end, bool *some)
{
	size_t i = first_after(z, at);
	bool all = true;

	*some = false;
	while (at < end) {
		raddr stop = end, next = end;
		bool filled;

		if (i < z->nr_copied && z->copied[i].start < end) {
			stop = MAX(at, z->copied[i].start);
			next = z->copied[i].end;
			*some = true;
			i++;
		}
		filled = at >= stop || fill_gap(z, bytes + (at - z->start), at,
						stop - at);
		if (at < stop && filled)
			*some = true;
		all &= filled;
		at = next;
	}
	return all;
}

/* What can't be read of a chunk is zero: a file became shorter, and not even
 * its process can read that part. */
static bool lazy_fill(struct segment *s, uint64_t offset, uint64_t len)
{
	raddr at = s->start + offset;
	bool some;

	return fill_around(s->fill_context, s->bytes, at, at + len, &some) ||
	       some;
}

static void lazy_release(struct segment *s)
{
	struct lazy *z = s->fill_context;

	buffer_drop(z->buffer);
	range_vec_release(&z->own);
	part_vec_release(&z->parts);
	free(z);
}

static struct part part_of(const struct mapping *map)
{
	return (struct part){ map->start, map->end, map->offset };
}

bool lazy_complete(struct live *l, const struct mapping *map, uint8_t *bytes,
		   const struct range *copied, size_t nr_copied)
{
	struct part part = part_of(map);
	struct lazy z = {
		.live = l,
		.fd = live_file(l, map),
		.start = map->start,
		.parts = { &part, 1, 1 },
		.copied = copied,
		.nr_copied = nr_copied,
	};
	bool some;

	if (nr_copied == 1 && copied->start == map->start &&
	    copied->end == map->end)
		return true;
	return map->end - map->start <= COMPLETE_MAX &&
	       fill_around(&z, bytes, map->start, map->end, &some);
}

static struct buffer *own_buffer(uint64_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	/* What is larger may be too large for any limit, and is left out. */
	if (p == MAP_FAILED && len <= READ_NOW_MAX)
		rlimit_check(errno);
	if (p == MAP_FAILED)
		return NULL;
	madvise(p, len, MADV_NOHUGEPAGE);
	return buffer_new(p, len);
}

/* Without a file: fill it all while the process is there. */
static void fill_now(struct segment *s)
{
	uint64_t len = s->end - s->start;

	for (uint64_t at = 0; at < len; at += SEGMENT_CHUNK) {
		uint64_t chunk = at / SEGMENT_CHUNK;

		if (s->fill(s, at, MIN(SEGMENT_CHUNK, len - at)))
			s->filled[chunk / 8] |= 1 << (chunk % 8);
	}
}

static struct lazy *lazy_new(struct live *l, const struct mapping *maps,
			     size_t nr, const struct range *copied,
			     size_t nr_copied)
{
	struct lazy *z = xcalloc(1, sizeof(*z));

	z->live = l;
	z->fd = live_file(l, maps);
	z->start = maps->start;
	for (size_t i = 0; i < nr; i++)
		part_vec_push(&z->parts, part_of(&maps[i]));
	for (size_t i = 0; i < nr_copied; i++)
		range_vec_push(&z->own, copied[i]);
	z->copied = z->own.v;
	z->nr_copied = nr_copied;
	return z;
}

void lazy_add(struct memory *m, struct live *l, const struct mapping *maps,
	      size_t nr, uint8_t *bytes, struct buffer *buffer,
	      const struct range *copied, size_t nr_copied)
{
	struct segment s = { .start = maps->start, .end = maps[nr - 1].end };
	uint64_t len = s.end - s.start;
	struct lazy *z;

	if (buffer)
		buffer_hold(buffer);
	else
		buffer = own_buffer(len);
	if (!buffer)
		return;
	z = lazy_new(l, maps, nr, copied, nr_copied);
	z->buffer = buffer;
	s.bytes = bytes ? bytes : buffer->bytes;
	for (size_t i = 0; i < nr; i++)
		s.prot |= maps[i].prot;
	s.filled = xcalloc(len / SEGMENT_CHUNK / 8 + 1, 1);
	s.fill = lazy_fill;
	s.fill_context = z;
	s.release = lazy_release;
	if (z->fd < 0 && !maps->shared && len <= READ_NOW_MAX)
		fill_now(&s);
	memory_add(m, &s);
}
