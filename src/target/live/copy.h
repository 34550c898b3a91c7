/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/copy.h - the places that a process's memory is copied to.
 *
 *	copy_prepare()	while it runs: reserve places, touch their pages
 *	copy_take()	while it stands still: copy
 *	copy_finish()	while it runs again: what comes from files; hand all
 *			over to a `memory`
 *	copy_release()
 *
 * Writing to pages that were never touched is far slower than the copy itself
 * (0.3 against 5 GB/s were measured): that is what copy_prepare() is for.  An
 * area is a reservation of address space around mappings that are near one
 * another, with room for their growth; only what is written takes memory.
 */
#ifndef TARGET_LIVE_COPY_H
#define TARGET_LIVE_COPY_H

#include "target/live/live-data.h"
#include "target/live/pages.h"

struct area {
	raddr start, end;
	uint8_t *bytes;		/* [0] is at `start` */
	bool used;		/* handed over to the memory */
};
VEC_DEFINE(area_vec, struct area);

/* A mapping that is copied, wholly or in part. */
struct piece {
	size_t mapping;		/* its index in the mappings */
	size_t area;		/* where it is copied to: its index ... */
	uint8_t *bytes;		/* ... and the place there */
	size_t first_range, end_range; /* what is copied of it */
	bool from_file;		/* what is not copied comes from its file */
};
VEC_DEFINE(piece_vec, struct piece);

struct copy {
	struct live *live;
	struct pages pages;
	struct area_vec areas;
	/* Of the last look: */
	struct mapping_vec mappings;
	struct piece_vec pieces;
	struct range_vec ranges;
	uint64_t touched;	/* bytes that have memory */
	/* Of copy_take(): */
	uint64_t bytes;		/* that were copied */
	uint64_t lost;		/* that could not be read */
};

void copy_init(struct copy *c, struct live *live);
/* ERR_SYSTEM: there is no memory for it, among others. */
struct error *copy_prepare(struct copy *c) MUST_CHECK;
struct error *copy_take(struct copy *c) MUST_CHECK;
struct error *copy_finish(struct copy *c, struct memory *m) MUST_CHECK;
void copy_release(struct copy *c);

#endif
