/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/copy.h - the copy of a process's memory.
 *
 *	copy_init()
 *	copy_prepare()	while it runs: reserve areas, touch their pages
 *	copy_take()	while it is stopped: copy
 *	copy_clean()	while it runs again
 *	copy_finish()	while it runs again: add what comes from files, and
 *			hand all over to a `memory`
 *	copy_release()	in any case
 *
 * copy_prepare() and copy_take() may be repeated, in this order, and so may
 * copy_take() alone.
 *
 * With copy_share() the areas lie in a file in memory, so that another process
 * can use the copy: that one calls copy_finish() with a struct copy that it has
 * made of the same pieces.
 *
 * Writing to pages that were never touched is far slower than the copy itself
 * (0.3 against 5 GB/s were measured): that is what copy_prepare() is for.  An
 * area is a reservation of address space around mappings that are near one
 * another, with space for their growth; only pages that are written take
 * memory.
 */
#ifndef TARGET_LIVE_COPY_H
#define TARGET_LIVE_COPY_H

#include "target/live/live-data.h"
#include "target/live/pages.h"

struct area {
	raddr start, end;	/* addresses of the target that it is for */
	uint8_t *bytes;		/* [0] is the byte at `start` */
	uint64_t offset;	/* of bytes[0] in copy.file */
	bool used;		/* handed over to the memory */
};
VEC_DEFINE(area_vec, struct area);

/* A mapping that is copied, wholly or in part. */
struct piece {
	size_t mapping;		/* index in copy.mappings */
	size_t area;		/* index in copy.areas: where it is copied to */
	uint8_t *bytes;		/* its first byte there */
	size_t first_range, end_range; /* what is copied: of copy.ranges */
	bool from_file;		/* the rest comes from its file */
	bool exact;		/* the ranges are its pages that are in memory
				   or swapped out, and no others */
};
VEC_DEFINE(piece_vec, struct piece);

struct copy {
	struct live *live;
	struct pages pages;
	struct area_vec areas;
	/* As of the last copy_prepare() or copy_take(): */
	struct mapping_vec mappings;
	struct str maps;	/* the text that they were read from */
	struct piece_vec pieces;
	struct range_vec ranges;
	int file;		/* in memory, has the areas; -1: none */
	uint64_t file_size;
	uint64_t touched;	/* bytes of the areas that have memory */
	/* For copy_take(), asked every few MB: false ends it, with `ended` set.
	 * NULL: nobody is asked. */
	bool (*goes_on)(void *context);
	void *context;
	bool ended;
	/* Where the areas may have bytes: of the last copy_prepare(), and of
	 * each copy_take() after it but the last.  Sorted; none overlap. */
	struct range_vec noted;
	bool taken;		/* a copy_take() came after copy_prepare() */
	/* Pages that were swapped out when a copy_prepare() or copy_take()
	 * first looked at them; in no order.  Copying brings them back. */
	struct range_vec swapped;
	/* By copy_take(): */
	uint64_t bytes;		/* copied */
	uint64_t lost;		/* bytes that could not be read: zero */
};

/* `live` must outlive the copy and the memory that is made of it. */
void copy_init(struct copy *c, struct live *live);

/* Put the areas into a file: before the first copy_prepare().  ERR_SYSTEM: it
 * can't be made. */
struct error *copy_share(struct copy *c) MUST_CHECK;

/*
 * Find out what is to be copied, and prepare memory for it.
 *
 * ERR_GONE: the process exited.  ERR_PERMISSION: it must not be read.
 * ERR_SYSTEM: there is not enough memory.
 */
struct error *copy_prepare(struct copy *c) MUST_CHECK;
/* What it found is used for so long. */
#define COPY_PREPARED_NS 500000000ULL

/*
 * After copy_prepare(), while it runs: copy about `most` bytes of what was
 * prepared, which count for nothing, to learn how long that takes.  They are
 * windows of a MiB at even distances.  *copied: so many were, of *all.  Errors:
 * see copy_prepare().
 */
struct error *copy_sample(struct copy *c, uint64_t most, uint64_t *copied,
			  uint64_t *all) MUST_CHECK;

/*
 * Copy what is there now.  Pages that can't be read are zero and counted in
 * `lost`.  If c->ended is set then, not all is copied.  Errors: see
 * copy_prepare().
 */
struct error *copy_take(struct copy *c) MUST_CHECK;

/*
 * What is copied, in order: ranges that touch, in the target and in the copy,
 * are one stretch, whatever mappings they are in.  Begin with *at zero; false:
 * that was all.
 */
struct stretch_at {
	size_t piece, range;	/* the next one */
};
struct stretch {
	struct range range;
	uint8_t *bytes;		/* where it is copied to */
};
bool copy_stretch(const struct copy *c, struct stretch_at *at,
		  struct stretch *ret);

/*
 * The memory of the areas (copy-areas.c), for copy.c.
 *
 * Reserve addresses for the area, and space in c->file.  False with errno: it
 * can't be.
 */
bool copy_reserve(struct copy *c, struct area *a);
/* Have pages ready for the `len` bytes, huge ones where that costs nothing. */
void copy_populate(const struct copy *c, uint8_t *bytes, uint64_t len);
/* Note that what c->ranges says may have been written: before they change. */
void copy_note(struct copy *c);
/* Too many areas: drop all, so that they are made anew. */
void copy_bound_areas(struct copy *c);

/*
 * A copy that did not count is repeated into the same areas.  Give the memory
 * back of all that was noted and is not in c->ranges, so that it is zero;
 * c->noted is c->ranges then.  After the last copy_take(), when the process may
 * run again, and before the bytes are used.
 */
void copy_clean(struct copy *c);

/*
 * Add the segments of what was copied to `m`, which takes over the areas, and
 * lazy segments for mappings of files.  ERR_CORRUPT: segments overlap.
 */
struct error *copy_finish(struct copy *c, struct memory *m) MUST_CHECK;

/*
 * Map `len` bytes of a copy's file from `offset` on, a multiple of the page
 * size, so that the kernel can use its huge pages: at an address that is equal
 * to the offset, modulo the size of one.  The caller unmaps it.  MAP_FAILED
 * with errno: it can't be.
 */
void *copy_map(int file, uint64_t offset, uint64_t len);

/* Free everything that was not handed over. */
void copy_release(struct copy *c);

#endif
