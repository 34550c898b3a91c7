/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/allocators/traces-table.h - CPython's hash tables of traces, and where
 * they are.
 *
 * struct _Py_hashtable_t, all words:
 *
 *	3.8	buckets in number, entries, buckets, bytes of a key, of a value,
 *		hash(), compare(), malloc(), free()
 *	later	entries, buckets in number, buckets, get_entry(), hash(),
 *		compare(), destroy a key, a value, malloc(), free()
 *
 * A bucket is a list of entries:
 *
 *	3.8	next, hash, the key's bytes, the value's bytes
 *	later	next, hash, key, value
 *
 * tracemalloc's table has a trace of each block: its size and the address of a
 * traceback.  3.8 has a table with the trace in the entry, and with the domain
 * in the key once another domain than 0 is used.  Later versions have the
 * address of the trace, and a table of tables for the other domains.
 *
 * A traceback is a hash, the number of its frames (3.8: an int; later two
 * uint16_t, the second one for those that there were), and packed frames: the
 * address of a file's name and a line, 12 bytes.  The name is a str; from 3.15
 * on a string of C, in UTF-8.
 */
#ifndef PYTHON_ALLOCATORS_TRACES_TABLE_H
#define PYTHON_ALLOCATORS_TRACES_TABLE_H

#include "python/state/python.h"

struct traces_table {
	raddr address, buckets;	/* address 0: there is none */
	uint64_t nr_buckets, nr; /* nr: entries, as the target says */
	uint64_t key_size, value_size; /* in an entry */
};

struct traces_entry {
	raddr next, key, value;	/* value: 3.8 has its address in the entry */
	uint32_t domain;	/* of 3.8's keys with a domain; else 0 */
};

#define TRACEBACK_NR 8
#define TRACEBACK_FRAMES 12
#define TRACEBACK_FRAME_SIZE 12
/* In code points.  Linux has no longer paths; names of source may be any
 * text. */
#define TRACEBACK_MAX_NAME UINT64_C(4096)

struct traces_tables {
	struct traces_table traces; /* of domain 0; of 3.8, of all */
	struct traces_table domains;
};

/* Is there a table at `addr` whose buckets are mapped? */
bool traces_table_read(struct python *py, raddr addr,
		       struct traces_table *ret);

/* The first entry of bucket `i`; 0: it is empty. */
raddr traces_bucket(struct python *py, const struct traces_table *t,
		    uint64_t i);

/* False: it is not mapped. */
bool traces_entry_read(struct python *py, const struct traces_table *t,
		       raddr at, struct traces_entry *ret);

/* How many frames the traceback at `addr` has, and how many there were; false:
 * it can't be one. */
bool traces_traceback_read(struct python *py, raddr addr, uint32_t *nr,
			   uint32_t *total);

/* Add the name of a file at `addr`, escaped.  False: there is none. */
bool traces_name_read(struct python *py, raddr addr, struct str *ret);

/*
 * Find the tables: by what is in them, in the runtime's data or, before 3.12,
 * in that of its file, as the variables are static there and have no symbols
 * in most builds.
 */
void traces_find(struct python *py, struct traces_tables *ret);

#endif
