/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <endian.h>

#include "heap/capture/capture-format.h"

/* The file is the structs' bytes. */
static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "captures are little-endian");
static_assert(sizeof(struct capture_header) == 16, "header");
static_assert(sizeof(struct capture_trailer) == 32, "trailer");
static_assert(sizeof(struct capture_section) == 48, "section");

const struct column_format column_formats[NR_COLUMNS] = {
	[COLUMN_ADDRESS] = { "ADDR", 8, PACK_ADDRESS },
	[COLUMN_TYPE] = { "TYPE", 4, PACK_VARINT },
	[COLUMN_SIZE] = { "SIZE", 8, PACK_VARINT },
	[COLUMN_REFCOUNT] = { "REFC", 4, PACK_VARINT },
	[COLUMN_GENERATION] = { "GENE", 1, PACK_NONE },
	[COLUMN_FLAGS] = { "FLAG", 1, PACK_NONE },
	[COLUMN_EDGE_START] = { "ESTA", 8, PACK_NONE },
	[COLUMN_EDGE_NR] = { "ENUM", 4, PACK_VARINT },
	[COLUMN_UNVISITED] = { "UNVI", 4, PACK_VARINT },
	[COLUMN_EDGES] = { "EDGE", 4, PACK_EDGES },
	[COLUMN_CODES] = { "CODE", 4, PACK_CODES },
	[COLUMN_TEXT] = { "TEXT", 4, PACK_ID },
	[COLUMN_LENGTH] = { "LENG", 8, PACK_ZIGZAG },
	[COLUMN_TEXT_START] = { "TSTA", 8, PACK_DELTA },
	[COLUMN_TEXT_BYTES] = { "TBYT", 1, PACK_NONE },
	[COLUMN_BYTES] = { "BYTE", 8, PACK_VARINT },
};

const char table_tags[NR_TABLES][5] = {
	[TABLE_INFO] = "info",
	[TABLE_WARNINGS] = "warn",
	[TABLE_MAPPINGS] = "maps",
	[TABLE_TYPES] = "type",
	[TABLE_ROOTS] = "root",
	[TABLE_FRAMES] = "fram",
	[TABLE_THREADS] = "thre",
	[TABLE_INTERPRETERS] = "inte",
	[TABLE_NAMES] = "name",
	[TABLE_WEAK] = "weak",
	[TABLE_BORROWED] = "borr",
	[TABLE_FACTS] = "fact",
	[TABLE_MEMORY] = "memo",
	[TABLE_LINES] = "line",
	[TABLE_UNOWNED] = "unow",
	[TABLE_ARENAS] = "aren",
	[TABLE_MALLOCS] = "mall",
	[TABLE_POINTED] = "poin",
	[TABLE_LUMPS] = "lump",
	[TABLE_TEXT_HASHES] = "hash",
	[TABLE_STACKS] = "stak",
	[TABLE_TRACING] = "trac",
	[TABLE_SOURCES] = "sour",
	[TABLE_TRACEBACKS] = "tbac",
	[TABLE_ALLOCATIONS] = "allo",
	[TABLE_CODES] = "code",
	[TABLE_GENERATORS] = "gene",
	[TABLE_FUTURES] = "futu",
};
