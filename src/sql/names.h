/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sql/names.h - the names of references, of which the last ones are kept.
 *
 * To name one reference of an object, all references of it may have to be read
 * (heap.ops).  So references are named in chunks, and some chunks are kept: a
 * query that goes to the values of a large dict one by one reads the dict a few
 * times, and not once for each value.
 */
#ifndef SQL_NAMES_H
#define SQL_NAMES_H

#include "heap/heap.h"

#define SQL_NAMES_CHUNK (UINT32_C(1) << 16)
#define SQL_NAMES_CHUNKS 16

struct sql_name {
	uint32_t start;		/* in `text` */
	enum edge_kind kind;
};

/* The names of references `first` .. `first` + `nr` - 1 of an object. */
struct sql_names_chunk {
	oid object;
	uint32_t first, nr;
	struct sql_name *names;
	struct str text;	/* each name, ended by NUL */
	uint64_t used;		/* when it was last asked for */
};

/* All zeros is one that has none. */
struct sql_names {
	struct sql_names_chunk chunks[SQL_NAMES_CHUNKS];
	struct sql_names_chunk *last;
	uint64_t clock;
};

/*
 * The words of reference `edge` of `o` (output/words.h), "" if they are
 * unknown, and its kind.  The text is valid until the next call.
 */
const char *sql_names_get(struct sql_names *n, struct heap *h, oid o,
			  uint32_t edge, enum edge_kind *kind);
void sql_names_release(struct sql_names *n);

#endif
