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

struct lazy {
	struct live *live;
	struct buffer *buffer;
	int fd;			/* of live->files; -1: read the process */
	raddr start;
	uint64_t offset;	/* in the file, of `start` */
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

static bool fill_gap(const struct lazy *z, uint8_t *to, raddr from,
		     uint64_t len)
{
	if (z->fd < 0)
		return read_process(z->live, to, from, len);
	return read_file(z->fd, to, z->offset + (from - z->start), len);
}

/* The first of the copied ranges that ends past `addr`. */
static size_t first_after(const struct lazy *z, raddr addr)
{
	return SEARCH_FIRST(z->nr_copied, i, z->copied[i].end > addr);
}

/* Fill [at, end), except what was copied; `bytes` is at z->start. */
static bool fill_around(const struct lazy *z, uint8_t *bytes, raddr at,
			raddr end)
{
	size_t i = first_after(z, at);

	while (at < end) {
		raddr stop = end, next = end;

		if (i < z->nr_copied && z->copied[i].start < end) {
			stop = MAX(at, z->copied[i].start);
			next = z->copied[i].end;
			i++;
		}
		if (at < stop && !fill_gap(z, bytes + (at - z->start), at,
					   stop - at))
			return false;
		at = next;
	}
	return true;
}

static bool lazy_fill(struct segment *s, uint64_t offset, uint64_t len)
{
	raddr at = s->start + offset;

	return fill_around(s->fill_context, s->bytes, at, at + len);
}

static void lazy_release(struct segment *s)
{
	struct lazy *z = s->fill_context;

	buffer_drop(z->buffer);
	range_vec_release(&z->own);
	free(z);
}

bool lazy_complete(struct live *l, const struct mapping *map, uint8_t *bytes,
		   const struct range *copied, size_t nr_copied)
{
	struct lazy z = {
		.live = l,
		.fd = live_file(l, map),
		.start = map->start,
		.offset = map->offset,
		.copied = copied,
		.nr_copied = nr_copied,
	};

	if (nr_copied == 1 && copied->start == map->start &&
	    copied->end == map->end)
		return true;
	return map->end - map->start <= COMPLETE_MAX &&
	       fill_around(&z, bytes, map->start, map->end);
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

static struct lazy *lazy_new(struct live *l, const struct mapping *map,
			     struct buffer *buffer, const struct range *copied,
			     size_t nr_copied)
{
	struct lazy *z = xcalloc(1, sizeof(*z));

	z->live = l;
	z->buffer = buffer;
	z->fd = live_file(l, map);
	z->start = map->start;
	z->offset = map->offset;
	for (size_t i = 0; i < nr_copied; i++)
		range_vec_push(&z->own, copied[i]);
	z->copied = z->own.v;
	z->nr_copied = nr_copied;
	return z;
}

void lazy_add(struct memory *m, struct live *l, const struct mapping *map,
	      uint8_t *bytes, struct buffer *buffer, const struct range *copied,
	      size_t nr_copied)
{
	uint64_t len = map->end - map->start;
	struct segment s = { .start = map->start, .end = map->end };
	struct lazy *z;

	if (buffer)
		buffer_hold(buffer);
	else
		buffer = own_buffer(len);
	if (!buffer)
		return;
	z = lazy_new(l, map, buffer, copied, nr_copied);
	s.bytes = bytes ? bytes : buffer->bytes;
	s.prot = map->prot;
	s.filled = xcalloc(len / SEGMENT_CHUNK / 8 + 1, 1);
	s.fill = lazy_fill;
	s.fill_context = z;
	s.release = lazy_release;
	if (z->fd < 0 && !map->shared && len <= READ_NOW_MAX)
		fill_now(&s);
	memory_add(m, &s);
}
