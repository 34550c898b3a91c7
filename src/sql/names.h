/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sql/names.h - the names of references, of which the last ones are kept.
 *
 * To name the value of a dict by its place, all references before it are
 * counted, so references that are asked for one after the other are named in
 * chunks.  A chunk is at most twice as large as the one that it continues:
 * what is named in vain is no more than what was asked for.  All other
 * references are named one by one, which is fast where the heap has recorded
 * names (a capture, or session_open_details()).
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
