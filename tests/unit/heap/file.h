/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.h - capture files in memory, and all that a heap says, as text.
 *
 * Errors end the test.
 */
#ifndef TESTS_UNIT_HEAP_FILE_H
#define TESTS_UNIT_HEAP_FILE_H

#include "heap/capture/capture.h"

/* The caller releases it. */
struct file {
	uint8_t *bytes;
	size_t size;
};

void file_release(struct file *f);

/* A capture of `h`. */
struct file file_write(struct heap *h, const struct capture_options *o);

/* A capture of the heap of tiny.h. */
struct file file_tiny(const struct capture_options *o);

/* Append all that `h` says, as text. */
void file_tell_heap(struct heap *h, struct str *ret);

/* Append all that its ledger says, as JSON. */
void file_tell_memory(const struct heap *h, struct str *ret);

/* What file_tell_heap() says of the heap of a capture file.  The caller frees
 * it. */
char *file_tell(const struct file *f);

#endif
