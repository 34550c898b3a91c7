/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-read.h - an open capture: what its readers share.
 *
 * capture-open.c opens it and holds what it says against its limits,
 * capture-read.c gives its columns, capture-heap.c is the heap over them.
 */
#ifndef HEAP_CAPTURE_CAPTURE_READ_H
#define HEAP_CAPTURE_CAPTURE_READ_H

#include "heap/addresses.h"
#include "heap/capture/capture-format.h"

struct column_data {
	const void *items;	/* NULL: not read yet */
	void *owned;		/* not in the file */
	uint64_t nr;
};

struct capture {
	const uint8_t *bytes;
	size_t size;
	bool mapped, trusting;
	uint16_t version;	/* 1 .. CAPTURE_VERSION */
	struct capture_section *sections;
	uint32_t nr_sections;
	struct capture_counts counts;
	struct column_data columns[NR_COLUMNS];
	struct heap_name_vec names;
	struct addresses *index; /* once it is worth it: see find() */
	unsigned int nr_finds;
};

/* "the capture is damaged: ..." */
struct error *capture_damaged(const char *what) MUST_CHECK;

/* NULL: it has none. */
const struct capture_section *capture_find(const struct capture *c,
					   const char *tag);

/* A part of the file was looked at for the time being: whoever needs it gets it
 * again.  Does nothing to what is not in the file. */
void capture_forget(const struct capture *c, const void *start, size_t len);

/* Does the checksum of these bytes of the file hold? */
bool capture_checksum(const struct capture *c, const void *bytes, size_t len,
		      uint64_t checksum);

/* The bytes of a section as they are stored, in place. */
struct error *capture_stored(const struct capture *c,
			     const struct capture_section *s,
			     const uint8_t **ret) MUST_CHECK;

/* The bytes before compression, at most `max`; the caller's to free. */
struct error *capture_decompress(const struct capture *c,
				 const struct capture_section *s, uint64_t max,
				 uint8_t **ret) MUST_CHECK;

/* How many values the column has, as INFO says. */
uint64_t capture_column_nr(const struct capture *c, enum column column);

/*
 * Have the column in the context's columns.  Of edges and codes heap.edge_nr
 * and heap.edge_start must be there, within their limits.
 */
struct error *capture_load(struct heap *h, enum column column) MUST_CHECK;

/* capture-heap.c */
extern const struct heap_ops capture_ops;

#endif
