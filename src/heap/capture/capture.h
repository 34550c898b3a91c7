/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture.h - a heap in a file, and back.
 *
 * man/pyheld-capture.5 has the format.  Its ideas:
 *
 *  - A capture is the columns of struct heap.  If it is not compressed, they
 *    are page-aligned in the file and are used where the file is mapped: a
 *    column that nobody asks for is never read.  If it is compressed, each
 *    column is packed in a way that suits it (mostly as small differences),
 *    then by zstd, and is unpacked when it is first needed.
 *  - Names and reprs are not stored, but the facts that they are made of: the
 *    codes and texts of heap/naming.h.  So every report is the same as on the
 *    process.
 *  - The file ends in a table of its sections, each with a checksum.  A file
 *    that was truncated anywhere is no capture.
 *  - A reader believes nothing.  It compares counts and offsets with sizes, the
 *    size of what comes out of a section with that of what goes in, and all
 *    ids with their limits, before it uses them.  Text is made safe to show.
 *
 * Some columns are read when a name is asked for, which can't return an error.
 * Damage that is found then is heap.failed.
 */
#ifndef HEAP_CAPTURE_CAPTURE_H
#define HEAP_CAPTURE_CAPTURE_H

#include <stddef.h>

#include "heap/heap.h"

struct capture_options {
	bool plain;		/* not compressed */
	enum heap_redaction redaction;
	/* Called with the bytes that are written so far; may be NULL. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *context;
};

/*
 * Write the heap to `fd`, an empty file, and leave out what o->redaction says.
 * `h` itself does not change.  It must have details (heap_ops.details).
 *
 * ERR_SYSTEM: the file can't be written.  ERR_UNSUPPORTED: the heap has no
 * details.  ERR_CORRUPT: the heap is itself a capture, which is damaged.
 */
struct error *capture_write(struct heap *h, const struct capture_options *o,
			    int fd) MUST_CHECK;

#define CAPTURE_MAGIC_LEN 8

/* Is a file that begins with these bytes a capture?  It takes at least
 * CAPTURE_MAGIC_LEN bytes to say so. */
bool capture_is_one(const void *bytes, size_t len);

/*
 * Open a capture of this or an older version.  `fd` may be closed after that.
 * The caller releases *ret.
 *
 * ERR_UNSUPPORTED: it is of a newer version or of another byte order.
 * ERR_CORRUPT: it is no capture, truncated or damaged.  ERR_SYSTEM: `fd` can't
 * be read or mapped.
 */
struct error *capture_open(int fd, struct heap *ret) MUST_CHECK;

/*
 * Open a capture of this or an older version, and unpack no part of it, now or
 * later, that needs more memory than room() says is free.
 *
 * Errors are those of capture_open(); ERR_SYSTEM also: there is no memory for a
 * part of it.
 */
struct error *capture_open_within(int fd, uint64_t (*room)(void),
				  struct heap *ret) MUST_CHECK;

/*
 * Open a capture that is `size` bytes of memory, which must stay as they are
 * until the heap is released.  A capture that is not compressed must be
 * page-aligned.  `trusting`: checksums are not compared; this is for fuzzers,
 * which can't make them.  Errors are those of capture_open(), except
 * ERR_SYSTEM.
 */
struct error *capture_open_memory(const void *bytes, size_t size,
				  bool trusting, struct heap *ret) MUST_CHECK;

#endif
