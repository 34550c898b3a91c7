/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture.h - a heap in a file, and back.
 *
 * man/pyheld-capture.5 has the format.  Its ideas:
 *
 *  - A capture is the columns of struct heap.  Not compressed, they lie page-
 *    aligned in the file and are used where the file is mapped: what nobody
 *    asks for is never read.  Compressed, each column is packed by a way that
 *    suits it (differences to what can be foreseen, in few bytes each), then
 *    by zstd, and comes to memory when it is first needed.
 *  - Names and reprs are not stored, but what they are made of: the codes and
 *    texts of heap/naming.h.  So every report is the same as on the process.
 *  - The file ends in a table of its sections, each with a checksum: cut
 *    anywhere, it is no capture.
 *  - A reader believes nothing: counts and offsets are held against sizes,
 *    what is claimed to come out of a section against what goes in, all ids
 *    against their limits, before they are used.  Text is made safe to show.
 *
 * What is wrong with a column that is read late can't be returned by who asks
 * for names: see heap.failed.
 */
#ifndef HEAP_CAPTURE_CAPTURE_H
#define HEAP_CAPTURE_CAPTURE_H

#include <stddef.h>

#include "heap/heap.h"

struct capture_options {
	bool plain;		/* not compressed */
	enum heap_redaction redaction;
	/* Told how far it is; NULL: nobody asks. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *context;
};

/*
 * Write the heap to `fd`, from where it stands (the start of an empty file).
 * The heap must have details (heap_ops.details).  What --redact says is made
 * of it is done on the way; `h` stays as it is.
 *
 * ERR_SYSTEM: can't write.  ERR_UNSUPPORTED: it has no details.  And what the
 * heap's columns say when it is itself a capture that is damaged.
 */
struct error *capture_write(struct heap *h, const struct capture_options *o,
			    int fd) MUST_CHECK;

/* Do the first bytes of a file say that it is a capture? */
#define CAPTURE_MAGIC_LEN 8
bool capture_is_one(const void *bytes, size_t len);

/*
 * Open a capture; the descriptor may be closed after that.  ERR_UNSUPPORTED: of
 * a newer version or of another byte order.  ERR_CORRUPT: no capture, cut,
 * damaged.
 */
struct error *capture_open(int fd, struct heap *ret) MUST_CHECK;

/*
 * As that, from `size` bytes of memory (page-aligned, or not plain), which
 * must stay until the heap is released.  `trusting`: checksums are not
 * looked at; for fuzzers, which can't make them.
 */
struct error *capture_open_memory(const void *bytes, size_t size,
				  bool trusting, struct heap *ret) MUST_CHECK;

#endif
