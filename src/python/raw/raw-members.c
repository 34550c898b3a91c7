/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types whose objects own what some of their members point to, and nothing
 * else.
 */
#include <stddef.h>
#include <string.h>

#include "python/raw/raw-read.h"

#define NONE SIZE_MAX
#define IN_LAYOUT(name) offsetof(struct layout, name)

/* A member that points to memory of unknown length. */
#define POINTER(type, pointer, field, flags) \
	{ type, IN_LAYOUT(pointer), NONE, 0, RAW_##field, flags }
/* One that points to as many items of `size` bytes as another one says. */
#define ARRAY(type, pointer, length, size, field, flags) \
	{ type, IN_LAYOUT(pointer), IN_LAYOUT(length), size, RAW_##field, \
	  flags }

/* The members of a type are in a row.  A layout without a member gives no
 * address. */
static const struct member {
	const char *type;	/* tp_name */
	size_t pointer, length;	/* where struct layout has their offsets */
	uint32_t item_size;
	enum raw_field field;
	unsigned int flags;
} members[] = {
	POINTER("_bz2.BZ2Compressor", bz2compressor_lock, LOCK, RAW_LEAF),
	ARRAY("_bz2.BZ2Decompressor", bz2decompressor_input,
		bz2decompressor_input_size, 1, BUFFER, RAW_LEAF),
	POINTER("_bz2.BZ2Decompressor", bz2decompressor_lock, LOCK,
		RAW_LEAF),
	ARRAY("_csv.reader", csvreader_field, csvreader_field_size, 4,
		BUFFER, RAW_LEAF),
	ARRAY("_csv.writer", csvwriter_rec, csvwriter_rec_size, 4, BUFFER,
		RAW_LEAF),
	POINTER("_hashlib.HASH", hash_context, STATE, 0),
	POINTER("_hashlib.HASH", hash_lock, LOCK, RAW_LEAF),
	POINTER("_hashlib.HMAC", hmac_context, STATE, 0),
	POINTER("_hashlib.HMAC", hmac_lock, LOCK, RAW_LEAF),
	ARRAY("_io.BufferedRandom", buffered_buffer, buffered_buffer_size,
		1, BUFFER, RAW_LEAF),
	POINTER("_io.BufferedRandom", buffered_lock, LOCK, RAW_LEAF),
	ARRAY("_io.BufferedReader", buffered_buffer, buffered_buffer_size,
		1, BUFFER, RAW_LEAF),
	POINTER("_io.BufferedReader", buffered_lock, LOCK, RAW_LEAF),
	ARRAY("_io.BufferedWriter", buffered_buffer, buffered_buffer_size,
		1, BUFFER, RAW_LEAF),
	POINTER("_io.BufferedWriter", buffered_lock, LOCK, RAW_LEAF),
	POINTER("_io.FileIO", fileio_stat, STATE, RAW_LEAF),
	POINTER("_lzma.LZMACompressor", lzmacompressor_lock, LOCK,
		RAW_LEAF),
	ARRAY("_lzma.LZMADecompressor", lzmadecompressor_input,
		lzmadecompressor_input_size, 1, BUFFER, RAW_LEAF),
	POINTER("_lzma.LZMADecompressor", lzmadecompressor_lock, LOCK,
		RAW_LEAF),
	POINTER("_multiprocessing.SemLock", semlock_name, NAME, RAW_LEAF),
	ARRAY("_pickle.Pdata", pdata_data, pdata_allocated, 8, ITEMS,
		RAW_REFERENCES),
	POINTER("_queue.SimpleQueue", simplequeue_lock, LOCK, RAW_LEAF),
	ARRAY("_queue.SimpleQueue", simplequeue_items, simplequeue_capacity,
		8, ITEMS, RAW_REFERENCES),
	POINTER("_ssl.MemoryBIO", memorybio_bio, STATE, 0),
	POINTER("_ssl.SSLSession", sslsession_session, STATE, RAW_SHARED),
	POINTER("_ssl.Session", sslsession_session, STATE, RAW_SHARED),
	POINTER("_ssl._SSLContext", sslcontext_context, STATE, 0),
	POINTER("_ssl._SSLContext", sslcontext_protocols, DATA, RAW_LEAF),
	POINTER("_ssl._SSLContext", sslcontext_keylog, STATE, 0),
	POINTER("_ssl._SSLSocket", sslsocket_ssl, STATE, 0),
	POINTER("_thread.RLock", rlock_lock, LOCK, RAW_LEAF),
	POINTER("_thread._ThreadHandle", handle_handle, STATE, 0),
	POINTER("_thread.lock", lock_lock, LOCK, RAW_LEAF),
	POINTER("compression.zstd.ZstdCompressor", zstdcompressor_context,
		STATE, 0),
	POINTER("compression.zstd.ZstdDecompressor", zstddecompressor_context,
		STATE, 0),
	ARRAY("compression.zstd.ZstdDecompressor", zstddecompressor_input,
	      zstddecompressor_input_size, 1, BUFFER, RAW_LEAF),
	ARRAY("itertools.combinations", combinations_indices,
		combinations_r, 8, ITEMS, RAW_LEAF),
	ARRAY("itertools.combinations_with_replacement", cwr_indices, cwr_r,
		8, ITEMS, RAW_LEAF),
	POINTER("itertools.permutations", permutations_indices, ITEMS,
		RAW_LEAF),
	ARRAY("itertools.permutations", permutations_cycles, permutations_r,
		8, ITEMS, RAW_LEAF),
	POINTER("itertools.product", product_indices, ITEMS, RAW_LEAF),
	POINTER("posix.ScandirIterator", scandir_dir, BUFFER, RAW_LEAF),
	POINTER("pyexpat.xmlparser", xmlparser_buffer, BUFFER, RAW_LEAF),
	POINTER("pyexpat.xmlparser", xmlparser_handlers, TABLE,
		RAW_REFERENCES),
	POINTER("select.poll", poll_ufds, ITEMS, RAW_LEAF),
	POINTER("sqlite3.Blob", blob_blob, STATE, RAW_SHARED),
	POINTER("sqlite3.Connection", connection_db, STATE, 0),
	POINTER("sqlite3.Connection", connection_trace, EXTRA, 0),
	POINTER("sqlite3.Connection", connection_progress, EXTRA, 0),
	POINTER("sqlite3.Connection", connection_authorizer, EXTRA, 0),
	POINTER("sqlite3.Statement", statement_st, STATE, RAW_SHARED),
	POINTER("zlib.Compress", zlib_lock, LOCK, RAW_LEAF),
	POINTER("zlib.Decompress", zlib_lock, LOCK, RAW_LEAF),
	ARRAY("zlib._ZlibDecompressor", zlibreader_input,
		zlibreader_input_size, 1, BUFFER, RAW_LEAF),
	POINTER("zlib._ZlibDecompressor", zlibreader_lock, LOCK, RAW_LEAF),
};

unsigned int raw_members_find(const char *type)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(members); i++)
		if (strcmp(members[i].type, type) == 0)
			return i;
	return RAW_NO_MEMBERS;
}

static uint32_t offset_in(const struct layout *l, size_t field)
{
	return *(const uint32_t *)((const char *)l + field);
}

static void add_member(struct raw_reader *r, const struct member *m)
{
	const struct layout *l = &r->py->layout;
	uint64_t nr = 0;

	if (m->length != NONE)
		nr = raw_word(r, offset_in(l, m->length));
	raw_add_sized(r, offset_in(l, m->pointer),
		      nr < UINT32_MAX ? nr * m->item_size : 0, m->field,
		      m->flags);
}

void raw_members_read(struct raw_reader *r, unsigned int first)
{
	const char *type = members[first].type;

	for (unsigned int i = first; i < ARRAY_SIZE(members) &&
				     strcmp(members[i].type, type) == 0; i++)
		add_member(r, &members[i]);
}
