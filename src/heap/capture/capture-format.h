/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-format.h - what writer and reader of captures agree
 * upon.
 *
 *	+-----------------+
 *	| header, 16      |	magic, byte order, version
 *	+-----------------+
 *	| section         |	tables and columns, in any order
 *	| ...             |
 *	+-----------------+
 *	| section table   |	48 bytes a section
 *	+-----------------+
 *	| trailer, 32     |	where the table is, its checksum, magic
 *	+-----------------+
 *
 * All integers are little-endian.
 *
 * To add a column, add it to enum column, to the table in capture-format.c and
 * to the writer's list.  A reader that does not know it ignores it.
 *
 * To add a field to the rows of a table, add it at their end, in both functions
 * of capture-table.c.  Rows of an older writer end before it.
 *
 * Both have to be in man/pyheld-capture.5.  What an older reader would
 * understand wrongly needs a new version, and a file like version1.c.
 */
#ifndef HEAP_CAPTURE_CAPTURE_FORMAT_H
#define HEAP_CAPTURE_CAPTURE_FORMAT_H

#include "heap/capture/capture.h"
#include "heap/naming.h"

#define CAPTURE_MAGIC "\x89pyheld\n"
#define CAPTURE_END "\ndlehyp\x89"
#define CAPTURE_ORDER 0x0102
#define CAPTURE_VERSION 2
#define CAPTURE_PAGE 4096
#define CAPTURE_MAX_SECTIONS 1024

struct capture_header {
	char magic[8];
	uint16_t order, version;
	uint32_t reserved;
};

struct capture_trailer {
	uint64_t table;		/* offset of the section table */
	uint32_t nr_sections, reserved;
	uint64_t checksum;	/* of the section table */
	char magic[8];
};

/* Checksums are XXH3, 64 bits, of the bytes as they are stored. */
struct capture_section {
	char tag[4];
	uint8_t zstd;		/* 1: compressed */
	uint8_t packing;	/* enum packing */
	uint16_t flags;
	uint64_t offset, stored; /* in the file */
	uint64_t packed;	/* bytes before compression */
	uint64_t items;		/* in a column or table */
	uint64_t checksum;
};

/*
 * What comes out of a compressed table may be so many times its size, and so
 * much more; and it may have so many rows for each byte of the file, as a row
 * takes some 100 bytes of memory.  Of the threads of a pool there are 1.5 in a
 * byte.  A table for which this is not enough is written uncompressed.
 */
#define CAPTURE_TABLE_RATIO 256
#define CAPTURE_TABLE_SLACK (64u << 10)
#define CAPTURE_TABLE_ROWS 16

/* Does the section of a table keep to that?  s->stored is at most the size of
 * the file. */
static inline bool capture_table_fits(const struct capture_section *s)
{
	return s->items / CAPTURE_TABLE_ROWS <= s->stored &&
	       s->packed <= s->stored * CAPTURE_TABLE_RATIO +
			    CAPTURE_TABLE_SLACK;
}

/* capture_section.flags: a reader that does not know the section must refuse
 * the capture. */
#define SECTION_VITAL 1

/* How a column's values are written; capture-pack.c. */
enum packing {
	PACK_NONE,		/* as in memory */
	PACK_VARINT,		/* 7 bits a byte, low ones first */
	PACK_ZIGZAG,		/* signed: 0, -1, 1, -2 ... as 0, 1, 2, 3 */
	PACK_DELTA,		/* zigzag of the difference to the last one */
	PACK_ADDRESS,		/* PACK_DELTA of value / 8 (rotated) */
	PACK_ID,		/* 0, or 1 + zigzag of the difference to the
				   last one that was not 0 */
	PACK_CODES,
	PACK_EDGES,
	NR_PACKINGS,
};

enum column {
	COLUMN_ADDRESS,
	COLUMN_TYPE,
	COLUMN_SIZE,
	COLUMN_REFCOUNT,
	COLUMN_GENERATION,
	COLUMN_FLAGS,
	COLUMN_EDGE_START,	/* only where not packed: else they follow */
	COLUMN_EDGE_NR,
	COLUMN_UNVISITED,	/* older captures do not have it */
	COLUMN_EDGES,
	COLUMN_CODES,		/* heap/naming.h: of edges */
	COLUMN_TEXT,		/* of objects */
	COLUMN_LENGTH,
	COLUMN_TEXT_START,
	COLUMN_TEXT_BYTES,
	COLUMN_BYTES,		/* only where heap.bytes is known */
	NR_COLUMNS,
};

struct column_format {
	char tag[5];
	uint8_t width;		/* bytes of a value */
	uint8_t packing;	/* when it is compressed */
};
extern const struct column_format column_formats[NR_COLUMNS];

/* Must a reader know the column?  It can do without COLUMN_BYTES (the sizes are
 * there) and COLUMN_UNVISITED. */
static inline bool column_is_vital(enum column column)
{
	return column != COLUMN_BYTES && column != COLUMN_UNVISITED;
}

enum table {
	TABLE_INFO,		/* one row */
	TABLE_WARNINGS,
	TABLE_MAPPINGS,
	TABLE_TYPES,
	TABLE_ROOTS,
	TABLE_FRAMES,
	TABLE_THREADS,
	TABLE_INTERPRETERS,
	TABLE_NAMES,		/* of edges */
	TABLE_WEAK,
	TABLE_BORROWED,
	TABLE_FACTS,
	TABLE_MEMORY,		/* the ledger: no row or one */
	TABLE_LINES,
	TABLE_UNOWNED,
	TABLE_ARENAS,
	TABLE_MALLOCS,
	TABLE_POINTED,
	TABLE_LUMPS,
	TABLE_TEXT_HASHES,
	TABLE_STACKS,		/* of others than threads */
	TABLE_TRACING,		/* tracemalloc: one row */
	TABLE_SOURCES,		/* names of files */
	TABLE_TRACEBACKS,
	TABLE_ALLOCATIONS,
	TABLE_CODES,
	TABLE_GENERATORS,
	TABLE_FUTURES,
	NR_TABLES,
};
extern const char table_tags[NR_TABLES][5];

/* Must a reader know the table?  It can do without the others: all else that
 * it shows is right. */
static inline bool table_is_vital(enum table table)
{
	return table < TABLE_WEAK;
}

/* What INFO says of the columns. */
struct capture_counts {
	uint64_t nr_objects, nr_collector_objects, nr_edges, nr_texts,
		 nr_text_bytes;
};

/* --- capture-pack.c --- */

/* Packed values: `len` bytes.  The next packing into it overwrites them and
 * uses the same memory. */
struct packed {
	uint8_t *bytes;
	size_t len, room;
};
#define PACKED_INIT { NULL, 0, 0 }
void packed_release(struct packed *p);

/* The edges of a heap and their codes, by oid. */
struct pack_edges {
	uint32_t nr_objects;
	const uint64_t *start;
	const uint32_t *nr;
	oid *edges;		/* written by the unpackers */
	uint32_t *codes;
	uint64_t nr_edges;
};

/* Overwrite *ret with `nr` values of `width` bytes, packed. */
void pack_column(enum packing packing, unsigned int width, const void *items,
		 uint64_t nr, struct packed *ret);
/* Overwrite *ret with the codes, or with the edges, of `e`. */
void pack_codes(const struct pack_edges *e, struct packed *ret);
void pack_edges(const struct pack_edges *e, struct packed *ret);

/*
 * The reverse, from `len` bytes: `nr` values to `items`, the codes to
 * e->codes, the edges to e->edges (e->codes must be there).  The caller gives
 * the memory.  false: the bytes are not what packing so many values gives.
 */
bool unpack_column(enum packing packing, unsigned int width,
		   const uint8_t *bytes, size_t len, void *items, uint64_t nr);
bool unpack_codes(struct pack_edges *e, const uint8_t *bytes, size_t len);
bool unpack_edges(struct pack_edges *e, const uint8_t *bytes, size_t len);

/* --- capture-table.c: rows of fields --- */

/* Add the rows of the table to *ret; their number is *items. */
void table_write(enum table table, const struct heap *h,
		 const struct heap_details *d, struct str *ret,
		 uint64_t *items);
/*
 * Read `items` rows from `len` bytes and add them to the heap; rows of
 * TABLE_NAMES go to *names, the counts of TABLE_INFO to *counts.  The caller
 * checks numbers of objects and of rows of other tables.  false: the table is
 * not well formed.
 */
bool table_read(enum table table, const char *bytes, size_t len,
		uint64_t items, struct heap *h, struct heap_name_vec *names,
		struct capture_counts *counts);

#endif
