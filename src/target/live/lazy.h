/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/lazy.h - segments whose bytes come from a file on first touch.
 *
 * The file is read with pread and never mapped: a mapping would kill us when
 * the file is truncated.  If the file is not available, the bytes are read from
 * the process at once.
 */
#ifndef TARGET_LIVE_LAZY_H
#define TARGET_LIVE_LAZY_H

#include "target/live/live-data.h"
#include "target/live/pages.h"

/* Memory of ours that several segments share, with a reference count. */
struct buffer {
	uint8_t *bytes;		/* from mmap() */
	uint64_t len;
	unsigned int references;
};

/* Takes over `bytes`; the caller has the first reference. */
struct buffer *buffer_new(uint8_t *bytes, uint64_t len);
void buffer_hold(struct buffer *p);
void buffer_drop(struct buffer *p);	/* the last one unmaps it */
/* segment.release of a segment that was copied as a whole: its fill_context is
 * the buffer, of which it has a reference. */
void buffer_release_segment(struct segment *s);

/*
 * If the mapping is small, fill what was not copied of it, now, from its file
 * or the process.  `bytes` are those of the mapping; the `nr_copied` ranges of
 * `copied` are there already.  False: it is not small, or can't be filled.
 */
bool lazy_complete(struct live *l, const struct mapping *map, uint8_t *bytes,
		   const struct range *copied, size_t nr_copied);

/*
 * Add a lazy segment to `m` for the `nr` mappings `maps`, which are of one file
 * and touch one another, at any offsets in the file.  Its bytes are at `bytes`
 * in `buffer`, and the `nr_copied` ranges of `copied` are there already; or,
 * with both NULL, it gets a buffer of its own.  `l` must outlive `m`.
 */
void lazy_add(struct memory *m, struct live *l, const struct mapping *maps,
	      size_t nr, uint8_t *bytes, struct buffer *buffer,
	      const struct range *copied, size_t nr_copied);

#endif
