/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/lazy.h - segments whose bytes come from a file on first touch.
 *
 * They are read with pread, never mapped: a file that is cut short under a
 * mapping would kill us.  Where a file can't be had its bytes come from the
 * process, at once.
 */
#ifndef TARGET_LIVE_LAZY_H
#define TARGET_LIVE_LAZY_H

#include "target/live/live-data.h"
#include "target/live/pages.h"

/* Mapped memory of ours that several segments lie in. */
struct place {
	uint8_t *bytes;
	uint64_t len;
	unsigned int held;
};

/* Takes over `bytes`, of mmap(); one hold is the caller's. */
struct place *place_new(uint8_t *bytes, uint64_t len);
void place_hold(struct place *p);
void place_drop(struct place *p);	/* the last one unmaps it */
/* For a segment that is wholly copied: its fill_context is the place. */
void place_segment_release(struct segment *s);

/*
 * Fill what was not copied (outside of `copied`) of a mapping now, where it
 * is small; false: it is not, or can't be filled.
 */
bool lazy_complete(struct live *l, const struct mapping *map, uint8_t *bytes,
		   const struct range *copied, size_t nr_copied);

/*
 * Add a lazy segment for `map` to `m`: at `bytes` in `place` of which the
 * ranges `copied` are there already, or (NULL) at a place of its own.
 */
void lazy_add(struct memory *m, struct live *l, const struct mapping *map,
	      uint8_t *bytes, struct place *place, const struct range *copied,
	      size_t nr_copied);

#endif
