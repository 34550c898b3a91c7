/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/memory.h - read a target's memory by target address.
 *
 * A raddr is an address in the target: an integer, never cast to a pointer.
 * Bytes read are untrusted.
 *
 * A `memory` is a sorted list of segments that do not overlap.  The bytes of a
 * segment are here already (copied while the target was stopped, or mapped from
 * a core), or they come on first touch (a lazy segment, from a file).  A live
 * process, a core and the fake memory of tests all become a `memory`.
 * Mappings that touch one another and were copied together are one segment, so
 * that an object may lie across the border of two mappings.
 */
#ifndef TARGET_MEMORY_H
#define TARGET_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/vec.h"

typedef uint64_t raddr;
VEC_DEFINE(raddr_vec, raddr);

/* Is `addr` among the items?  A linear search. */
static inline bool raddr_vec_has(const struct raddr_vec *v, raddr addr)
{
	for (size_t i = 0; i < v->nr; i++)
		if (v->v[i] == addr)
			return true;
	return false;
}

/* Bytes of a page of x86-64; larger pages are multiples of it. */
#define MEMORY_PAGE UINT64_C(4096)

/* A program's addresses lie below, on x86-64; the kernel's half follows. */
#define MEMORY_ADDRESS_END (UINT64_C(1) << 47)

static inline raddr memory_page_start(raddr addr)
{
	return addr & ~(MEMORY_PAGE - 1);
}

#define SEGMENT_READ 1
#define SEGMENT_WRITE 2
#define SEGMENT_EXEC 4

/* Bytes of a lazy segment that arrive together. */
#define SEGMENT_CHUNK 65536

struct segment {
	raddr start, end;	/* end is past the last byte */
	uint8_t *bytes;		/* end - start of them; [0] is at `start` */
	unsigned int prot;	/* SEGMENT_READ | ... of the target's mapping */
	unsigned int index;	/* in memory.segments */
	/*
	 * NULL: all bytes are here.  Else a bitmap of the chunks that are.
	 * The memory frees it, as soon as all chunks are here.
	 */
	uint8_t *filled;
	/*
	 * Fill `len` bytes at `offset`, which are multiples of SEGMENT_CHUNK,
	 * but for `len` at the end of the segment.  False: they can't be read;
	 * the chunk reads as unmapped, and it is tried again.
	 */
	bool (*fill)(struct segment *s, uint64_t offset, uint64_t len);
	void *fill_context;
	/* Free `bytes` and what `fill` uses; NULL: nothing to free. */
	void (*release)(struct segment *s);
};

#define MEMORY_RECENT 64

struct memory {
	struct segment *segments; /* sorted by start */
	unsigned int nr_segments;
	const struct segment *last; /* where the last address was found */
	uint64_t bytes_copied;
	/* By bits of an address: index of the segment where one with the same
	 * bits was found.  Any other number is as good. */
	unsigned int recent[MEMORY_RECENT];
};

#define MEMORY_INIT { .segments = NULL }

/*
 * Add a segment.  The struct is copied, and what it points to then belongs to
 * `m`.  Call memory_sort() when all are added, before any read.
 */
void memory_add(struct memory *m, const struct segment *s);
/*
 * Sort the segments, so that they can be read.
 *
 * ERR_CORRUPT: two segments overlap (a core may claim so).  The later one of
 * the two was shortened or dropped, and all others can be read.
 */
struct error *memory_sort(struct memory *m) MUST_CHECK;
void memory_release(struct memory *m);

/* The segment that holds `addr`, or NULL. */
const struct segment *memory_find(struct memory *m, raddr addr);

/* The slow path of memory_at(): finds the segment, and fills a lazy one. */
const uint8_t *memory_at_slow(struct memory *m, raddr addr, uint64_t len);

/*
 * A pointer to the `len` bytes at `addr`; NULL: some of them are not mapped, or
 * they are not all in one segment.  It is valid as long as `m` is, and the
 * bytes never change.  `len` 0 asks only whether `addr` lies in a segment.
 */
static inline const uint8_t *memory_at(struct memory *m, raddr addr,
				       uint64_t len)
{
	const struct segment *s = m->last;

	if (likely(s && addr >= s->start && addr < s->end &&
		   len <= s->end - addr && !s->filled))
		return s->bytes + (addr - s->start);
	return memory_at_slow(m, addr, len);
}

/* The byte at `addr` will be read soon: have it fetched meanwhile, if it is in
 * the segment where the last address was found. */
static inline void memory_prefetch(const struct memory *m, raddr addr)
{
	const struct segment *s = m->last;

	if (likely(s && addr >= s->start && addr < s->end))
		__builtin_prefetch(s->bytes + (addr - s->start));
}

/* Are `nr` items of `size` bytes at `addr` mapped?  For lengths that the target
 * claims: false also if the product overflows. */
bool memory_has_array(struct memory *m, raddr addr, uint64_t nr,
		      uint64_t size);

/* Is all of it mapped, and in the segment where the last address was found?
 * `len` 0 asks for `addr` alone. */
static inline bool memory_in_last(const struct memory *m, raddr addr,
				  uint64_t len)
{
	const struct segment *s = m->last;

	return s && addr >= s->start && addr < s->end && len <= s->end - addr;
}

/*
 * Copy exactly `len` bytes at `addr` to `buf`; `len` 0 always succeeds.
 * On error `buf` is undefined.
 *
 * ERR_FAULT: some byte is unmapped (static; readers may skip the object).
 * No other errors.
 */
struct error *memory_read(struct memory *m, raddr addr, void *buf,
			  uint64_t len) MUST_CHECK;

/* Little-endian decoding of bytes that memory_at() gave. */
static inline uint64_t get_u64(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, 8);
	return x;
}

static inline uint32_t get_u32(const uint8_t *p)
{
	uint32_t x;

	memcpy(&x, p, 4);
	return x;
}

static inline uint16_t get_u16(const uint8_t *p)
{
	uint16_t x;

	memcpy(&x, p, 2);
	return x;
}

/* Read a word of 8 or of 4 bytes; false: it is not mapped, and `*ret` is as it
 * was. */
static inline bool memory_u64(struct memory *m, raddr addr, uint64_t *ret)
{
	const uint8_t *p = memory_at(m, addr, 8);

	if (unlikely(!p))
		return false;
	*ret = get_u64(p);
	return true;
}

static inline bool memory_u32(struct memory *m, raddr addr, uint32_t *ret)
{
	const uint8_t *p = memory_at(m, addr, 4);

	if (unlikely(!p))
		return false;
	*ret = get_u32(p);
	return true;
}

/*
 * A pointer to the NUL-terminated string at `addr`; NULL: it is not mapped, or
 * longer than `max` bytes.
 */
const char *memory_string(struct memory *m, raddr addr, uint64_t max);

#endif
