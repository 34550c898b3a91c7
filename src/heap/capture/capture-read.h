/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-read.h - an open capture, for the files that read it.
 *
 * capture-open.c opens it and checks what it says, capture-read.c gives its
 * columns, capture-heap.c has the operations of a heap over them.
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
	uint64_t (*room)(void);	/* bytes of memory that are free; NULL: not
				   looked at */
	uint16_t version;	/* 1 .. CAPTURE_VERSION */
	struct capture_section *sections;
	uint32_t nr_sections;
	struct capture_counts counts;
	struct column_data columns[NR_COLUMNS];
	struct heap_name_vec names;
	struct addresses *index; /* once it is worth it: see find() */
	struct naming_places places;
	unsigned int nr_finds;
	/* Packed values of the column that is being loaded. */
	uint8_t *scratch;
	size_t scratch_room;
};

/* "the capture is damaged: ..." */
struct error *capture_damaged(const char *what) MUST_CHECK;

/* The section with this tag; NULL if there is none.  The capture owns it. */
const struct capture_section *capture_find(const struct capture *c,
					   const char *tag);

/*
 * Give back the memory of a part of the mapped file that is not needed soon;
 * whoever reads it gets it again.  Does nothing to memory outside of the file.
 */
void capture_forget(const struct capture *c, const void *start, size_t len);

/* Do `len` bytes of the file have this checksum? */
bool capture_checksum(const struct capture *c, const void *bytes, size_t len,
		      uint64_t checksum);

/* The bytes of a section as they are stored, within the file.  ERR_CORRUPT: the
 * checksum is wrong. */
struct error *capture_stored(const struct capture *c,
			     const struct capture_section *s,
			     const uint8_t **ret) MUST_CHECK;

/* The bytes of a section before compression; the caller frees them.
 * ERR_CORRUPT: they are damaged, or more than `max`. */
struct error *capture_decompress(const struct capture *c,
				 const struct capture_section *s, uint64_t max,
				 uint8_t **ret) MUST_CHECK;

/* Free `scratch`.  The next column that is loaded makes it again. */
void capture_drop_scratch(struct capture *c);

/* How many values the column must have, according to INFO. */
uint64_t capture_column_nr(const struct capture *c, enum column column);

/*
 * Read the column into the context's columns, unless it is there.  For edges
 * and codes heap.edge_nr and heap.edge_start must have been read and checked.
 * ERR_CORRUPT: it is missing or damaged.
 */
struct error *capture_load(struct heap *h, enum column column) MUST_CHECK;

/* capture-heap.c */
extern const struct heap_ops capture_ops;

#endif
